/* SPDX-License-Identifier: MIT */
/*
 * Some forty small measurements of a kernel, seen from user space: the same binary runs on Exon
 * and on Linux. One line each on standard output:
 *
 *     name value unit          the median batch, per operation
 *     name skip REASON         the kernel (or the file system) lacks something
 *
 * The clock is the time-stamp counter. Under "qemu -icount shift=0" it advances by one for each
 * guest instruction, so there the unit "tsc" means guest instructions, kernel and user together.
 * "-u ns" reports CLOCK_MONOTONIC nanoseconds, for runs without -icount.
 *
 * As process 1 it also says how long the boot took, mounts /proc and /dev, and powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	    4096UL
#define MIB	    (1024UL * 1024UL)
#define ANON_BYTES  (64 * MIB)
#define FILE_BYTES  (4 * MIB)
#define MAX_BATCHES 31
#define NONE	    (-1) /* "cannot be measured", with no errno */

static const char *opt_dir = "/bench"; /* tiny, hello, data4m */
static const char *opt_only;	       /* substring of the names to run */
static uint64_t opt_cap = 1000000;     /* most operations per batch */
static uint64_t opt_target = 2000000;  /* ticks that a batch should last */
static unsigned opt_batches = 5;
static int opt_tsc = 1, opt_ns = 0, opt_verbose = 0;

static char path_tiny[256], path_hello[256], path_data[256];
static const char *path_busybox = "/bin/busybox";
static const char *path_true = "/bin/true";
static int fd_null = -1;

/* ------------------------------------------------------------- the clock */

static uint64_t acc_tsc, acc_ns, t_tsc, t_ns;

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return (uint64_t)hi << 32 | lo;
}

static uint64_t now_ns(void)
{
	struct timespec ts;
	if (!opt_ns || clock_gettime(CLOCK_MONOTONIC, &ts))
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* A measurement brackets what counts; it may do so several times a batch. */
static inline void start(void)
{
	t_ns = now_ns();
	t_tsc = rdtsc();
}
static inline void stop(void)
{
	uint64_t t = rdtsc();
	acc_tsc += t - t_tsc;
	acc_ns += now_ns() - t_ns;
}

/* ------------------------------------------------------------ the harness */

static const char *why(int e)
{
	static char buf[16];
	switch (e) {
	case NONE:
		return "FAILED";
	case ENOSYS:
		return "ENOSYS";
	case ENOENT:
		return "ENOENT";
	case ENOMEM:
		return "ENOMEM";
	case EINVAL:
		return "EINVAL";
	case EPERM:
		return "EPERM";
	case EACCES:
		return "EACCES";
	case EAGAIN:
		return "EAGAIN";
	case ENOEXEC:
		return "ENOEXEC";
	case E2BIG:
		return "E2BIG";
	case EFAULT:
		return "EFAULT";
	case ENODEV:
		return "ENODEV";
	case EMFILE:
		return "EMFILE";
	case ENFILE:
		return "ENFILE";
	case EBADF:
		return "EBADF";
	case ECHILD:
		return "ECHILD";
	}
	snprintf(buf, sizeof buf, "errno-%d", e);
	return buf;
}

static void say(const char *line)
{
	size_t len = strlen(line);
	while (len) {
		ssize_t r = write(1, line, len);
		if (r <= 0)
			return;
		line += r;
		len -= (size_t)r;
	}
}

static void sort(uint64_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned j = i; j && v[j] < v[j - 1]; j--) {
			uint64_t t = v[j];
			v[j] = v[j - 1];
			v[j - 1] = t;
		}
}

/* One decimal, in integer arithmetic: ticks / ops. */
static void print_value(const char *name, uint64_t *v, uint64_t ops, const char *unit)
{
	char line[160];
	sort(v, opt_batches);
	uint64_t m = (v[opt_batches / 2] * 10 + ops / 2) / ops;
	snprintf(line, sizeof line, "%s %llu.%llu %s\n", name, (unsigned long long)(m / 10),
		 (unsigned long long)(m % 10), unit);
	say(line);
	if (opt_verbose) {
		snprintf(line, sizeof line, "# %s ops=%llu min=%llu max=%llu %s\n", name,
			 (unsigned long long)ops, (unsigned long long)(v[0] / ops),
			 (unsigned long long)(v[opt_batches - 1] / ops), unit);
		say(line);
	}
}

static int wanted(const char *name) { return !opt_only || strstr(name, opt_only); }

/*
 * Measure f.  f(n) performs n operations of `items` items each between
 * start() and stop(); it returns 0, an errno, or NONE.  n grows until a batch
 * lasts opt_target ticks or n reaches opt_cap; then opt_batches batches run
 * and their median counts.
 */
static void bench(const char *name, int (*f)(uint64_t), uint64_t items)
{
	uint64_t tsc[MAX_BATCHES], ns[MAX_BATCHES], n = 1;
	int e;

	if (!wanted(name))
		return;
	for (;;) {
		acc_tsc = acc_ns = 0;
		if ((e = f(n)) != 0)
			goto skip;
		if (acc_tsc >= opt_target || n >= opt_cap)
			break;
		uint64_t next = n * (opt_target + opt_target / 4) / (acc_tsc ? acc_tsc : 1);
		if (next < 2 * n)
			next = 2 * n;
		if (next > 64 * n)
			next = 64 * n;
		n = next < opt_cap ? next : opt_cap;
	}
	for (unsigned i = 0; i < opt_batches; i++) {
		acc_tsc = acc_ns = 0;
		if ((e = f(n)) != 0)
			goto skip;
		tsc[i] = acc_tsc;
		ns[i] = acc_ns;
	}
	if (opt_tsc)
		print_value(name, tsc, n * items, "tsc");
	if (opt_ns)
		print_value(name, ns, n * items, "ns");
	return;
skip:;
	char line[160];
	snprintf(line, sizeof line, "%s skip %s\n", name, why(e));
	say(line);
}

/* ------------------------------------------------- control and system calls */

static void *map_anon(size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* 1000 user instructions an operation: says what a tick is worth here. */
static int b_control(uint64_t n)
{
	start();
	for (uint64_t i = 0; i < n; i++) {
		unsigned long k = 499;
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(k));
	}
	stop();
	return 0;
}

/* Fill 1 MiB of warm user memory with 8-byte stores: the memory control. */
static int b_stores(uint64_t n)
{
	uint64_t *buf = map_anon(MIB, PROT_READ | PROT_WRITE);
	if (!buf)
		return errno;
	memset(buf, 1, MIB);
	start();
	for (uint64_t i = 0; i < n; i++)
		for (volatile uint64_t *p = buf; p < buf + MIB / 8; p++)
			*p = i;
	stop();
	munmap(buf, MIB); /* or every later fork would carry these pages */
	return 0;
}

static int b_getppid(uint64_t n)
{
	if (syscall(SYS_getppid) < 0)
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_getppid);
	stop();
	return 0;
}

static int b_read_zero(uint64_t n)
{
	char c;
	int e = 0, fd = open("/dev/zero", O_RDONLY);
	if (fd < 0)
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		if (read(fd, &c, 1) != 1) {
			e = errno ? errno : NONE;
			break;
		}
	stop();
	close(fd);
	return e;
}

static int b_write_null(uint64_t n)
{
	int e = 0, fd = open("/dev/null", O_WRONLY);
	if (fd < 0)
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		if (write(fd, "", 1) != 1) {
			e = errno ? errno : NONE;
			break;
		}
	stop();
	close(fd);
	return e;
}

static int b_clock_libc(uint64_t n)
{
	struct timespec ts;
	if (clock_gettime(CLOCK_MONOTONIC, &ts))
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		clock_gettime(CLOCK_MONOTONIC, &ts);
	stop();
	return 0;
}

static int b_clock_raw(uint64_t n)
{
	struct timespec ts;
	if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts))
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	stop();
	return 0;
}

static volatile uint64_t sig_seen;
static void on_signal(int s)
{
	(void)s;
	sig_seen++;
}

static int b_sig_install(uint64_t n)
{
	struct sigaction sa = {.sa_handler = on_signal};
	if (sigaction(SIGUSR1, &sa, NULL))
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		sigaction(SIGUSR1, &sa, NULL);
	stop();
	return 0;
}

static int b_sig_deliver(uint64_t n)
{
	struct sigaction sa = {.sa_handler = on_signal};
	pid_t me = getpid();
	if (sigaction(SIGUSR1, &sa, NULL))
		return errno;
	sig_seen = 0;
	start();
	for (uint64_t i = 0; i < n; i++)
		if (kill(me, SIGUSR1))
			break;
	stop();
	signal(SIGUSR1, SIG_DFL);
	return sig_seen == n ? 0 : errno ? errno : NONE;
}

/* --------------------------------------------------------------- processes */

/* The bare call: what a C library adds around fork() is not the kernel's. */
static pid_t raw_fork(void) { return (pid_t)syscall(SYS_fork); }

static int reap(pid_t pid)
{
	int st;
	while (wait4(pid, &st, 0, NULL) < 0)
		if (errno != EINTR)
			return errno;
	if (WIFEXITED(st) && WEXITSTATUS(st) == 0)
		return 0;
	return WIFEXITED(st) && WEXITSTATUS(st) < 120 ? WEXITSTATUS(st) : NONE;
}

static int b_fork(uint64_t n)
{
	int e = 0;
	start();
	for (uint64_t i = 0; i < n && !e; i++) {
		pid_t pid = raw_fork();
		if (pid < 0)
			e = errno;
		else if (pid == 0)
			_exit(0);
		else
			e = reap(pid);
	}
	stop();
	return e;
}

static char *const no_env[] = {"PATH=/bin", NULL};

static int can_open(const char *path)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int run_fork(const char *path, char *const argv[])
{
	pid_t pid = raw_fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		if (fd_null >= 0)
			dup2(fd_null, 1);
		execve(path, argv, no_env);
		_exit(errno < 120 ? errno : 119);
	}
	return reap(pid);
}

static int loop_fork(uint64_t n, const char *path, char *const argv[])
{
	int e = can_open(path);
	if (e)
		return e;
	start();
	for (uint64_t i = 0; i < n && !e; i++)
		e = run_fork(path, argv);
	stop();
	return e;
}

static int b_vfork_tiny(uint64_t n)
{
	char *argv[] = {path_tiny, NULL};
	int e = can_open(path_tiny);
	if (e)
		return e;
	start();
	for (uint64_t i = 0; i < n && !e; i++) {
		pid_t pid = vfork();
		if (pid < 0) {
			e = errno;
		} else if (pid == 0) {
			execve(path_tiny, argv, no_env);
			_exit(ENOEXEC);
		} else {
			e = reap(pid);
		}
	}
	stop();
	return e;
}

static int b_exec_tiny(uint64_t n)
{
	char *argv[] = {path_tiny, NULL};
	return loop_fork(n, path_tiny, argv);
}

static int b_exec_hello(uint64_t n)
{
	char *argv[] = {path_hello, NULL};
	if (fd_null < 0)
		return ENOENT;
	return loop_fork(n, path_hello, argv);
}

static int b_exec_busybox(uint64_t n)
{
	char *argv[] = {"true", NULL};
	return loop_fork(n, path_busybox, argv);
}

static int b_exec_dynamic(uint64_t n)
{
	char *argv[] = {"true", NULL};
	return loop_fork(n, path_true, argv);
}

static int b_sh(uint64_t n)
{
	char *argv[] = {"sh", "-c", "true", NULL};
	return loop_fork(n, path_busybox, argv);
}

static int b_sh_exec(uint64_t n)
{
	static char cmd[520];
	snprintf(cmd, sizeof cmd, "%s; %s", path_tiny, path_tiny);
	char *argv[] = {"sh", "-c", cmd, NULL};
	int e = can_open(path_tiny);
	return e ? e : loop_fork(n, path_busybox, argv);
}

/* 32 strings of 4096 bytes with their terminators: 128 KiB of arguments. */
static int b_exec_argv(uint64_t n)
{
	static char str[4096], *argv[34];
	memset(str, 'a', sizeof str - 1);
	argv[0] = path_tiny;
	for (int i = 1; i <= 32; i++)
		argv[i] = str;
	return loop_fork(n, path_tiny, argv);
}

/* ------------------------------------------------------------------ memory */

static void touch(void *base, size_t len)
{
	for (volatile char *p = base, *end = p + len; p < end; p += PAGE)
		*p = 1;
}

static int fork_touched(uint64_t n, int small)
{
	void *p = map_anon(ANON_BYTES, PROT_READ | PROT_WRITE);
	if (!p)
		return errno;
	if (small)
		madvise(p, ANON_BYTES, MADV_NOHUGEPAGE);
	touch(p, ANON_BYTES);
	int e = b_fork(n);
	munmap(p, ANON_BYTES);
	return e;
}
static int b_fork_64m(uint64_t n) { return fork_touched(n, 0); }
static int b_fork_64m_4k(uint64_t n) { return fork_touched(n, 1); }

static int fault_anon(uint64_t n, int small)
{
	for (uint64_t i = 0; i < n; i++) {
		void *p = map_anon(ANON_BYTES, PROT_READ | PROT_WRITE);
		if (!p)
			return errno;
		if (small)
			madvise(p, ANON_BYTES, MADV_NOHUGEPAGE);
		start();
		touch(p, ANON_BYTES);
		stop();
		munmap(p, ANON_BYTES);
	}
	return 0;
}
static int b_fault_anon(uint64_t n) { return fault_anon(n, 0); }
static int b_fault_anon_4k(uint64_t n) { return fault_anon(n, 1); }

/* munmap of 64 MiB of touched small pages, per page. */
static int b_unmap_4k(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		void *p = map_anon(ANON_BYTES, PROT_READ | PROT_WRITE);
		if (!p)
			return errno;
		madvise(p, ANON_BYTES, MADV_NOHUGEPAGE);
		touch(p, ANON_BYTES);
		start();
		munmap(p, ANON_BYTES);
		stop();
	}
	return 0;
}

static int fault_file(uint64_t n, int prot)
{
	int fd = open(path_data, O_RDONLY);
	if (fd < 0)
		return errno;
	for (uint64_t i = 0; i < n; i++) {
		char *p = mmap(NULL, FILE_BYTES, prot, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED) {
			int e = errno;
			close(fd);
			return e;
		}
		start();
		if (prot & PROT_WRITE)
			touch(p, FILE_BYTES);
		else
			for (volatile char *q = p; q < (volatile char *)p + FILE_BYTES; q += PAGE)
				(void)*q;
		stop();
		munmap(p, FILE_BYTES);
	}
	close(fd);
	return 0;
}
static int b_fault_file(uint64_t n) { return fault_file(n, PROT_READ); }
static int b_fault_file_cow(uint64_t n) { return fault_file(n, PROT_READ | PROT_WRITE); }

/* A child writes to 1024 pages that it shares copy-on-write with its parent. */
static int b_fault_cow(uint64_t n)
{
	size_t len = 1024 * PAGE;
	void *p = map_anon(len, PROT_READ | PROT_WRITE);
	int fds[2], e = 0;
	if (!p)
		return errno;
	madvise(p, len, MADV_NOHUGEPAGE);
	touch(p, len);
	if (pipe(fds)) {
		e = errno;
		munmap(p, len);
		return e;
	}
	for (uint64_t i = 0; i < n && !e; i++) {
		uint64_t r[2];
		pid_t pid = raw_fork();
		if (pid < 0) {
			e = errno;
			break;
		}
		if (pid == 0) {
			acc_tsc = acc_ns = 0;
			start();
			touch(p, len);
			stop();
			r[0] = acc_tsc;
			r[1] = acc_ns;
			_exit(write(fds[1], r, sizeof r) == sizeof r ? 0 : 1);
		}
		if (read(fds[0], r, sizeof r) != sizeof r)
			e = NONE;
		acc_tsc += r[0];
		acc_ns += r[1];
		int f = reap(pid);
		e = e ? e : f;
	}
	close(fds[0]);
	close(fds[1]);
	munmap(p, len);
	return e;
}

static int b_mmap_munmap(uint64_t n)
{
	int e = 0;
	start();
	for (uint64_t i = 0; i < n; i++) {
		void *p = map_anon(PAGE, PROT_READ | PROT_WRITE);
		if (!p || munmap(p, PAGE)) {
			e = errno;
			break;
		}
	}
	stop();
	return e;
}

static int b_mmap_touch_munmap(uint64_t n)
{
	int e = 0;
	start();
	for (uint64_t i = 0; i < n; i++) {
		char *p = map_anon(PAGE, PROT_READ | PROT_WRITE);
		if (!p) {
			e = errno;
			break;
		}
		*(volatile char *)p = 1;
		munmap(p, PAGE);
	}
	stop();
	return e;
}

/* Two calls an operation: split one area into three, and merge them again. */
static int b_mprotect(uint64_t n)
{
	char *p = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	int e = 0;
	if (!p)
		return errno;
	touch(p, 3 * PAGE);
	start();
	for (uint64_t i = 0; i < n; i++)
		if (mprotect(p + PAGE, PAGE, PROT_READ) ||
		    mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE)) {
			e = errno;
			break;
		}
	stop();
	munmap(p, 3 * PAGE);
	return e;
}

/* Two calls an operation: 64 KiB up, 64 KiB down; nothing is touched. */
static int b_brk(uint64_t n)
{
	unsigned long cur = (unsigned long)syscall(SYS_brk, 0);
	int e = 0;
	if (cur == 0 || cur == -1UL)
		return errno ? errno : NONE;
	start();
	for (uint64_t i = 0; i < n; i++)
		if ((unsigned long)syscall(SYS_brk, cur + 16 * PAGE) != cur + 16 * PAGE ||
		    (unsigned long)syscall(SYS_brk, cur) != cur) {
			e = ENOMEM;
			break;
		}
	stop();
	return e;
}

#define MANY 1000
static char *many[MANY];

/* Neighbours differ in protection, so that they cannot be merged. */
static int many_map(int count)
{
	for (int i = 0; i < count; i++)
		if (!(many[i] = map_anon(PAGE, i & 1 ? PROT_READ | PROT_WRITE
						     : PROT_READ | PROT_WRITE | PROT_EXEC))) {
			int e = errno;
			while (i--)
				munmap(many[i], PAGE);
			return e;
		}
	return 0;
}

static void many_unmap(int count)
{
	for (int i = 0; i < count; i++)
		munmap(many[i], PAGE);
}

static int b_many_mmap(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		start();
		int e = many_map(MANY);
		stop();
		if (e)
			return e;
		many_unmap(MANY);
	}
	return 0;
}

static int b_many_fault(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		int e = many_map(MANY);
		if (e)
			return e;
		start();
		for (unsigned j = 0; j < MANY; j++) /* 379 is prime to 1000 */
			*(volatile char *)many[j * 379 % MANY] = 1;
		stop();
		many_unmap(MANY);
	}
	return 0;
}

static int b_many_munmap(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		int e = many_map(MANY);
		if (e)
			return e;
		start();
		for (unsigned j = 0; j < MANY; j++)
			munmap(many[j * 379 % MANY], PAGE);
		stop();
	}
	return 0;
}

static int b_many_mmap_munmap(uint64_t n)
{
	int e = many_map(MANY);
	if (e)
		return e;
	e = b_mmap_munmap(n);
	many_unmap(MANY);
	return e;
}

static int read_maps(uint64_t n, int areas)
{
	static char buf[65536];
	int e = many_map(areas);
	if (e)
		return e;
	start();
	for (uint64_t i = 0; i < n && !e; i++) {
		ssize_t r, total = 0;
		int fd = open("/proc/self/maps", O_RDONLY);
		if (fd < 0) {
			e = errno;
			break;
		}
		while ((r = read(fd, buf, sizeof buf)) > 0)
			total += r;
		close(fd);
		if (r < 0 || total == 0)
			e = r < 0 ? errno : NONE;
	}
	stop();
	many_unmap(areas);
	return e;
}
static int b_maps_10(uint64_t n) { return read_maps(n, 10); }
static int b_maps_100(uint64_t n) { return read_maps(n, 100); }
static int b_maps_1000(uint64_t n) { return read_maps(n, 1000); }

/* ---------------------------------------------------------- files and pipes */

static int b_pipe(uint64_t n)
{
	int to[2], from[2], e = 0;
	char c = 0;
	if (pipe(to))
		return errno;
	if (pipe(from)) {
		e = errno;
		close(to[0]);
		close(to[1]);
		return e;
	}
	pid_t pid = raw_fork();
	if (pid == 0) {
		close(to[1]);
		close(from[0]);
		while (read(to[0], &c, 1) == 1)
			if (write(from[1], &c, 1) != 1)
				break;
		_exit(0);
	}
	if (pid < 0)
		e = errno;
	close(to[0]);
	close(from[1]);
	if (pid > 0) {
		if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
			e = errno ? errno : NONE;
		start();
		for (uint64_t i = 0; i < n && !e; i++)
			if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
				e = errno ? errno : NONE;
		stop();
	}
	close(to[1]);
	close(from[0]);
	if (pid > 0)
		reap(pid);
	return e;
}

/* One process, one pipe: write 1 byte and read it back; no switch. */
static int b_pipe_self(uint64_t n)
{
	int fds[2], e = 0;
	char c = 0;
	if (pipe(fds))
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		if (write(fds[1], &c, 1) != 1 || read(fds[0], &c, 1) != 1) {
			e = errno ? errno : NONE;
			break;
		}
	stop();
	close(fds[0]);
	close(fds[1]);
	return e;
}

static int b_read_file(uint64_t n)
{
	enum { CHUNK = 65536 };
	int e = 0, fd = open(path_data, O_RDONLY);
	if (fd < 0)
		return errno;
	char *buf = map_anon(CHUNK, PROT_READ | PROT_WRITE);
	if (!buf) {
		e = errno;
		close(fd);
		return e;
	}
	memset(buf, 1, CHUNK);
	start();
	for (uint64_t i = 0; i < n && !e; i++) {
		ssize_t r;
		size_t total = 0;
		if (lseek(fd, 0, SEEK_SET) != 0) {
			e = errno;
			break;
		}
		while ((r = read(fd, buf, CHUNK)) > 0)
			total += (size_t)r;
		if (total != FILE_BYTES)
			e = r < 0 ? errno : NONE;
	}
	stop();
	munmap(buf, CHUNK);
	close(fd);
	return e;
}

static int b_open_close(uint64_t n)
{
	int e = can_open(path_data);
	if (e)
		return e;
	start();
	for (uint64_t i = 0; i < n; i++)
		close(open(path_data, O_RDONLY));
	stop();
	return 0;
}

static int b_stat(uint64_t n)
{
	struct stat st;
	if (stat(path_data, &st))
		return errno;
	start();
	for (uint64_t i = 0; i < n; i++)
		stat(path_data, &st);
	stop();
	return 0;
}

/* ----------------------------------------------------------------- the list */

static const struct {
	const char *name;
	int (*f)(uint64_t);
	uint64_t items;
} table[] = {
	{"control_1000insn", b_control, 1},
	{"control_store_mib", b_stores, 1},
	{"null_syscall", b_getppid, 1},
	{"read_zero_1b", b_read_zero, 1},
	{"write_null_1b", b_write_null, 1},
	{"clock_gettime_libc", b_clock_libc, 1},
	{"clock_gettime_raw", b_clock_raw, 1},
	{"sig_install", b_sig_install, 1},
	{"sig_deliver", b_sig_deliver, 1},
	{"open_close", b_open_close, 1},
	{"stat", b_stat, 1},
	{"read_file_mib", b_read_file, FILE_BYTES / MIB},
	{"pipe_self", b_pipe_self, 1},
	{"pipe_round_trip", b_pipe, 1},
	{"fork_exit_wait", b_fork, 1},
	{"vfork_exec_tiny", b_vfork_tiny, 1},
	{"fork_exec_tiny", b_exec_tiny, 1},
	{"fork_exec_hello", b_exec_hello, 1},
	{"fork_exec_busybox_true", b_exec_busybox, 1},
	{"fork_exec_dynamic_true", b_exec_dynamic, 1},
	{"sh_c_true", b_sh, 1},
	{"sh_c_two_tiny", b_sh_exec, 1},
	{"fork_exec_argv_128k", b_exec_argv, 1},
	{"fork_64m", b_fork_64m, 1},
	{"fork_64m_4k", b_fork_64m_4k, 1},
	{"fault_anon", b_fault_anon, ANON_BYTES / PAGE},
	{"fault_anon_4k", b_fault_anon_4k, ANON_BYTES / PAGE},
	{"unmap_4k", b_unmap_4k, ANON_BYTES / PAGE},
	{"fault_file", b_fault_file, FILE_BYTES / PAGE},
	{"fault_file_cow", b_fault_file_cow, FILE_BYTES / PAGE},
	{"fault_cow", b_fault_cow, 1024},
	{"mmap_munmap", b_mmap_munmap, 1},
	{"mmap_touch_munmap", b_mmap_touch_munmap, 1},
	{"mprotect_split_merge", b_mprotect, 1},
	{"brk_grow_shrink", b_brk, 1},
	{"vma1000_mmap", b_many_mmap, MANY},
	{"vma1000_fault", b_many_fault, MANY},
	{"vma1000_munmap", b_many_munmap, MANY},
	{"vma1000_mmap_munmap", b_many_mmap_munmap, 1},
	{"maps_10", b_maps_10, 1},
	{"maps_100", b_maps_100, 1},
	{"maps_1000", b_maps_1000, 1},
};

static void usage(void)
{
	say("usage: kbench [-u tsc|ns|both] [-n most-ops] [-t ticks-a-batch] [-r batches]\n"
	    "              [-m name-substring] [-d bench-folder] [-l] [-o] [-v]\n"
	    "-o: without Exon's records of the film\n");
	_exit(2);
}

/* The first process: everything runs in a child, whose status it prints. */
static void be_init(void)
{
	char line[128];
	int st = -1;
	snprintf(line, sizeof line, "boot_to_init %llu tsc\n", (unsigned long long)rdtsc());
	say(line);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	pid_t pid = raw_fork();
	if (pid == 0)
		return;
	while (wait4(pid, &st, 0, NULL) < 0 && errno == EINTR)
		;
	snprintf(line, sizeof line, "kbench ends %d\n", st);
	say(line);
	reboot(RB_POWER_OFF);
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		be_init();
	int first = 1; /* behind the words that the kernel did not know */
	while (first < argc && argv[first][0] != '-')
		first++;
	for (int i = first; i < argc; i++) {
		const char *a = argv[i];
		if (a[0] != '-' || !a[1] || a[2])
			usage();
		if (a[1] == 'v') {
			opt_verbose = 1;
			continue;
		}
		if (a[1] == 'o') {
			int fd = open("/proc/exec_trace", O_WRONLY);
			if (fd < 0 || write(fd, "0", 1) != 1)
				usage();
			close(fd);
			continue;
		}
		if (a[1] == 'l') {
			for (size_t j = 0; j < sizeof table / sizeof table[0]; j++) {
				say(table[j].name);
				say("\n");
			}
			return 0;
		}
		if (++i >= argc)
			usage();
		switch (a[1]) {
		case 'u':
			opt_tsc = strcmp(argv[i], "ns") != 0;
			opt_ns = strcmp(argv[i], "tsc") != 0;
			break;
		case 'n':
			opt_cap = strtoull(argv[i], NULL, 0);
			break;
		case 't':
			opt_target = strtoull(argv[i], NULL, 0);
			break;
		case 'r':
			opt_batches = (unsigned)strtoul(argv[i], NULL, 0);
			break;
		case 'm':
			opt_only = argv[i];
			break;
		case 'd':
			opt_dir = argv[i];
			break;
		default:
			usage();
		}
	}
	if (opt_cap < 1)
		opt_cap = 1;
	if (opt_batches < 1 || opt_batches > MAX_BATCHES)
		opt_batches = 5;
	snprintf(path_tiny, sizeof path_tiny, "%s/tiny", opt_dir);
	snprintf(path_hello, sizeof path_hello, "%s/hello", opt_dir);
	snprintf(path_data, sizeof path_data, "%s/data4m", opt_dir);
	fd_null = open("/dev/null", O_WRONLY);

	struct sysinfo si;
	if (wanted("mem") && sysinfo(&si) == 0) {
		char line[96];
		unsigned unit = si.mem_unit ? si.mem_unit : 1;
		snprintf(line, sizeof line, "mem_total %llu KiB\nmem_free %llu KiB\n",
			 (unsigned long long)si.totalram * unit / 1024,
			 (unsigned long long)si.freeram * unit / 1024);
		say(line);
	}

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		bench(table[i].name, table[i].f, table[i].items);
	return 0;
}
