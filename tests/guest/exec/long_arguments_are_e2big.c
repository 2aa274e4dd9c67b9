/* One string may have 128 KiB with its NUL; one byte more is E2BIG. */
#include "check.h"

static char text[(128 << 10) + 1];

static void longest(void)
{
	text[(128 << 10) - 1] = 0;
	EXEC_SELF(text);
}

static void too_long(void)
{
	char *argv[] = {"x", text, NULL};

	ERR(execv(self(), argv), E2BIG);
	ERR(execve(self(), argv + 2, argv), E2BIG);
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		EQ(strlen(argv[1]), (128 << 10) - 1);
		return 0;
	}
	memset(text, 'x', sizeof(text) - 1);
	EQ(in_child(too_long), 0);
	EQ(in_child(longest), 0);
	return 0;
}
