/* SPDX-License-Identifier: MIT */
/*
 * core_pattern "|program word ...": the kernel starts the program as root, with an empty
 * environment, in "/", and writes the dump into its standard input. An empty pattern names no file.
 *
 * The program is this one, as /tmp/h; it writes what it has seen into a fifo.
 */
#include "../check.h"
#include <sys/prctl.h>

#define SEEN	  "/tmp/seen"
#define UNLIMITED RLIM_INFINITY
#define DUMPED	  (SIGABRT | 0x80)

static int seen; /* both ends of the fifo */

/* ---- the helper ---------------------------------------------------------------- */

static long read_dump(void)
{
	static char buf[4096];
	long sum = 0, n;

	while ((n = OK(read(0, buf, sizeof(buf)))) > 0)
		sum += n;
	return sum;
}

static void say_all(char **argv)
{
	char text[1024], cwd[64];
	struct rlimit core;
	int n = 0;

	OK(getrlimit(RLIMIT_CORE, &core));
	for (int i = 1; argv[i]; i++)
		n += sprintf(text + n, "<%s>", argv[i]);
	n += sprintf(text + n, " in %s, environment %d", getcwd(cwd, sizeof(cwd)), !!environ[0]);
	n += sprintf(text + n, ", ids %d %d %d %d", getuid(), geteuid(), getgid(), getegid());
	n += sprintf(text + n, ", groups %d, group %d, session %d", getgroups(0, NULL), getpgrp(),
		     getsid(0));
	n += sprintf(text + n, ", limit %ld %ld, umask %o", (long)core.rlim_cur,
		     (long)core.rlim_max, umask(0));
	n += sprintf(text + n, ", of a kernel thread %d", getppid() == 0 || getppid() == 2);
	n += sprintf(text + n, ", files %d %d %d", fcntl(0, F_GETFL), fcntl(1, F_GETFL),
		     fcntl(2, F_GETFL));
	n += sprintf(text + n, ", pidfd %ld", syscall(SYS_pidfd_send_signal, 3, 0, NULL, 0));
	OK(write(OK(open(SEEN, O_WRONLY)), text, n));
}

static int helper(char **argv)
{
	const char *what = argv[1];
	int fd;

	if (!strcmp(what, "say")) {
		say_all(argv);
		return 0;
	}
	fd = OK(open(SEEN, O_WRONLY));
	if (!strcmp(what, "read"))
		dprintf(fd, "%ld", read_dump());
	else if (!strcmp(what, "stay"))
		dprintf(fd, "%d", read_dump() ? getpid() : 0);
	else
		dprintf(fd, "%d", getpid());
	if (!strcmp(what, "crash"))
		abort();
	if (!strcmp(what, "stay") || !strcmp(what, "sleep"))
		pause();
	return 0;
}

/* ---- the process that is dumped -------------------------------------------------- */

static void put(const char *file, const char *text)
{
	char path[64];
	int fd;

	sprintf(path, "/proc/sys/kernel/%s", file);
	fd = OK(open(path, O_WRONLY | O_TRUNC));
	EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const char *saw(void)
{
	static char buf[1024];

	buf[OK(read(seen, buf, sizeof(buf) - 1))] = '\0';
	return buf;
}

static pid_t start(const char *pattern, rlim_t limit)
{
	struct rlimit core = {limit, UNLIMITED};
	pid_t pid;

	put("core_pattern", pattern);
	pid = OK(fork());
	if (pid)
		return pid;
	OK(setrlimit(RLIMIT_CORE, &core));
	OK(setgid(7));
	OK(setuid(1000));
	OK(prctl(PR_SET_NAME, "a /b"));
	OK(prctl(PR_SET_DUMPABLE, 1));
	abort();
}

static int end(pid_t pid)
{
	int status = -1;

	EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static int status_of(const char *pattern, rlim_t limit) { return end(start(pattern, limit)); }

static void words_are_expanded(void)
{
	char want[512];
	pid_t pid = start("|/tmp/h  say %p %P %i %I %u %g %s %e %f %c\t%d %%%p%q%F  two %", 0);

	EQ(end(pid), DUMPED);
	sprintf(want,
		"<say><%d><%d><%d><%d><1000><7><6><a !b><core_goes_to_a_program><0><1><%%%d3><two>"
		"<> in /, environment 0, ids 0 0 0 0, groups 0, group 0, session 0, limit 1 1, "
		"umask 22, of a kernel thread 1, files 0 -1 -1, pidfd 0",
		pid, pid, pid, pid, pid);
	STREQ(saw(), want);
}

/* All bytes of a core file, whatever the limit is; but 1 is the limit of helpers. */
static void dump_is_complete(void)
{
	static const rlim_t limits[] = {0, 2, 4096, UNLIMITED};
	struct stat st;

	unlink("/tmp/file");
	EQ(status_of("/tmp/file", UNLIMITED), DUMPED);
	OK(stat("/tmp/file", &st));
	unlink("/tmp/file");
	for (int i = 0; i < 4; i++) {
		EQ(status_of("| /tmp/h read", limits[i]), DUMPED);
		EQ(atol(saw()), st.st_size);
	}
	EQ(status_of("|/tmp/h read", 1), SIGABRT);
	EQ(status_of("|tmp/h crash", 0), DUMPED);
	saw();
}

static void program_can_be_missing(void)
{
	EQ(status_of("|/tmp/none", 0), SIGABRT);
	EQ(status_of("|h read", 0), SIGABRT); /* the path begins at "/" */
	EQ(status_of("|/tmp", 0), SIGABRT);
	EQ(status_of("|", UNLIMITED), SIGABRT);
	EQ(status_of("| ", UNLIMITED), SIGABRT);
	EQ(status_of("|%q", UNLIMITED), SIGABRT);
}

/* Nobody reads: only SIGKILL, or the end of the helper, ends the dump. */
static void other_signals_wait_for_the_dump(void)
{
	pid_t pid = start("|/tmp/h sleep", 0), reader = atoi(saw());

	OK(kill(pid, SIGTERM));
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	OK(kill(reader, SIGKILL));
	EQ(end(pid), DUMPED);
	pid = start("|/tmp/h sleep", 0);
	reader = atoi(saw());
	OK(kill(pid, SIGKILL));
	EQ(end(pid), SIGKILL);
	OK(kill(reader, SIGKILL));
}

/* With core_pipe_limit the process stays until its helper has ended. */
static void limit_waits_for_helpers(void)
{
	pid_t pid, reader;

	put("core_pipe_limit", "1");
	pid = start("|/tmp/h stay", 0);
	reader = atoi(saw());
	CHECK(reader > 0);
	EQ(waitpid(pid, NULL, WNOHANG), 0);
	EQ(status_of("|/tmp/h read", 0), SIGABRT); /* one too many */
	OK(kill(reader, SIGKILL));
	EQ(end(pid), DUMPED);
	put("core_pipe_limit", "0");
}

static void empty_pattern_names_nothing(void)
{
	char name[16];
	pid_t pid;

	EQ(status_of("\n", UNLIMITED), SIGABRT);
	put("core_uses_pid", "1");
	pid = start("\n", UNLIMITED);
	EQ(end(pid), DUMPED);
	sprintf(name, ".%d", pid);
	OK(unlink(name));
	EQ(status_of("|/tmp/h read", 0), DUMPED); /* no ".PID" behind it */
	CHECK(atol(saw()) > 0);
	put("core_uses_pid", "0");
}

int main(int argc, char **argv)
{
	char exe[256] = "";

	if (argc > 1)
		return helper(argv);
	OK(readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	unlink("/tmp/h");
	OK(symlink(exe, "/tmp/h"));
	unlink(SEEN);
	OK(mkfifo(SEEN, 0600));
	seen = OK(open(SEEN, O_RDWR));
	OK(mkdir("/tmp/cores", 0777));
	OK(chmod("/tmp/cores", 0777));
	OK(chdir("/tmp/cores"));
	words_are_expanded();
	dump_is_complete();
	program_can_be_missing();
	other_signals_wait_for_the_dump();
	limit_waits_for_helpers();
	empty_pattern_names_nothing();
	put("core_pattern", "core");
	OK(chdir("/tmp"));
	OK(rmdir("/tmp/cores"));
	unlink("/tmp/h");
	unlink(SEEN);
	return 0;
}
