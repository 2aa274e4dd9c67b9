/* SPDX-License-Identifier: MIT */
/*
 * All vector registers keep their values over system calls that copy, clear and map pages, over
 * copy-on-write faults, fork, a failed exec, other tasks, and signals whose handlers use them.
 */
#include "../check.h"
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>

#define SIZE  (1UL << 20)
#define PAGES (SIZE / PAGE)

struct vectors {
	unsigned char bytes[16][32];
};

/*
 * These load all registers from @in, do something, and store them in @out: one system call,
 * @words[0] with the arguments @words[1..6], or a store to each of @n pages.
 */
long call_sse(const struct vectors *in, struct vectors *out, const long *words);
long call_avx(const struct vectors *in, struct vectors *out, const long *words);
void store_sse(const struct vectors *in, struct vectors *out, char *pages, long n);
void store_avx(const struct vectors *in, struct vectors *out, char *pages, long n);

__asm__(".macro all insn, reg, at, store\n"
	".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
	".if \\store\n"
	"\\insn %\\reg\\i, \\i * 32(%\\at)\n"
	".else\n"
	"\\insn \\i * 32(%\\at), %\\reg\\i\n"
	".endif\n"
	".endr\n"
	".endm\n"
	".macro functions name, insn, reg\n"
	"call_\\name:\n"
	"push %rbx; push %r12\n"
	"mov %rsi, %rbx; mov %rdx, %r12\n"
	"all \\insn, \\reg, rdi, 0\n"
	"mov (%r12), %rax; mov 8(%r12), %rdi; mov 16(%r12), %rsi; mov 24(%r12), %rdx\n"
	"mov 32(%r12), %r10; mov 40(%r12), %r8; mov 48(%r12), %r9\n"
	"syscall\n"
	"all \\insn, \\reg, rbx, 1\n"
	"pop %r12; pop %rbx\n"
	"ret\n"
	"store_\\name:\n"
	"all \\insn, \\reg, rdi, 0\n"
	"1: movb $1, (%rdx); add $4096, %rdx; dec %rcx; jnz 1b\n"
	"all \\insn, \\reg, rsi, 1\n"
	"ret\n"
	".endm\n"
	"functions sse, movups, xmm\n"
	"functions avx, vmovups, ymm\n");

static int avx;
static struct vectors in, out;

static void fill(void)
{
	static int seed;

	seed++;
	for (int i = 0; i < 16; i++)
		for (int n = 0; n < 32; n++)
			in.bytes[i][n] = seed * 37 + i * 32 + n;
}

static void compare(int line)
{
	for (int i = 0; i < 16; i++) {
		if (!memcmp(in.bytes[i], out.bytes[i], avx ? 32 : 16))
			continue;
		dprintf(1, "line %d: vector register %d has changed\n", line, i);
		_exit(1);
	}
}

static long checked_call(int line, const long *words)
{
	long ret;

	fill();
	ret = (avx ? call_avx : call_sse)(&in, &out, words);
	compare(line);
	return ret;
}

#define CALL(...) checked_call(__LINE__, (long[7]){__VA_ARGS__})

static void store(int line, char *pages)
{
	fill();
	(avx ? store_avx : store_sse)(&in, &out, pages, PAGES);
	compare(line);
}

/* Uses all registers, and new pages. */
static void handler(int sig)
{
	static struct vectors other, lost;
	char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(&other, 0xe0 + sig, sizeof(other));
	(avx ? call_avx : call_sse)(&other, &lost, (long[7]){SYS_getpid});
	for (int i = 0; i < 16; i++)
		p[i * PAGE] = 1;
	munmap(p, 16 * PAGE);
}

static void faults(char *p)
{
	int fd = scratch();
	pid_t pid;

	OK(ftruncate(fd, SIZE));
	store(__LINE__, OK(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)));
	store(__LINE__, OK(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)));
	store(__LINE__, p);
	pid = CALL(SYS_fork);
	store(__LINE__, p);
	if (!pid)
		_exit(0);
	EQ(waitpid(pid, NULL, 0), pid);
	close(fd);
}

static void copies(char *p)
{
	struct iovec from = {p, SIZE}, to = {anon(SIZE, PROT_READ | PROT_WRITE), SIZE};
	char *q = to.iov_base;
	int fd = scratch(), zero = OK(open("/dev/zero", O_RDONLY)), pipes[2];

	OK(pipe(pipes));
	EQ(CALL(SYS_write, fd, (long)p, SIZE), SIZE);
	EQ(CALL(SYS_pread64, fd, (long)q, SIZE), SIZE);
	EQ(CALL(SYS_madvise, (long)q, SIZE, MADV_DONTNEED), 0);
	EQ(CALL(SYS_process_vm_readv, getpid(), (long)&to, 1, (long)&from, 1), SIZE);
	EQ(CALL(SYS_write, pipes[1], (long)p, 60000), 60000);
	EQ(CALL(SYS_read, pipes[0], (long)q, 60000), 60000);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	EQ(CALL(SYS_sendfile, pipes[1], fd, 0, 60000), 60000);
	EQ(CALL(SYS_read, zero, (long)q, SIZE), SIZE);
	EQ(CALL(SYS_fallocate, fd, 0, 0, 2 * SIZE), 0);
	CHECK(CALL(SYS_mmap, 0, SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1) > 0);
	EQ(CALL(SYS_execve, (long)"/etc", (long)(char *[]){"x", NULL}), -EACCES);
	close(fd);
}

static void others(char *p)
{
	struct itimerval timer = {{0, 1000}, {0, 1000}}, none = {{0, 0}, {0, 0}};
	struct timespec pause = {0, 2000000};
	pid_t pid = OK(fork());

	if (!pid)
		for (;;)
			handler(0);
	signal(SIGUSR1, handler);
	EQ(CALL(SYS_kill, getpid(), SIGUSR1), 0);
	signal(SIGALRM, handler);
	OK(setitimer(ITIMER_REAL, &timer, NULL));
	for (int i = 0; i < 20; i++) {
		CALL(SYS_nanosleep, (long)&pause);
		CALL(SYS_sched_yield);
		OK(madvise(p, SIZE, MADV_DONTNEED));
		store(__LINE__, p);
	}
	OK(setitimer(ITIMER_REAL, &none, NULL));
	kill(pid, SIGKILL);
	EQ(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	char *p = anon(SIZE, PROT_READ | PROT_WRITE);

	for (avx = !!__builtin_cpu_supports("avx"); avx >= 0; avx--) {
		OK(madvise(p, SIZE, MADV_DONTNEED));
		store(__LINE__, p);
		faults(p);
		copies(p);
		others(p);
	}
	return 0;
}
