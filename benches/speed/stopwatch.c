/* Runs programs in turns and tells of each run how long it took and how much memory it used.
 *
 *     stopwatch ROUNDS , [NAME=VALUE]... PROGRAM [ARG]... , [NAME=VALUE]... PROGRAM [ARG]...
 *
 * A line a run: which program (from 0), nanoseconds, peak memory in KiB, exit status. This is a
 * small program of its own because a child's peak memory begins with that of its parent, and
 * because a large parent takes long to start a child. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MOST = 8, VARIABLES = 64 };

static struct {
    char **argv;
    char *envp[VARIABLES + 1];
} programs[MOST];

struct run {
    int program;
    long long nanoseconds;
    long kib;
    int status;
};

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Puts NAME=VALUE into a list, in place of another value of that name. */
static int put(char **list, char *entry)
{
    size_t name = strcspn(entry, "=") + 1;
    int i = 0;
    while (list[i] && strncmp(list[i], entry, name) != 0)
        i++;
    if (i == VARIABLES)
        return 0;
    list[i] = entry;
    return 1;
}

static int run(int program, int nowhere, struct run *run)
{
    struct rusage usage;
    int status;
    long long begun = now();
    pid_t child = vfork();
    if (child == 0) {
        dup2(nowhere, 1);
        execve(programs[program].argv[0], programs[program].argv, programs[program].envp);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 0;
    run->nanoseconds = now() - begun;
    run->program = program;
    run->kib = usage.ru_maxrss;
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 1;
}

int main(int argc, char **argv)
{
    int count = 0, rounds = argc > 1 ? atoi(argv[1]) : 0, done = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], ",") != 0)
            continue;
        argv[i] = NULL;
        if (count == MOST)
            return 2;
        for (char **entry = environ; *entry; entry++)
            if (!put(programs[count].envp, *entry))
                return 2;
        while (i + 1 < argc && strchr(argv[i + 1], '='))
            if (!put(programs[count].envp, argv[++i]))
                return 2;
        programs[count++].argv = argv + i + 1;
    }
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct run *runs = calloc((size_t)rounds * (size_t)count + 1, sizeof *runs);
    if (nowhere < 0 || !runs)
        return 1;
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            /* Each program comes after each other one equally often. */
            if (!run((i + round) % count, nowhere, &runs[done++]))
                return 1;
    for (int i = 0; i < done; i++)
        printf("%d %lld %ld %d\n", runs[i].program, runs[i].nanoseconds, runs[i].kib,
               runs[i].status);
    return 0;
}
