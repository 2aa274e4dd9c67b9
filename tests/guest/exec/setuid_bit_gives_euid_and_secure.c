/* A setuid root program run by nobody: euid 0, uid kept, AT_SECURE 1, not dumpable. */
#include "check.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static char *args[] = {"x", "run", NULL};

static void as_nobody(void)
{
	become_nobody();
	execv("./suid", args);
	_exit(99);
}

int main(int argc, char **argv)
{
	uid_t r, e, s;

	(void)argv;
	if (argc > 1) {
		OK(getresuid(&r, &e, &s));
		EQ(r, NOBODY);
		EQ(e, 0);
		EQ(s, 0);
		EQ(getegid(), NOBODY);
		EQ(getauxval(AT_SECURE), 1);
		EQ(getauxval(AT_UID), NOBODY);
		EQ(getauxval(AT_EUID), 0);
		EQ(prctl(PR_GET_DUMPABLE), 0);
		return 5;
	}
	EQ(getauxval(AT_SECURE), 0);
	EQ(prctl(PR_GET_DUMPABLE), 1);
	copy_self("suid", 04755);
	EQ(in_child(as_nobody), 5 << 8);
	return 0;
}
