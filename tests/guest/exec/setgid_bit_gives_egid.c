/* The setgid bit counts only together with the group's execute bit. */
#include "check.h"
#include <sys/auxv.h>

static char *args[] = {"x", "run", NULL};

static void as_nobody(void)
{
	become_nobody();
	execv("./sgid", args);
	_exit(99);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 100 + (getegid() == 0) + 2 * getauxval(AT_SECURE);
	copy_self("sgid", 02755);
	EQ(in_child(as_nobody), 103 << 8);
	OK(chmod("sgid", 02745));
	EQ(in_child(as_nobody), 100 << 8);
	return 0;
}
