/*
 * flags: -static -nostdlib -ffreestanding -fpie -fno-stack-protector -fcf-protection=none
 *	 -Wl,-z,noseparate-code -Wl,--build-id=none */
/* SPDX-License-Identifier: MIT */
/*
 * What the exec family of the twin programs runs: it writes all that a new program can see of its
 * exec to descriptor 200. Code and constants alone, wherever they are loaded: no data, no pointer
 * to a string in an array. exec.c puts headers of its own before these bytes.
 */
#include <asm/prctl.h>
#include <asm/unistd.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_FD 200
#define LAST_FD	  40

struct report {
	size_t len;
	char text[2048];
};

static long call(long n, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The compiler may call it. */
__attribute__((used)) void *memset(void *d, int c, size_t n)
{
	for (volatile char *p = d; n--;)
		*p++ = c;
	return d;
}

static void flush(struct report *r)
{
	call(__NR_write, REPORT_FD, (long)r->text, r->len, 0);
	r->len = 0;
}

static void put(struct report *r, char c)
{
	if (r->len == sizeof(r->text))
		flush(r);
	r->text[r->len++] = c;
}

static void text(struct report *r, const char *s)
{
	while (*s)
		put(r, *s++);
}

static void hex(struct report *r, unsigned long v)
{
	int shift = 60;

	put(r, ' ');
	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put(r, "0123456789abcdef"[v >> shift & 15]);
}

static void value(struct report *r, const char *name, unsigned long v)
{
	put(r, ' ');
	text(r, name);
	hex(r, v);
}

static uint32_t hash(const unsigned char *p, long n)
{
	uint32_t h = 2166136261;

	while (n-- > 0)
		h = (h ^ *p++) * 16777619;
	return h;
}

/* Where it is, its start, its length, its hash. */
static void string(struct report *r, const char *s)
{
	size_t n = 0;

	hex(r, (unsigned long)s);
	put(r, ' ');
	for (; s[n]; n++)
		if (n < 40)
			put(r, s[n] < ' ' || s[n] > '~' ? '?' : s[n]);
	hex(r, n);
	hex(r, hash((const unsigned char *)s, n));
	put(r, '\n');
}

/* argv or envp; returns what is behind its end. Only the first ones are shown. */
static long *strings(struct report *r, const char *name, long *p)
{
	int n = 0;

	for (; *p; p++) {
		if (n++ >= 16)
			continue;
		text(r, name);
		string(r, (const char *)*p);
	}
	text(r, name);
	value(r, "count", n);
	put(r, '\n');
	return p + 1;
}

static void auxv(struct report *r, const Elf64_auxv_t *a)
{
	for (; a->a_type; a++) {
		value(r, "aux", a->a_type);
		if (a->a_type == AT_EXECFN || a->a_type == AT_PLATFORM)
			string(r, (const char *)a->a_un.a_val);
		else
			hex(r, a->a_un.a_val);
		put(r, '\n');
	}
}

/* The whole file, at most @size - 1 bytes; returns how many, or -errno. */
static long read_file(const char *name, char *to, long size)
{
	long fd = call(__NR_open, (long)name, 0, 0, 0), n = 0, got = fd;

	while (fd >= 0 && (got = call(__NR_read, fd, (long)to + n, size - 1 - n, 0)) > 0)
		n += got;
	if (fd >= 0)
		call(__NR_close, fd, 0, 0, 0);
	to[n] = 0;
	return got < 0 ? got : n;
}

static unsigned long number(const char *s)
{
	unsigned long v = 0;

	for (; (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'); s++)
		v = v * 16 + (*s <= '9' ? *s - '0' : *s - 'a' + 10);
	return v;
}

/* The first and the last page of a VMA, as far as they can be read. */
static void pages(struct report *r, long mem, const char *line)
{
	unsigned char page[4096];
	unsigned long start = number(line), end;

	while (*line != '-')
		line++;
	end = number(line + 1);
	for (int i = 0; i < 2; i++) {
		long n = call(__NR_pread64, mem, (long)page, 4096, i ? end - 4096 : start);

		hex(r, n > 0 ? hash(page, n) : n);
	}
}

/* The lines of maps without device and inode, with the contents of what comes from the file. */
static void maps(struct report *r)
{
	char buf[4096], *p = buf;
	long n = read_file("/proc/self/maps", buf, sizeof(buf)),
	     mem = call(__NR_open, (long)"/proc/self/mem", 0, 0, 0);

	value(r, "maps", n);
	put(r, '\n');
	while (*p) {
		char *line = p;
		int blanks = 0, shown = 1;

		for (; *p && *p != '\n'; p++) {
			if (*p == ' ' && p[1] != ' ')
				blanks++;
			if (blanks < 3 || blanks > 4)
				put(r, *p);
			shown &= *p != '[';
		}
		if (shown && mem >= 0)
			pages(r, mem, line);
		put(r, '\n');
		p += !!*p;
	}
	call(__NR_close, mem, 0, 0, 0);
}

/* Does @line begin with one of these words? Each has eight letters. */
static int is_shown(const char *line, const char *words)
{
	for (; *words; words += 8) {
		int same = 1;

		for (int i = 0; i < 8 && words[i] != '.'; i++)
			same &= line[i] == words[i];
		if (same)
			return 1;
	}
	return 0;
}

static void status(struct report *r)
{
	char buf[4096], *p = buf;

	value(r, "status", read_file("/proc/self/status", buf, sizeof(buf)) < 0);
	put(r, '\n');
	while (*p) {
		int shown = is_shown(p, "Name....Umask...Uid.....Gid.....Groups..VmSize..VmLck..."
					"VmData..VmStk...VmExe...VmLib...VmPTE...Threads.SigPnd.."
					"ShdPnd..SigBlk..SigIgn..SigCgt..Cap.....NoNew...Seccomp.");

		for (; *p && *p != '\n'; p++)
			if (shown)
				put(r, *p);
		if (shown)
			put(r, '\n');
		p += !!*p;
	}
}

/* Fields of /proc/self/stat that an exec sets: addresses. */
static void stat(struct report *r)
{
	char buf[1024], *p = buf, *end = buf;

	value(r, "stat", read_file("/proc/self/stat", buf, sizeof(buf)) < 0);
	for (; *p; p++)
		if (*p == ')')
			end = p;
	for (int field = 2; *end; end++) {
		field += *end == ' ';
		if (field == 23 || (field >= 26 && field <= 28) || field == 38 || field >= 45)
			put(r, *end == '\n' ? ' ' : *end);
	}
	put(r, '\n');
}

static void links(struct report *r)
{
	char buf[512];
	long n = call(__NR_readlink, (long)"/proc/self/exe", (long)buf, sizeof(buf) - 1, 0);

	value(r, "exe", n);
	buf[n > 0 ? n : 0] = 0;
	text(r, buf);
	n = call(__NR_getcwd, (long)buf, sizeof(buf), 0, 0);
	value(r, "cwd", n);
	text(r, n > 0 ? buf : "");
	n = read_file("/proc/self/comm", buf, sizeof(buf));
	text(r, n > 0 ? buf : "?\n");
	n = read_file("/proc/self/cmdline", buf, sizeof(buf));
	value(r, "cmdline", n);
	hex(r, hash((unsigned char *)buf, n));
	n = read_file("/proc/self/environ", buf, sizeof(buf));
	value(r, "environ", n);
	hex(r, hash((unsigned char *)buf, n));
	put(r, '\n');
}

static void descriptors(struct report *r)
{
	for (int fd = 0; fd <= LAST_FD; fd++) {
		long flags = call(__NR_fcntl, fd, 1, 0, 0);

		if (flags < 0)
			continue;
		value(r, "fd", fd);
		hex(r, flags);
		hex(r, call(__NR_fcntl, fd, 3, 0, 0));
		hex(r, call(__NR_lseek, fd, 0, 1, 0));
		put(r, '\n');
	}
}

static void limits(struct report *r)
{
	unsigned long limit[2];

	for (int i = 0; i < 16; i++) {
		/* The processes and signals of a user depend on the kernel's free memory. */
		if (i == 6 || i == 11)
			continue;
		call(__NR_prlimit64, 0, i, 0, (long)limit);
		value(r, "limit", i);
		hex(r, limit[0]);
		hex(r, limit[1]);
	}
	put(r, '\n');
}

static void signals(struct report *r)
{
	long action[4], stack[3] = {0}, set = 0;

	for (int sig = 1; sig <= 64; sig++) {
		for (int i = 0; i < 4; i++)
			action[i] = 0;
		call(__NR_rt_sigaction, sig, 0, (long)action, 8);
		if (!action[0] && !action[1] && !action[2] && !action[3])
			continue;
		value(r, "signal", sig);
		for (int i = 0; i < 4; i++)
			hex(r, action[i]);
	}
	call(__NR_sigaltstack, 0, (long)stack, 0, 0);
	value(r, "altstack", stack[0]);
	hex(r, (int)stack[1]);
	hex(r, stack[2]);
	call(__NR_rt_sigprocmask, 0, 0, (long)&set, 8);
	value(r, "mask", set);
	call(__NR_rt_sigpending, (long)&set, 8, 0, 0);
	value(r, "pending", set);
	put(r, '\n');
}

/* PR_GET_PDEATHSIG writes to an address; the others return what they are asked for. */
static void options(struct report *r)
{
	int word = 0;
	char name[16] = "";

	call(__NR_prctl, 2, (long)&word, 0, 0);
	value(r, "deathsig", word);
	value(r, "dumpable", call(__NR_prctl, 3, 0, 0, 0));
	value(r, "keepcaps", call(__NR_prctl, 7, 0, 0, 0));
	value(r, "securebits", call(__NR_prctl, 27, 0, 0, 0));
	value(r, "slack", call(__NR_prctl, 30, 0, 0, 0));
	value(r, "tsc", call(__NR_prctl, 25, (long)&word, 0, 0));
	hex(r, word);
	call(__NR_prctl, 37, (long)&word, 0, 0);
	value(r, "reaper", word);
	value(r, "nnp", call(__NR_prctl, 39, 0, 0, 0));
	call(__NR_prctl, 16, (long)name, 0, 0);
	text(r, name);
	value(r, "personality", call(__NR_personality, 0xffffffff, 0, 0, 0));
	put(r, '\n');
}

static void rest(struct report *r)
{
	unsigned long fs = 1, head = 1, size = 1;
	unsigned int id[3] = {0}, mxcsr;
	unsigned short fcw;

	call(__NR_getresuid, (long)&id[0], (long)&id[1], (long)&id[2], 0);
	for (int i = 0; i < 3; i++)
		value(r, "uid", id[i]);
	call(__NR_getresgid, (long)&id[0], (long)&id[1], (long)&id[2], 0);
	for (int i = 0; i < 3; i++)
		value(r, "gid", id[i]);
	value(r, "nice", call(__NR_getpriority, 0, 0, 0, 0));
	value(r, "policy", call(__NR_sched_getscheduler, 0, 0, 0, 0));
	value(r, "leader", call(__NR_getpid, 0, 0, 0, 0) == call(__NR_gettid, 0, 0, 0, 0));
	call(__NR_arch_prctl, ARCH_GET_FS, (long)&fs, 0, 0);
	value(r, "fs", fs);
	call(__NR_arch_prctl, ARCH_GET_GS, (long)&fs, 0, 0);
	value(r, "gs", fs);
	call(__NR_get_robust_list, 0, (long)&head, (long)&size, 0);
	value(r, "robust", head);
	__asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(fcw), "=m"(mxcsr));
	value(r, "fcw", fcw);
	value(r, "mxcsr", mxcsr);
	value(r, "brk", call(__NR_brk, 0, 0, 0, 0));
	value(r, "brk", call(__NR_brk, call(__NR_brk, 0, 0, 0, 0) + 0x3001, 0, 0, 0));
	value(r, "alarm", call(__NR_alarm, 0, 0, 0, 0) > 0);
	put(r, '\n');
}

__attribute__((noreturn, used)) static void report(unsigned long *regs)
{
	struct report r;
	long *stack = (long *)(regs + 16);

	r.len = 0;
	text(&r, "image");
	for (int i = 0; i < 16; i++)
		hex(&r, regs[i]);
	value(&r, "sp", (unsigned long)stack);
	value(&r, "argc", *stack);
	put(&r, '\n');
	auxv(&r, (Elf64_auxv_t *)strings(&r, "env", strings(&r, "arg", stack + 1)));
	maps(&r);
	stat(&r);
	status(&r);
	links(&r);
	descriptors(&r);
	limits(&r);
	signals(&r);
	options(&r);
	rest(&r);
	flush(&r);
	call(__NR_exit_group, 42, 0, 0, 0);
	__builtin_unreachable();
}

__asm__(".globl _start\n_start:\n\t"
	"pushfq\n\tpush %rax\n\tpush %rbx\n\tpush %rcx\n\tpush %rdx\n\tpush %rsi\n\tpush %rdi\n\t"
	"push %rbp\n\tpush %r8\n\tpush %r9\n\tpush %r10\n\tpush %r11\n\tpush %r12\n\tpush %r13\n\t"
	"push %r14\n\tpush %r15\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall report\n");
