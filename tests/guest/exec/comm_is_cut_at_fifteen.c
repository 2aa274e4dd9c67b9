/*
 * The name of the task is the last part of the path, cut at 15 bytes; /proc/self/exe is the whole
 * path.
 */
#include "check.h"
#include <sys/prctl.h>

#define LONG_NAME "a_name_with_more_than_fifteen_bytes"

int main(int argc, char **argv)
{
	char name[16], *args[] = {"another name", "x", NULL};

	if (argc > 1) {
		prctl(PR_GET_NAME, name);
		STREQ(name, "a_name_with_mor");
		STREQ(self(), "/tmp/" LONG_NAME);
		STREQ(argv[0], "another name");
		OK(unlink(LONG_NAME));
		STREQ(self(), "/tmp/" LONG_NAME " (deleted)");
		return 0;
	}
	copy_self(LONG_NAME, 0755);
	execv("./" LONG_NAME, args);
	return 1;
}
