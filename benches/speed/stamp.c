/* Prints the time at which it began, in nanoseconds since the Unix epoch. */
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("began %lld.\n", now.tv_sec * 1000000000LL + now.tv_nsec);
    return 0;
}
