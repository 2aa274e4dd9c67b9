/* flags: -mno-red-zone */
/*
 * IRET and far RET in user code work; QEMU's emulation reaches the stack as the kernel would, and
 * SMAP refuses: then the task is killed. The machine lives on in any case.
 */
#include "check.h"

static void iret(void)
{
	asm volatile("mov %%rsp, %%rax; push $0x2b; push %%rax; pushf\n\t"
		     "push $0x33; lea 1f(%%rip), %%rcx; push %%rcx\n\t"
		     "iretq\n1:" ::
			     : "rax", "rcx", "memory");
}

static void far_return(void)
{
	asm volatile("push $0x33; lea 1f(%%rip), %%rcx; push %%rcx; lretq\n1:" ::: "rcx", "memory");
}

struct far_pointer {
	unsigned long offset;
	unsigned short segment;
} __attribute__((packed));

static void far_call(void)
{
	static char code[PAGE] __attribute__((aligned(PAGE))) = {0x48, 0xcb}; /* lretq */
	struct far_pointer target = {(unsigned long)code, 0x33};

	OK(mprotect(code, PAGE, PROT_READ | PROT_EXEC));
	asm volatile("rex.W lcall *%0" ::"m"(target) : "memory");
}

/* The stack is not there: a page fault that nobody can serve. */
static void iret_from_nowhere(void) { asm volatile("mov $0x1000, %%rsp; iretq" ::: "memory"); }

static void iret_from_kernel(void) { asm volatile("mov $-0x80000000, %%rsp; iretq" ::: "memory"); }

static void far_call_read_only(void)
{
	struct far_pointer target = {(unsigned long)far_call_read_only, 0x33};

	asm volatile("mov %1, %%rsp; rex.W lcall *(%0)" ::"r"(&target),
		     "r"(anon(PAGE, PROT_READ) + PAGE / 2)
		     : "memory");
}

static void allowed(void (*fn)(void), int sig)
{
	int status = in_child(fn);

	CHECK((sig == 0 && status == 0) || status == SIGKILL || (sig && (status & 0x7f) == sig));
}

int main(void)
{
	become_nobody();
	allowed(iret, 0);
	allowed(far_return, 0);
	allowed(far_call, 0);
	allowed(iret_from_nowhere, SIGSEGV);
	allowed(iret_from_kernel, SIGSEGV);
	allowed(far_call_read_only, SIGSEGV);
	return 0;
}
