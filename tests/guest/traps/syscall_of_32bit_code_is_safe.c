/* flags: -mno-red-zone */
/*
 * A far jump into 32-bit code, and SYSCALL there: SIGSEGV, for Linux returns to its 32-bit vdso,
 * which a 64-bit process lacks; SIGILL where the processor has no such SYSCALL.
 */
#include "check.h"

#define BACK 64

static unsigned long saved_rsp __attribute__((used));
static unsigned int result;

static const unsigned char code32[] = {
	0xb8, 0xff, 0xff, 0xff, 0xff,	       /* mov $-1, %eax */
	0x0f, 0x05,			       /* syscall */
	0xea, 0,    0,	  0,	0,    0x33, 0, /* ljmp $0x33, $BACK */
};
static const unsigned char code64[] = {
	0x48, 0xb9, 0, 0, 0, 0, 0, 0, 0, 0, /* mov $resume, %rcx */
	0xff, 0xe1,			    /* jmp *%rcx */
};

static void call_it(void)
{
	unsigned char *low = OK(mmap((void *)0x10000000, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	struct {
		unsigned int offset;
		unsigned short segment;
	} entry = {(unsigned long)low, 0x23};
	unsigned int back = (unsigned long)low + BACK;
	unsigned long resume;

	memcpy(low, code32, sizeof(code32));
	memcpy(low + 8, &back, sizeof(back));
	memcpy(low + BACK, code64, sizeof(code64));
	asm volatile("lea resume(%%rip), %0" : "=r"(resume));
	memcpy(low + BACK + 2, &resume, sizeof(resume));
	asm volatile("push %%rbx; push %%rbp; push %%r12; push %%r13; push %%r14; push %%r15\n\t"
		     "mov %%rsp, saved_rsp(%%rip)\n\t"
		     "ljmpl *(%1)\n"
		     "resume:\tmov saved_rsp(%%rip), %%rsp\n\t"
		     "pop %%r15; pop %%r14; pop %%r13; pop %%r12; pop %%rbp; pop %%rbx"
		     : "=a"(result)
		     : "r"(&entry)
		     : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
}

int main(void)
{
	int status;

	become_nobody();
	status = in_child(call_it);
	CHECK((status & 0x7f) == SIGILL || (status & 0x7f) == SIGSEGV);
	return 0;
}
