/* /proc/PID/syscall, stack, wchan: of a task that sleeps, of the reader, and who may read them. */
#include "check.h"
#include <sys/prctl.h>

static char text[8192];

/* The file of @pid as a text; -errno. */
static int get(pid_t pid, const char *name)
{
	char path[64];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	text[n < 0 ? 0 : n] = 0;
	return n;
}

static void as_nobody(void)
{
	become_nobody();
	EQ(get(1, "syscall"), -EACCES);
	EQ(get(1, "stack"), -EACCES);
	EQ(get(1, "wchan"), 1);
	STREQ(text, "0");
	/* Of its own process, too, nobody learns no addresses of the kernel. */
	OK(prctl(PR_SET_DUMPABLE, 1));
	EQ(get(getpid(), "stack"), -EACCES);
	CHECK(get(getpid(), "syscall") > 0);
}

int main(void)
{
	unsigned long args[6], sp, ip;
	char path[64];
	int p[2], status, nr;
	pid_t child;

	OK(pipe(p));
	child = OK(fork());
	if (!child) {
		close(p[1]);
		read(p[0], (void *)0x1234, 77);
		_exit(0);
	}
	do {
		usleep(1000);
		CHECK(get(child, "syscall") > 0);
	} while (!strncmp(text, "running", 7));
	EQ(sscanf(text, "%d %lx %lx %lx %lx %lx %lx %lx %lx", &nr, &args[0], &args[1], &args[2],
		  &args[3], &args[4], &args[5], &sp, &ip),
	   9);
	EQ(nr, SYS_read);
	EQ(args[0], p[0]);
	EQ(args[1], 0x1234);
	EQ(args[2], 77);
	CHECK(sp && ip);
	CHECK(get(child, "wchan") > 1);
	CHECK(strstr(text, "pipe"));
	CHECK(get(child, "stack") > 0);
	EQ(strncmp(text, "[<0>] ", 6), 0);
	CHECK(strstr(text, "do_syscall_64+0x"));
	close(p[1]);
	OK(waitpid(child, NULL, 0));

	CHECK(get(getpid(), "syscall") > 0);
	EQ(atoi(text), SYS_read);
	EQ(get(getpid(), "wchan"), 1);
	STREQ(text, "0");
	EQ(get(getpid(), "stack") > 0 && strstr(text, "proc_pid_stack+0x"), 1);

	snprintf(path, sizeof(path), "/proc/%d/wchan", child);
	ERR(open(path, O_RDONLY), ENOENT);
	status = in_child(as_nobody);
	EQ(status, 0);
	return 0;
}
