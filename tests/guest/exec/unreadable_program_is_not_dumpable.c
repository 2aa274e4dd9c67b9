/* A program that its user may run but not read: it runs, and is not dumpable. */
#include "check.h"
#include <sys/prctl.h>

static char *args[] = {"x", "run", NULL};

static void as_nobody(void)
{
	become_nobody();
	execv("./hidden", args);
	_exit(99);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 100 + prctl(PR_GET_DUMPABLE);
	copy_self("hidden", 0711);
	EQ(in_child(as_nobody), 100 << 8);
	OK(chmod("hidden", 0755));
	EQ(in_child(as_nobody), 101 << 8);
	return 0;
}
