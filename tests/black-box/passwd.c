/* Loaded into mfaexec by tests: a user database that has the home TEST_HOME for everyone, or knows
   no one if that is not set. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
    char *home = getenv("TEST_HOME");
    (void)buffer;
    (void)size;
    *found = NULL;
    if (!home) return 0;
    memset(entry, 0, sizeof *entry);
    entry->pw_name = entry->pw_passwd = entry->pw_gecos = entry->pw_shell = "";
    entry->pw_uid = uid;
    entry->pw_dir = home;
    *found = entry;
    return 0;
}
