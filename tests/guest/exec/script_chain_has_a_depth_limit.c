/* A script may be run by a script, five times over; the next one is ELOOP. */
#include "check.h"

static char *args[] = {"x", NULL};

static void run_chain(void)
{
	execv("/tmp/s6", args);
	_exit(errno);
}

static void run_shorter(void)
{
	execv("/tmp/s5", args);
	_exit(errno);
}

int main(int argc, char **argv)
{
	char name[20], text[300];

	if (argc > 1) {
		EQ(argc, 6);
		STREQ(argv[1], "/tmp/s1");
		STREQ(argv[5], "/tmp/s5");
		return 77;
	}
	sprintf(text, "#!%s\n", self());
	put_file("/tmp/s1", text, 0755);
	for (int i = 2; i <= 6; i++) {
		sprintf(name, "/tmp/s%d", i);
		sprintf(text, "#!/tmp/s%d\n", i - 1);
		put_file(name, text, 0755);
	}
	EQ(in_child(run_shorter), 77 << 8);
	EQ(in_child(run_chain), ELOOP << 8);
	return 0;
}
