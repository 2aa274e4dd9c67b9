/*
 * setuid over RLIMIT_NPROC succeeds, but then execve is EAGAIN, until the user is within the limit
 * once.
 */
#include "check.h"

#define MARK   0x1000 /* PF_NPROC_EXCEEDED in field 9 of /proc/PID/stat */
#define OTHERS 3

static int others[2];

static void limit(rlim_t n) { OK(setrlimit(RLIMIT_NPROC, &(struct rlimit){n, 100})); }

static int marked(void)
{
	char stat[1024] = "";
	unsigned int flags = 0;
	int fd = OK(open("/proc/self/stat", O_RDONLY));

	OK(read(fd, stat, sizeof(stat) - 1));
	close(fd);
	EQ(sscanf(strrchr(stat, ')') + 1, " %*c %*d %*d %*d %*d %*d %u", &flags), 1);
	return !!(flags & MARK);
}

/* The errno of an exec that fails in any case, at the latest because there is no such file. */
static int exec_errno(void)
{
	execl("/t/no/such/program", "program", NULL);
	return errno;
}

static void over_the_limit(void)
{
	limit(OTHERS - 1);
	EQ(marked(), 0);
	OK(setuid(NOBODY));
	EQ(marked(), 1);
	EQ(exec_errno(), EAGAIN);
	EQ(exec_errno(), EAGAIN);
	EQ(marked(), 1);
	ERR(execl("", "program", NULL), ENOENT); /* the name comes first */
	ERR(fork(), EAGAIN);
	EQ(marked(), 1);
	limit(OTHERS + 1);
	EQ(exec_errno(), ENOENT);
	EQ(marked(), 0);
	limit(1);
	EQ(exec_errno(), ENOENT); /* no mark: not asked again */
}

/* The others alone do not exceed the limit: this process is not counted yet. */
static void at_the_limit(void)
{
	limit(OTHERS);
	OK(setuid(NOBODY));
	EQ(marked(), 0);
	EQ(exec_errno(), ENOENT);
	ERR(fork(), EAGAIN);
}

static void only_the_real_id_counts(void)
{
	limit(1);
	OK(setresuid(-1, NOBODY, -1));
	EQ(marked(), 0);
	OK(setresuid(-1, 0, -1));
	OK(setresuid(NOBODY, 0, 0));
	EQ(marked(), 1);
	EQ(exec_errno(), EAGAIN); /* a capability does not help */
	OK(setresuid(0, 0, 0));
	EQ(marked(), 0); /* root has no limit */
	EQ(exec_errno(), ENOENT);
}

static void fork_hands_the_mark_on(void)
{
	pid_t pid;
	int status;

	limit(1);
	OK(setuid(NOBODY));
	limit(100);
	pid = OK(fork());
	if (!pid) {
		limit(1);
		EQ(marked(), 1);
		EQ(exec_errno(), EAGAIN);
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	EQ(marked(), 0);
	limit(1);
	EQ(exec_errno(), ENOENT);
}

int main(void)
{
	char byte;

	OK(pipe(others));
	for (int i = 0; i < OTHERS; i++) {
		int ready[2];

		OK(pipe(ready));
		if (!OK(fork())) {
			close(others[1]);
			OK(setuid(NOBODY));
			close(ready[1]);
			read(others[0], &byte, 1);
			_exit(0);
		}
		close(ready[1]);
		EQ(read(ready[0], &byte, 1), 0);
	}
	EQ(in_child(over_the_limit), 0);
	EQ(in_child(at_the_limit), 0);
	EQ(in_child(only_the_real_id_counts), 0);
	EQ(in_child(fork_hands_the_mark_on), 0);
	return 0;
}
