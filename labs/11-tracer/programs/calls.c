/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Changes its address space in each way that a tracer should see: new, split, merged, grown, gone,
 * refused, and a stack that grows by a touch.
 */
#include <mini.h>
#include <sys/mman.h>

#define PAGE 4096L
#define RW   (PROT_READ | PROT_WRITE)

static long map(long addr, long pages, int prot, int flags)
{
	return syscall6(__NR_mmap, addr, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags,
			-1, 0);
}

static __attribute__((noinline)) void grow_the_stack(void)
{
	char room[50 * PAGE];

	__asm__ volatile("movb $1, %0" : "=m"(room[0]));
}

int main(long *stack __attribute__((unused)))
{
	long a = map(0, 8, RW, 0), brk = syscall1(__NR_brk, 0);

	syscall3(__NR_mprotect, a + 2 * PAGE, 3 * PAGE, PROT_READ);
	syscall3(__NR_mprotect, a + 2 * PAGE, 3 * PAGE, RW);
	syscall2(__NR_munmap, a + PAGE, PAGE);
	map(a + 4 * PAGE, 2, PROT_NONE, MAP_FIXED);
	map(a + 4 * PAGE, 0, PROT_NONE, 0);
	map(1, 1, RW, MAP_FIXED);
	syscall3(__NR_mprotect, a + PAGE, PAGE, PROT_READ);
	syscall1(__NR_brk, brk + 5 * PAGE);
	syscall1(__NR_brk, brk + PAGE);
	grow_the_stack();
	syscall1(__NR_getpid, 0);
	return 0;
}
