/* mremap() shrinks, grows in place, moves, goes to a fixed place; its errors. */
#include "check.h"

int main(void)
{
	char *p = anon(16 * PAGE, PROT_READ | PROT_WRITE), *q;

	for (int i = 0; i < 16; i++)
		p[i * PAGE] = i + 1;
	EQ(mremap(p, 16 * PAGE, 8 * PAGE, 0), p);
	FAULT(read_byte, p + 8 * PAGE, SIGSEGV, SEGV_MAPERR);
	EQ(mremap(p, 8 * PAGE, 12 * PAGE, 0), p);
	EQ(p[7 * PAGE], 8);
	EQ(p[8 * PAGE], 0);
	OK(mmap(p + 12 * PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	ERR(mremap(p, 12 * PAGE, 20 * PAGE, 0), ENOMEM);
	q = OK(mremap(p, 12 * PAGE, 20 * PAGE, MREMAP_MAYMOVE));
	CHECK(q != p);
	for (int i = 0; i < 8; i++)
		EQ(q[i * PAGE], i + 1);
	FAULT(read_byte, p, SIGSEGV, SEGV_MAPERR);
	char *to = anon(4 * PAGE, PROT_READ);
	EQ(mremap(q, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
	EQ(to[3 * PAGE], 4);
	ERR(mremap(to, 4 * PAGE, 4 * PAGE, MREMAP_FIXED, q), EINVAL);
	ERR(mremap(to, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE), EINVAL);
	ERR(mremap(to + 1, PAGE, PAGE, 0), EINVAL);
	ERR(mremap(to, PAGE, 0, 0), EINVAL);
	ERR(mremap((void *)0x10000000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	return 0;
}
