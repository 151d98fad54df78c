/* The least that a program can do that puts a session into the environment of a command: four
 * variables, exec. Linked statically, it is what mfaexec's times are divided by. */
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    setenv("AWS_ACCESS_KEY_ID", "ASIAQ3EGAAAAAAAAAAAA", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00", 1);
    setenv("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN", 1);
    setenv("AWS_REGION", "eu-central-1", 1);
    execlp("true", "true", (char *)0);
    return 127;
}
