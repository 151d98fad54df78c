/* Loaded into mfaexec by tests: poll(2) cannot wait for terminals, as on macOS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    static int (*real)(struct pollfd *, nfds_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "poll");
    int terminals = 0;
    for (nfds_t at = 0; at < count; at++) terminals += isatty(fds[at].fd);
    if (!terminals) return real(fds, count, timeout);
    for (nfds_t at = 0; at < count; at++)
        fds[at].revents = isatty(fds[at].fd) ? POLLNVAL : 0;
    return terminals;
}
