/* SPDX-License-Identifier: MIT */
/*
 * What the guest tests share. A test is one program that makes one claim: it
 * ends with 0 when the claim holds, else it prints the place, what it expected
 * and what it got, and ends with 1. It runs as root, in /tmp, on both kernels.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE   4096UL
#define NOBODY 65534

/* The condition holds. */
#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			dprintf(1, "%s:%d: %s does not hold (errno %d)\n", __FILE__, __LINE__, \
				#cond, errno); \
			_exit(1); \
		} \
	} while (0)

/* Two integers are the same. */
#define EQ(got, want) \
	do { \
		long g_ = (long)(got), w_ = (long)(want); \
		if (g_ != w_) { \
			dprintf(1, \
				"%s:%d: %s: got %ld (%#lx, errno %d), expected %s = %ld (%#lx)\n", \
				__FILE__, __LINE__, #got, g_, g_, errno, #want, w_, w_); \
			_exit(1); \
		} \
	} while (0)

/* Two strings are the same. */
#define STREQ(got, want) \
	do { \
		const char *g_ = (got), *w_ = (want); \
		if (strcmp(g_, w_)) { \
			dprintf(1, "%s:%d: %s: got \"%s\", expected \"%s\"\n", __FILE__, __LINE__, \
				#got, g_, w_); \
			_exit(1); \
		} \
	} while (0)

/* The call succeeds: anything but -1. */
#define OK(call) \
	({ \
		__typeof__(call) r_ = (call); \
		if ((long)r_ == -1) { \
			dprintf(1, "%s:%d: %s: failed with errno %d (%s)\n", __FILE__, __LINE__, \
				#call, errno, strerror(errno)); \
			_exit(1); \
		} \
		r_; \
	})

/* The call fails with this errno. */
#define ERR(call, want) \
	do { \
		errno = 0; \
		long r_ = (long)(call); \
		if (r_ != -1 || errno != (want)) { \
			dprintf(1, \
				"%s:%d: %s: got %ld, errno %d (%s); expected -1, errno %d (%s)\n", \
				__FILE__, __LINE__, #call, r_, r_ == -1 ? errno : 0, \
				strerror(r_ == -1 ? errno : 0), (want), strerror(want)); \
			_exit(1); \
		} \
	} while (0)

/* The wait status of a child that runs fn() and then exits with 0. */
static inline int in_child(void (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		fn();
		_exit(0);
	}
	CHECK(pid > 0);
	EQ(waitpid(pid, &status, 0), pid);
	return status;
}

/* Become nobody, with no group left. */
static inline void become_nobody(void)
{
	OK(setgroups(0, NULL));
	OK(setresgid(NOBODY, NOBODY, NOBODY));
	OK(setresuid(NOBODY, NOBODY, NOBODY));
}

struct fault {
	int sig, code;
	void *addr;
};
static struct fault fault_seen;
static sigjmp_buf fault_jump;

static inline void fault_handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_seen = (struct fault){sig, info->si_code, info->si_addr};
	siglongjmp(fault_jump, 1);
}

/* The SIGSEGV or SIGBUS that fn(arg) causes; sig is 0 when it returns. */
static inline struct fault fault_of(void (*fn)(void *), void *arg)
{
	struct sigaction sa = {.sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	fault_seen = (struct fault){0};
	if (!sigsetjmp(fault_jump, 1))
		fn(arg);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	return fault_seen;
}

static inline void read_byte(void *p) { (void)*(volatile char *)p; }

static inline void write_byte(void *p) { *(volatile char *)p = 1; }

static inline void call_code(void *p) { ((void (*)(void))p)(); }

#define FAULT(fn, p, want_sig, want_code) \
	do { \
		struct fault f_ = fault_of(fn, p); \
		EQ(f_.sig, want_sig); \
		EQ(f_.code, want_code); \
		EQ(f_.addr, (void *)(p)); \
	} while (0)
#define NO_FAULT(fn, p) EQ(fault_of(fn, p).sig, 0)

/* Anonymous private memory, or an end of the test. */
static inline char *anon(size_t bytes, int prot)
{
	return OK(mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

/* A new empty file without a name in the working directory. */
static inline int scratch(void)
{
	char name[] = "scratch.XXXXXX";
	int fd = OK(mkstemp(name));

	OK(unlink(name));
	return fd;
}

/* The number after "NAME:" in a file of /proc, or -1. */
static inline long proc_number(const char *file, const char *name)
{
	char line[256];
	long value = -1;
	FILE *f = fopen(file, "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtol(line + strlen(name) + 1, NULL, 0);
	fclose(f);
	return value;
}

/* The line of /proc/self/maps that covers addr, without its newline; "" when none does. */
static inline const char *map_of(const void *addr)
{
	static char line[512];
	unsigned long lo, hi;
	FILE *f = fopen("/proc/self/maps", "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%lx-%lx", &lo, &hi) == 2 && (unsigned long)addr >= lo &&
		    (unsigned long)addr < hi) {
			fclose(f);
			return line;
		}
	}
	fclose(f);
	return "";
}

/* The path of this program. */
static inline char *self(void)
{
	static char path[256];

	path[OK(readlink("/proc/self/exe", path, sizeof(path) - 1))] = 0;
	return path;
}

/* Execute this program again with these arguments; what main() does with them is its answer. */
#define EXEC_SELF(...) \
	do { \
		char *argv_[] = {self(), __VA_ARGS__, NULL}; \
		execv(argv_[0], argv_); \
		dprintf(1, "%s:%d: exec: errno %d\n", __FILE__, __LINE__, errno); \
		_exit(1); \
	} while (0)

/* A file with this text and mode; what was there is gone first. */
static inline void put_file(const char *path, const char *text, mode_t mode)
{
	unlink(path);
	int fd = OK(open(path, O_CREAT | O_EXCL | O_WRONLY, 0600));

	EQ(write(fd, text, strlen(text)), strlen(text));
	OK(fchmod(fd, mode));
	close(fd);
}

/* A copy of this program with this mode. */
static inline void copy_self(const char *path, mode_t mode)
{
	static char buf[65536];
	ssize_t n;
	int in = OK(open("/proc/self/exe", O_RDONLY)), out;

	unlink(path);
	out = OK(open(path, O_CREAT | O_EXCL | O_WRONLY, 0600));
	while ((n = OK(read(in, buf, sizeof(buf)))) > 0)
		EQ(write(out, buf, n), n);
	OK(fchmod(out, mode));
	close(in);
	close(out);
}

static inline double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline void sleep_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

/* The letter after "State:" in /proc/PID/status. @pid may be the number of a thread. */
static inline char state_of(pid_t pid)
{
	char path[64], line[256], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "State: %c", &state);
	fclose(f);
	return state;
}

#endif
