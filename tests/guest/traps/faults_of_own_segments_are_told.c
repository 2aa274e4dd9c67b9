/*
 * Segments of modify_ldt(2) in use: their base holds, code of 32 bits runs, and a load or a return
 * that the CPU refuses is a signal with its trap and error code. (QEMU's CPU checks no limits.)
 */
#include "traps/segments.h"

enum { WRITABLE, READ_ONLY, DOWNWARD, SMALL, ABSENT, CODE32, CODE32_ABSENT, NOTHING, BASED };

static char *low;	     /* a page below 4 GiB: 32-bit code and a stack */
static unsigned long cs, ss; /* what ask_for returns to */
static unsigned long flags;
static sigjmp_buf out;
static struct seen {
	int sig, code, trap, error;
	void *addr;
	unsigned long cs, ss, ip, flags;
} seen;

static void note(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *g = uc->uc_mcontext.gregs;

	seen = (struct seen){sig,
			     info->si_code,
			     g[REG_TRAPNO],
			     g[REG_ERR],
			     info->si_addr,
			     g[REG_CSGSFS] & 0xffff,
			     (unsigned long)g[REG_CSGSFS] >> 48,
			     g[REG_RIP],
			     uc->uc_flags};
	siglongjmp(out, 1);
}

/* Returns by sigreturn to @cs and @ss. */
static void ask_for(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *g = uc->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	g[REG_CSGSFS] = cs | ss << 48;
	if (cs == SELECTOR(CODE32)) {
		g[REG_RIP] = 0;
		g[REG_RSP] = (unsigned long)low + PAGE;
	}
	uc->uc_flags = flags ?: uc->uc_flags;
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *))
{
	struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	OK(sigaction(sig, &sa, NULL));
}

#define CAUGHT(what) \
	do { \
		memset(&seen, 0, sizeof(seen)); \
		if (!sigsetjmp(out, 1)) { \
			what; \
		} \
	} while (0)

#define FAULTS(what, sig_, trap_, error_) \
	do { \
		CAUGHT(what); \
		EQ(seen.sig, sig_); \
		EQ(seen.trap, trap_); \
		EQ(seen.error, error_); \
		EQ(seen.code, SI_KERNEL); \
		EQ(seen.addr, NULL); \
	} while (0)

#define LOAD(seg, n) asm volatile("mov %0, %%" seg ::"r"((unsigned short)SELECTOR(n)))

static void make_segments(void)
{
	struct user_desc d;

	set_segment(segment(WRITABLE, DATA, 0));
	d = segment(READ_ONLY, DATA, 0);
	d.read_exec_only = 1;
	set_segment(d);
	d = segment(DOWNWARD, DOWN, (unsigned long)low);
	d.limit = 0;
	set_segment(d);
	d = segment(SMALL, DATA, (unsigned long)low);
	d.limit = 0;
	set_segment(d);
	d = segment(ABSENT, DATA, 0);
	d.seg_not_present = 1;
	set_segment(d);
	set_segment(segment(CODE32, CODE, (unsigned long)low));
	d = segment(CODE32_ABSENT, CODE, 0);
	d.seg_not_present = 1;
	set_segment(d);
	set_segment(segment(BASED, DATA, (unsigned long)low + 0x800));
}

static void far_jump(unsigned int n)
{
	struct {
		unsigned int offset;
		unsigned short selector;
	} target = {0, SELECTOR(n)};

	asm volatile("ljmpl *%0" ::"m"(target));
}

static void loads(void)
{
	FAULTS(LOAD("ds", NOTHING), SIGSEGV, 13, SELECTOR(NOTHING) & ~3);
	FAULTS(LOAD("es", ABSENT), SIGBUS, 11, SELECTOR(ABSENT) & ~3);
	FAULTS(LOAD("fs", ABSENT), SIGBUS, 11, SELECTOR(ABSENT) & ~3);
	FAULTS(LOAD("gs", ABSENT), SIGBUS, 11, SELECTOR(ABSENT) & ~3);
	FAULTS(LOAD("ss", ABSENT), SIGBUS, 12, SELECTOR(ABSENT) & ~3);
	FAULTS(LOAD("ss", READ_ONLY), SIGSEGV, 13, SELECTOR(READ_ONLY) & ~3);
	FAULTS(LOAD("ss", CODE32), SIGSEGV, 13, SELECTOR(CODE32) & ~3);
	FAULTS(LOAD("ss", NOTHING), SIGSEGV, 13, SELECTOR(NOTHING) & ~3);
	FAULTS(far_jump(CODE32_ABSENT), SIGBUS, 11, SELECTOR(CODE32_ABSENT) & ~3);
	FAULTS(far_jump(WRITABLE), SIGSEGV, 13, SELECTOR(WRITABLE) & ~3);
	FAULTS(far_jump(NOTHING), SIGSEGV, 13, SELECTOR(NOTHING) & ~3);
}

/* In 64-bit code only FS and GS have a base. */
static void bases(void)
{
	unsigned long v = 0, old;

	*(unsigned long *)(low + 0x800) = 0x1122334455667788;
	asm volatile("mov %1, %%gs; mov %%gs:0, %0"
		     : "=r"(v)
		     : "r"((unsigned short)SELECTOR(BASED)));
	EQ(v, 0x1122334455667788);
	EQ(syscall(SYS_arch_prctl, 0x1004 /* ARCH_GET_GS */, &old), 0);
	EQ(old, (unsigned long)low + 0x800);
	for (int i = 0; i < 20; i++)
		EQ(in_child((void (*)(void))make_segments), 0); /* other tasks run */
	asm volatile("mov %%gs:0, %0" : "=r"(v));
	EQ(v, 0x1122334455667788);
	EQ(syscall(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, low), 0);
	asm volatile("mov %%gs, %0" : "=r"(v));
	EQ(v, 0);
	asm volatile("mov %%gs:0x800, %0" : "=r"(v));
	EQ(v, 0x1122334455667788);
}

/* A segment that is removed is 0 in DS and ES at once, in FS and GS after other tasks have run. */
static void removal(void)
{
	unsigned short ds, es, gs;

	LOAD("ds", WRITABLE);
	LOAD("es", SMALL);
	LOAD("gs", BASED);
	set_segment(empty_segment(WRITABLE));
	set_segment(empty_segment(BASED));
	asm volatile("mov %%ds, %0; mov %%es, %1" : "=r"(ds), "=r"(es));
	EQ(ds, 0);
	EQ(es, SELECTOR(SMALL));
	EQ(in_child((void (*)(void))make_segments), 0);
	asm volatile("mov %%gs, %0" : "=r"(gs));
	EQ(gs, 0);
	asm volatile("mov %0, %%es" ::"r"(0));
	make_segments();
}

static void returns_to(unsigned long code, unsigned long stack)
{
	cs = code;
	ss = stack;
	asm volatile("int3" ::: "memory");
}

/* Code that starts at the base of CODE32; SIGTRAP or a fault ends it. */
static void runs(const char *bytes, unsigned long size, unsigned long stack)
{
	memcpy(low, bytes, size);
	CAUGHT(returns_to(SELECTOR(CODE32), stack));
	EQ(seen.cs, SELECTOR(CODE32));
	EQ(seen.ss, stack);
}

static void code(void)
{
	runs("\x0f\x0b", 2, 0x2b); /* ud2 */
	EQ(seen.sig, SIGILL);
	EQ(seen.ip, 0);
	EQ(seen.addr, NULL);
	EQ(seen.flags & 4, 0); /* UC_STRICT_RESTORE_SS: only for 64-bit code */
	runs("\x90\x90\x0f\x0b", 4, SELECTOR(WRITABLE));
	EQ(seen.sig, SIGILL);
	EQ(seen.ip, 2);
	runs("\x6a\x01\xb8\x78\x56\x34\x12\xfa", 8, SELECTOR(WRITABLE)); /* push 1; mov; cli */
	EQ(seen.sig, SIGSEGV);
	EQ(seen.trap, 13);
	EQ(seen.error, 0);
	EQ(seen.ip, 7);
	EQ(*(unsigned int *)(low + PAGE - 4), 1);
	runs("\x2e\xa1\x08\x00\x00\x40", 6, 0x2b); /* mov %cs:0x40000008, %eax */
	EQ(seen.sig, SIGSEGV);
	EQ(seen.trap, 14);
	EQ(seen.code, SEGV_MAPERR);
	EQ(seen.addr, low + 0x40000008);
	runs("\xcd\x05", 2, 0x2b); /* int $5 */
	EQ(seen.trap, 13);
}

/* sigreturn to 64-bit code with any ss; @flags without UC_STRICT_RESTORE_SS replaces bad ones. */
static void stacks(void)
{
	unsigned short after;

	returns_to(0x33, SELECTOR(WRITABLE));
	asm volatile("mov %%ss, %0" : "=r"(after));
	EQ(after, SELECTOR(WRITABLE));
	returns_to(0x33, SELECTOR(DOWNWARD)); /* in a handler ss stays, too, if it is of use */
	asm volatile("mov %%ss, %0" : "=r"(after));
	EQ(after, SELECTOR(DOWNWARD));
	CAUGHT(returns_to(0x33, SELECTOR(ABSENT)));
	EQ(seen.sig, SIGBUS);
	CHECK(seen.trap == 12 || seen.trap == 11); /* QEMU's CPU */
	EQ(seen.error, SELECTOR(ABSENT) & ~3);
	EQ(seen.ss, SELECTOR(ABSENT));
	EQ(seen.cs, 0x33);
	FAULTS(returns_to(0x33, SELECTOR(READ_ONLY)), SIGSEGV, 13, SELECTOR(READ_ONLY) & ~3);
	FAULTS(returns_to(0x33, SELECTOR(NOTHING)), SIGSEGV, 13, SELECTOR(NOTHING) & ~3);
	FAULTS(returns_to(SELECTOR(CODE32_ABSENT), 0x2b), SIGBUS, 11, SELECTOR(CODE32_ABSENT) & ~3);
	FAULTS(returns_to(SELECTOR(WRITABLE), 0x2b), SIGSEGV, 13, SELECTOR(WRITABLE) & ~3);
	FAULTS(returns_to(SELECTOR(NOTHING), 0x2b), SIGSEGV, 13, SELECTOR(NOTHING) & ~3);
	flags = 3;
	returns_to(0x33, SELECTOR(ABSENT));
	asm volatile("mov %%ss, %0" : "=r"(after));
	EQ(after, 0x2b);
	returns_to(0x33, SELECTOR(READ_ONLY));
	asm volatile("mov %%ss, %0" : "=r"(after));
	EQ(after, 0x2b);
	returns_to(0x33, SELECTOR(WRITABLE));
	asm volatile("mov %%ss, %0" : "=r"(after));
	EQ(after, SELECTOR(WRITABLE));
	flags = 0;
}

int main(void)
{
	stack_t alt = {.ss_size = 65536};

	become_nobody();
	low = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
	alt.ss_sp = anon(alt.ss_size, PROT_READ | PROT_WRITE);
	OK(sigaltstack(&alt, NULL));
	handle(SIGSEGV, note);
	handle(SIGBUS, note);
	handle(SIGILL, note);
	handle(SIGTRAP, ask_for);
	make_segments();
	loads();
	bases();
	removal();
	code();
	stacks();
	return 0;
}
