/* MAP_32BIT: the first room from 1 GiB up to 2 GiB, or the hint if it is free and low enough. */
#include "check.h"

#define LOW (MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT)

static unsigned long low(unsigned long hint, size_t len)
{
	return (unsigned long)mmap((void *)hint, len, PROT_READ, LOW | MAP_NORESERVE, -1, 0);
}

int main(void)
{
	unsigned long p = low(0, PAGE);

	CHECK(p >= 0x40000000 && p < 0x42000000 + PAGE); /* up to 32 MiB are random */
	CHECK(low(0, PAGE) < 0x44000000);
	EQ(low(0x10000000, PAGE), 0x10000000);
	CHECK(low(0x10000000, PAGE) >= 0x40000000);
	CHECK(low(0x7fff00000000, PAGE) < 0x80000000);
	EQ(low(0x7ffff000, PAGE), 0x7ffff000);
	CHECK(low(0x7ffff001, 2 * PAGE) < 0x7ffff000);
	ERR(low(0, 0x40000000), ENOMEM);
	ERR(low(0, 0x80001000), ENOMEM);
	ERR(low(0, 0x800000000000), ENOMEM);
	EQ(mmap((void *)0x200000000000, PAGE, PROT_READ, LOW | MAP_FIXED, -1, 0), 0x200000000000);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0), ENOMEM);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 14 << 26, -1,
		 0),
	    EINVAL);
	return 0;
}
