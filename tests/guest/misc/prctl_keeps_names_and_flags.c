/* prctl(): name, death signal, dumpable, no_new_privs, subreaper; unknown options are EINVAL. */
#include "check.h"
#include <sys/prctl.h>

static void child(void)
{
	char name[16];
	int sig = -1;

	OK(prctl(PR_GET_PDEATHSIG, &sig));
	EQ(sig, 0);
	OK(prctl(PR_GET_NAME, name));
	STREQ(name, "exactly fifteen");
	EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

int main(void)
{
	int sig, on = 0;

	OK(prctl(PR_SET_NAME, "exactly fifteen and more"));
	OK(prctl(PR_SET_PDEATHSIG, SIGUSR1));
	OK(prctl(PR_GET_PDEATHSIG, &sig));
	EQ(sig, SIGUSR1);
	ERR(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	EQ(prctl(PR_GET_DUMPABLE), 1);
	OK(prctl(PR_SET_DUMPABLE, 0));
	EQ(prctl(PR_GET_DUMPABLE), 0);
	ERR(prctl(PR_SET_DUMPABLE, 2), EINVAL);
	OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	ERR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	OK(prctl(PR_GET_CHILD_SUBREAPER, &on));
	EQ(on, 1);
	ERR(prctl(99999, 0, 0, 0, 0), EINVAL);
	EQ(in_child(child), 0);
	return 0;
}
