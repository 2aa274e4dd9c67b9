/* brk() near the end of the address space leaves the break; without a heap it does not go down. */
#include "check.h"

static unsigned long brk_to(unsigned long to) { return syscall(SYS_brk, to); }

int main(void)
{
	static const unsigned long far[] = {-1UL,
					    -4095UL,
					    -4096UL,
					    -4097UL,
					    0x7fffffffffffffff,
					    0x8000000000000000,
					    0x800000000000,
					    0x7ffffffff000,
					    0};
	unsigned long old = brk_to(0), start = old;

	for (unsigned int i = 0; i < sizeof(far) / sizeof(*far); i++)
		EQ(brk_to(far[i]), old);
	old = (old + PAGE - 1) & -PAGE;
	EQ(brk_to(old + 8 * PAGE), old + 8 * PAGE);
	memset((char *)old, 1, 8 * PAGE);
	/* Of the part to be removed something must be there. */
	OK(munmap((char *)old + 4 * PAGE, 4 * PAGE));
	EQ(brk_to(old + 4 * PAGE), old + 8 * PAGE);
	EQ(brk_to(old + 3 * PAGE), old + 3 * PAGE);
	EQ(*(char *)(old + 2 * PAGE), 1);
	EQ(brk_to(start), start);
	return 0;
}
