/* SPDX-License-Identifier: MIT */
/*
 * Files, and children that exec them. What runs if an exec succeeds is the code of image.c, which
 * reports through a pipe all that it sees.
 */
#ifndef EXEC_SHOWN_H
#define EXEC_SHOWN_H

#include "steps.h"
#include <pthread.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#define REPORT_FD 200
#define DIR	  "/tmp/twinexec"
#define NEW	  DIR "/x" /* the file of this step */
#define BLOB_OFF  0x1000   /* where the code is in an ELF file */

/* The code of image.c, the offset of its entry, and the file that is being made. */
static unsigned char blob[0x4000], file[0x8000];
static size_t blob_len, file_len;
static unsigned long blob_entry;

/* argv and envp of the next exec. */
static char **args, **envs;

static int ends[2] = {-1, -1}; /* of the pipe of the next report */

/* ---- files -------------------------------------------------------------------- */

/* @len bytes without headers: zeros, the code, and what data begins with. */
static inline void plain_file(unsigned char *to, size_t len)
{
	size_t data = BLOB_OFF + ((blob_len + 7) & -8);

	memset(to, 0, sizeof(file));
	if (len <= BLOB_OFF)
		return;
	memcpy(to + BLOB_OFF, blob, blob_len);
	if (len > data)
		memset(to + data, 'd', len - data);
}

static inline void new_file(size_t len)
{
	plain_file(file, len);
	file_len = len;
}

static inline size_t from_hex(unsigned char *to, const char *hex)
{
	size_t n = 0;

	for (; sscanf(hex, "%2hhx", to + n) == 1; hex += 2)
		n++;
	return n;
}

static inline void bytes(size_t off, const char *hex) { from_hex(file + off, hex); }

static inline void save(const char *name, int mode)
{
	int fd;

	unlink(name);
	fd = OK(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600));
	EQ(write(fd, file, file_len), file_len);
	OK(fchmod(fd, mode));
	close(fd);
}

/* The directory of all files, empty but for these. */
static inline void enter_dir(void)
{
	static const struct rlimit no_core;

	OK(setrlimit(RLIMIT_CORE, &no_core));
	umask(022);
	mkdir(DIR, 0755);
	mkdir(DIR "/dir", 0755);
	mkfifo(DIR "/fifo", 0755);
	OK(chmod(DIR "/fifo", 0755));
	if (symlink("x", DIR "/link") + symlink("loop", DIR "/loop") < -2)
		_exit(97);
	OK(chdir(DIR));
}

static inline void start_exec(const char *image, unsigned long entry)
{
	blob_len = from_hex(blob, image);
	blob_entry = entry;
	enter_dir();
}

/* ---- argv and envp ------------------------------------------------------------ */

/* A string of @len letters. */
static inline char *letters(size_t len)
{
	char *s = malloc(len + 1);

	memset(s, 'L', len);
	s[len] = 0;
	return s;
}

/* @n strings: these, and then mostly "many". */
static inline char **strings(size_t n, char *const *first)
{
	char **list = calloc(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = i < 8 ? first[i] : i % 100 ? "many" : list[i % 8];
	return list;
}

/* ---- what the exec inherits ----------------------------------------------------- */

static inline int limit(int kind, unsigned long soft, unsigned long hard)
{
	return setrlimit(kind, &(struct rlimit){soft, hard});
}

static inline int block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline int alternate_stack(void)
{
	return sigaltstack(&(stack_t){.ss_sp = (void *)0x10000, .ss_size = 0x4000}, NULL);
}

static inline void nothing(int sig) { (void)sig; }

/* @how: 0 a handler, 1 ignored, 2 the default. */
static inline int action(int sig, int how, int flags)
{
	struct sigaction sa = {.sa_handler = !how	? nothing
					     : how == 1 ? SIG_IGN
							: SIG_DFL,
			       .sa_flags = flags};

	return sigaction(sig, &sa, NULL);
}

static inline int open_at(int to, const char *name, int flags)
{
	int fd = open(name, flags), error;

	if (fd < 0 || fd == to)
		return fd;
	to = dup3(fd, to, flags & O_CLOEXEC);
	error = errno;
	close(fd);
	errno = error;
	return to;
}

static inline int set_groups(int n) { return setgroups(n, (gid_t[]){1000, 5, NOBODY}); }

/* ---- the exec -------------------------------------------------------------------- */

enum way { EXECVE, EXECVE_AT, BY_FD, BY_PROC, WAYS };
enum from { ALONE, THREAD, BESIDE_THREAD, VFORK, FROMS };

static struct {
	enum way way;
	const char *path;
	int at_flags, fd_flags;
} how;

static inline long do_exec(void)
{
	char name[40];
	int fd;

	switch (how.way) {
	case EXECVE_AT:
		return syscall(SYS_execveat, AT_FDCWD, how.path, args, envs, how.at_flags);
	case BY_FD:
		fd = open(how.path, how.fd_flags);
		return syscall(SYS_execveat, fd, "", args, envs, AT_EMPTY_PATH | how.at_flags);
	case BY_PROC:
		sprintf(name, "/proc/self/fd/%d", open(how.path, how.fd_flags));
		return syscall(SYS_execve, name, args, envs);
	default:
		return syscall(SYS_execve, how.path, args, envs);
	}
}

/* Without success the report is the error. */
static inline void exec_or_end(const char *who)
{
	do_exec();
	dprintf(REPORT_FD, "%s: %s\n", who, strerrorname_np(errno));
	_exit(1);
}

static inline void *exec_thread(void *arg)
{
	exec_or_end("exec in a thread");
	return arg;
}

static inline void *idle_thread(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static inline void exec_in_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		alarm(60);
		do_exec();
		_exit(errno);
	}
	dprintf(REPORT_FD, "vfork: status %#x\n", status_of(pid));
}

/* From a process of one thread, from a thread, with an idle one beside, or from a vfork first. */
static inline void exec_file(enum from from, enum way way, const char *path, int at_flags,
			     int fd_flags)
{
	pthread_t thread;

	how.way = way;
	how.path = path;
	how.at_flags = at_flags;
	how.fd_flags = fd_flags;
	if (from == THREAD && !pthread_create(&thread, NULL, exec_thread, NULL))
		idle_thread(NULL);
	if (from == BESIDE_THREAD && !pthread_create(&thread, NULL, idle_thread, NULL))
		dprintf(REPORT_FD, "beside a thread\n");
	if (from == VFORK)
		exec_in_vfork();
	exec_or_end("exec");
}

/* A child that will exec: 0 in the child. Descriptors and signals are the same wherever it runs. */
static inline pid_t start_child(void)
{
	pid_t pid;

	/* Nobody has asked for the last report. */
	close(ends[0]);
	close(ends[1]);
	OK(pipe2(ends, O_CLOEXEC));
	pid = OK(fork());
	if (pid)
		return pid;
	alarm(60);
	for (int fd = 0; fd < 3; fd++)
		open_at(fd, "/dev/null", O_RDWR);
	for (int sig = 1; sig <= 64; sig++)
		action(sig, 2, 0);
	dup2(ends[1], REPORT_FD);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

/* What the child reports, until all who could write to the pipe have ended. */
static inline const char *report(void)
{
	static char text[1 << 17];
	size_t len = 0;
	ssize_t n;

	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(ends[0]);
	ends[0] = ends[1] = -1;
	text[len] = 0;
	return text;
}

#endif
