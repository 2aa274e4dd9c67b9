/* MREMAP_DONTUNMAP takes the pages and leaves the old VMA in place, reading as zero. */
#include "check.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

int main(void)
{
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 9, 4 * PAGE);
	char *q = OK(mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
	EQ(q[3 * PAGE], 9);
	EQ(p[3 * PAGE], 0);
	p[0] = 1;
	EQ(q[0], 9);
	ERR(mremap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), EINVAL);
	return 0;
}
