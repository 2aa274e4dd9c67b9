/*
 * MAP_FIXED takes the place of what is there; MAP_FIXED_NOREPLACE answers EEXIST; a hint is only a
 * hint.
 */
#include "check.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void)
{
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 1, 4 * PAGE);
	ERR(mmap(p + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	ERR(mmap(p - PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	EQ(p[PAGE], 1);
	EQ(mmap(p + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), p + PAGE);
	EQ(p[0] + p[PAGE] + p[2 * PAGE], 2);
	CHECK(OK(mmap(p, PAGE, PROT_READ, ANON, -1, 0)) != p);
	OK(munmap(p, 4 * PAGE));
	EQ(mmap(p + 100, PAGE, PROT_READ, ANON, -1, 0), p);
	ERR(mmap(p + 100, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), EINVAL);
	return 0;
}
