/*
 * An exec that fails leaves memory, break, signals, descriptors, directory and name as they were.
 */
#include "check.h"
#include <sys/prctl.h>

static void handler(int sig) { (void)sig; }

static char *all_maps(void)
{
	static char both[2][65536];
	static int calls;
	char *buf = both[calls++], *at = buf;
	ssize_t n;
	int fd = OK(open("/proc/self/maps", O_RDONLY));

	while ((n = OK(read(fd, at, 8192))) > 0)
		at += n;
	close(fd);
	return buf;
}

int main(void)
{
	char *argv[] = {"x", NULL}, cwd[100], name[16];
	struct sigaction sa;
	stack_t ss = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ};

	put_file("bad_text",
		 "\x7f"
		 "ELF, says the file",
		 0755);
	signal(SIGUSR1, handler);
	OK(sigaltstack(&ss, NULL));
	prctl(PR_SET_NAME, "before");
	int fd = OK(open("/dev/null", O_RDONLY | O_CLOEXEC));
	OK(chdir("/proc"));
	char *before = all_maps();
	void *end = sbrk(0);
	ERR(execv("/tmp/bad_text", argv), ENOEXEC);
	ERR(execv("/tmp/none", argv), ENOENT);
	EQ(sbrk(0), end);
	STREQ(all_maps(), before);
	OK(sigaction(SIGUSR1, NULL, &sa));
	EQ(sa.sa_handler, handler);
	OK(fcntl(fd, F_GETFD));
	STREQ(getcwd(cwd, sizeof(cwd)), "/proc");
	prctl(PR_GET_NAME, name);
	STREQ(name, "before");
	OK(sigaltstack(NULL, &ss));
	EQ(ss.ss_flags, 0);
	return 0;
}
