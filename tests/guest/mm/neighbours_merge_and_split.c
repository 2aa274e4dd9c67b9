/* Equal neighbours are one line of maps; mprotect() splits it in three and joins it again. */
#include "check.h"

int main(void)
{
	unsigned long lo, hi;
	char *area = anon(16 * PAGE, PROT_NONE), *p = area + 4 * PAGE;

	for (int i = 0; i < 4; i++)
		OK(mmap(p + i * PAGE, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EQ(sscanf(map_of(p), "%lx-%lx", &lo, &hi), 2);
	EQ(lo, p);
	EQ(hi, p + 4 * PAGE);
	OK(mprotect(p + PAGE, PAGE, PROT_READ));
	EQ(sscanf(map_of(p + PAGE), "%lx-%lx", &lo, &hi), 2);
	EQ(lo, p + PAGE);
	EQ(hi, p + 2 * PAGE);
	OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	EQ(sscanf(map_of(p + PAGE), "%lx-%lx", &lo, &hi), 2);
	EQ(hi - lo, 4 * PAGE);
	OK(munmap(p + 2 * PAGE, PAGE));
	STREQ(map_of(p + 2 * PAGE), "");
	return 0;
}
