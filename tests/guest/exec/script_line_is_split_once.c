/*
 * "#! interpreter  one argument with spaces ": spaces around go, the argument is one, then path and
 * argv[1..].
 */
#include "check.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static char *args[] = {"dropped", "kept", NULL};

static void run(void)
{
	execv("/tmp/split.sh", args);
	_exit(errno);
}

int main(int argc, char **argv)
{
	char text[300], name[16];

	if (argc > 1 && !strcmp(argv[1], "one  argument\t here")) {
		EQ(argc, 4);
		STREQ(argv[0], self());
		STREQ(argv[2], "/tmp/split.sh");
		STREQ(argv[3], "kept");
		STREQ((char *)getauxval(AT_EXECFN), "/tmp/split.sh");
		prctl(PR_GET_NAME, name);
		STREQ(name, "split.sh");
		return 7;
	}
	if (argc > 1)
		return argc == 3 && !strcmp(argv[1], "/tmp/split.sh") ? 8 : 9;
	sprintf(text, "#! \t%s \t one  argument\t here \t\nrest", self());
	put_file("/tmp/split.sh", text, 0755);
	EQ(in_child(run), 7 << 8);
	sprintf(text, "#!%s \t \n", self());
	put_file("/tmp/split.sh", text, 0755);
	EQ(in_child(run), 8 << 8);
	put_file("/tmp/split.sh", "#! \t\n/bin/sh\n", 0755);
	EQ(in_child(run), ENOEXEC << 8);
	memset(text, '/', 290);
	memcpy(text, "#!", 2);
	strcpy(text + 290, "x\n");
	put_file("/tmp/split.sh", text, 0755);
	EQ(in_child(run), ENOEXEC << 8);
	return 0;
}
