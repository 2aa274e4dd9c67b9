/* SGDT, SIDT, SLDT, STR and SMSW, which UMIP refuses to user code, store dummy values. */
#include "check.h"
#include <cpuid.h>
#include <stdbool.h>
#include <ucontext.h>

static unsigned char memory[32] __attribute__((aligned(32)));
static greg_t trapno, error;

static bool has_umip(void)
{
	unsigned int a, b, c = 0, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & 4);
}

static void bytes(const char *want)
{
	char got[sizeof(memory) * 2 + 1] = "";

	for (unsigned int i = 0; i < strlen(want) / 2; i++)
		sprintf(got + 2 * i, "%02x", memory[i]);
	STREQ(got, want);
	memset(memory, 0x55, sizeof(memory));
}

#define STORE(insn, want) \
	do { \
		asm volatile(insn ::"D"(memory), "c"(1L), "d"(memory - 0x12345678) : "memory"); \
		bytes(want); \
	} while (0)

/* Parts of a register that are not stored stay, as in Linux. */
#define REGISTER(insn, want) \
	do { \
		unsigned long v_ = -1; \
		asm volatile(insn : "+a"(v_)); \
		EQ(v_, want); \
	} while (0)

static void in_memory(void)
{
	memset(memory, 0x55, sizeof(memory));
	STORE("sgdt (%%rdi)", "00000000feffffffffff55");
	STORE("sidt (%%rdi)", "00000000ffffffffffff55");
	STORE("sldt (%%rdi)", "000055");
	STORE("str (%%rdi)", "400055");
	STORE("smsw (%%rdi)", "330055");
	STORE("sidt 3(%%rdi)", "55555500000000ffffffffffff55");
	STORE("sidt (%%rdi,%%rcx,4)", "5555555500000000ffffffffffff55");
	STORE("sidt -1(%%rdi,%%rcx,2)", "5500000000ffffffffffff55");
	STORE("sidt 0x12345678(%%rdx)", "00000000ffffffffffff55");
	STORE("mov %%rdi, %%r12; sidt (%%r12)", "00000000ffffffffffff55");
	STORE("mov %%rdi, %%r13; sidt (%%r13)", "00000000ffffffffffff55");
	STORE("mov %%rcx, %%r9; sidt (%%rdi,%%r9,8)", "555555555555555500000000ffffffffffff55");
	STORE("sidt memory(%%rip)", "00000000ffffffffffff55");
}

static void in_registers(void)
{
	REGISTER("smsw %%eax", 0xffffffff80050033);
	REGISTER("smsw %%ax", 0xffffffffffff0033);
	REGISTER("smsw %%rax", 0x80050033);
	REGISTER("sldt %%eax", 0xffffffff00000000);
	REGISTER(".byte 0x48; sldt %%eax", 0);
	REGISTER("str %%eax", 0xffffffff00000040);
	REGISTER("str %%ax", 0xffffffffffff0040);
	REGISTER("mov %%rax, %%r9; smsw %%r9d; mov %%r9, %%rax", 0xffffffff80050033);
}

static void handler(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	trapno = g[REG_TRAPNO];
	error = g[REG_ERR];
	fault_handler(sig, info, context);
}

static void faults(void *where)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &sa, NULL);
	if (!sigsetjmp(fault_jump, 1)) {
		asm volatile("sgdt (%0)" ::"r"(where) : "memory");
		CHECK(!"stored");
	}
	EQ(fault_seen.code, SEGV_MAPERR);
	EQ(fault_seen.addr, where);
	EQ(trapno, 14);
	EQ(error, 6);
}

int main(void)
{
	if (!has_umip())
		return 0;
	become_nobody();
	in_memory();
	in_registers();
	faults(NULL);
	faults(anon(PAGE, PROT_READ));
	faults((void *)0xffffffff80000000);
	faults((void *)0x8000000000000000);
	return 0;
}
