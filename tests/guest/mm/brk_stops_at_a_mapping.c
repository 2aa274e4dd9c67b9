/* brk() does not grow into another mapping. */
#include "check.h"

#define BRK(x) ((char *)syscall(SYS_brk, (x)))

int main(void)
{
	char *end = BRK(0), *page = (char *)(((unsigned long)end + PAGE - 1) & -PAGE);
	char *wall = page + 1024 * PAGE;

	EQ(mmap(wall, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
	   wall);
	EQ(BRK(wall + PAGE), end);
	EQ(BRK(wall + 1), end);
	OK(munmap(wall, PAGE));
	EQ(BRK(wall + PAGE), wall + PAGE);
	return 0;
}
