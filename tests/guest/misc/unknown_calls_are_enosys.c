/* A number without a system call is ENOSYS, in all registers untouched but rax, rcx and r11. */
#include "check.h"

int main(void)
{
	ERR(syscall(9999), ENOSYS);
	ERR(syscall(-1), ENOSYS);
	ERR(syscall(0x7fffffff), ENOSYS);
	ERR(syscall(0x40000000), ENOSYS);
	ERR(syscall(335), ENOSYS);
	unsigned long rdi = 1, rsi = 2, rdx = 3, rax = 9999;
	register unsigned long r10 asm("r10") = 4, r8 asm("r8") = 5, r9 asm("r9") = 6;
	asm volatile("syscall"
		     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r10), "+r"(r8), "+r"(r9)
		     :
		     : "rcx", "r11", "memory");
	EQ(rax, -ENOSYS);
	EQ(rdi + rsi * 10 + rdx * 100 + r10 * 1000 + r8 * 10000 + r9 * 100000, 654321);
	return 0;
}
