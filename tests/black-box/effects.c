/* Loaded into mfaexec by tests: counts what it does to files and connections, kills it before the effect
   number KILL_AT, and appends what it did to the file EFFECTS_LOG. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int count;

static void effect(const char *name, const char *about) {
    const char *at = getenv("KILL_AT");
    const char *log = getenv("EFFECTS_LOG");
    int number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (at && number == atoi(at)) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (log) {
        char line[512];
        int length = snprintf(line, sizeof line, "%s %s\n", name, about);
        int fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        syscall(SYS_write, fd, line, length);
        syscall(SYS_close, fd);
    }
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = dlsym(RTLD_NEXT, #name)

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *action(const void *data, size_t size) {
    static char found[64];
    const char *at = memmem(data, size, "Action=", 7);
    if (!at) return "";
    const char *from = at + 7, *end = (const char *)data + size;
    size_t length = 0;
    while (from + length < end && from[length] != '&' && length < sizeof found - 1) length++;
    memcpy(found, from, length);
    found[length] = 0;
    return found;
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    effect("write", action(data, size));
    return real(fd, data, size);
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    REAL(send);
    effect("send", action(data, size));
    return real(fd, data, size, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
    REAL(writev);
    const char *about = "";
    for (int i = 0; i < number && !*about; i++) about = action(parts[i].iov_base, parts[i].iov_len);
    effect("send", about);
    return real(fd, parts, number);
}

int fsync(int fd) {
    REAL(fsync);
    struct stat seen;
    effect("fsync", fstat(fd, &seen) == 0 && S_ISDIR(seen.st_mode) ? "directory" : "file");
    return real(fd);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    effect("rename", base(to));
    return real(from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    REAL(renameat);
    effect("renameat", base(to));
    return real(from_fd, from, to_fd, to);
}

int unlink(const char *path) {
    REAL(unlink);
    effect("unlink", base(path));
    return real(path);
}

int unlinkat(int fd, const char *path, int flags) {
    REAL(unlinkat);
    effect("unlinkat", base(path));
    return real(fd, path, flags);
}

int fchmod(int fd, mode_t mode) {
    REAL(fchmod);
    effect("fchmod", "");
    return real(fd, mode);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (flags & (O_CREAT | O_TRUNC)) effect("create", base(path));
    return real(path, flags, mode);
}
