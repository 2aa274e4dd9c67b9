/* Root may execute when any execute bit is set, nobody when the one that counts for him is. */
#include "check.h"

static char *args[] = {"x", "run", NULL};

static void run(void)
{
	execv("./bits", args);
	_exit(errno);
}

static void as_nobody(void)
{
	become_nobody();
	run();
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 100;
	copy_self("bits", 0644);
	EQ(in_child(run), EACCES << 8);
	OK(chmod("bits", 0010));
	EQ(in_child(run), 100 << 8);
	EQ(in_child(as_nobody), EACCES << 8);
	OK(chown("bits", NOBODY, NOBODY));
	OK(chmod("bits", 0655));
	EQ(in_child(as_nobody), EACCES << 8);
	OK(chmod("bits", 0500));
	EQ(in_child(as_nobody), 100 << 8);
	return 0;
}
