/* Loaded into mfaexec by tests: a clock that was set (CLOCK_SHIFT, in seconds), and one that runs
   fast (CLOCK_SPEED, as a factor) together with the waits that go by it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    static struct timespec begun;
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += number("CLOCK_SHIFT", 0);
    if (clock == CLOCK_MONOTONIC) {
        if (!begun.tv_sec) begun = *now;
        long long elapsed = (now->tv_sec - begun.tv_sec) * 1000000000LL + now->tv_nsec - begun.tv_nsec;
        long long fast = begun.tv_nsec + elapsed * number("CLOCK_SPEED", 1);
        now->tv_sec = begun.tv_sec + fast / 1000000000LL;
        now->tv_nsec = fast % 1000000000LL;
    }
    return result;
}

/* Node.js asks for the time in this way. */
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now, zone);
    now->tv_sec += number("CLOCK_SHIFT", 0);
    return result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
    static int (*real)(struct pollfd *, nfds_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "poll");
    long speed = number("CLOCK_SPEED", 1);
    return real(fds, count, timeout > 0 ? (int)((timeout + speed - 1) / speed) : timeout);
}
