/* A page fault, for which the kernel clears a frame, leaves all of a vector register alone. */
#include "check.h"
#include <sys/mman.h>

#define PAGES 64
#define BYTES 4096

static unsigned char before[32] __attribute__((aligned(32))),
	after[32] __attribute__((aligned(32)));

static void touch_with_xmm(char *page)
{
	__asm__ volatile("movups %1, %%xmm0\n\tmovb $1, (%2)\n\tmovups %%xmm0, %0"
			 : "=m"(after)
			 : "m"(before), "r"(page)
			 : "xmm0", "memory");
}

__attribute__((target("avx"))) static void touch_with_ymm(char *page)
{
	__asm__ volatile("vmovups %1, %%ymm0\n\tmovb $1, (%2)\n\tvmovups %%ymm0, %0\n\tvzeroupper"
			 : "=m"(after)
			 : "m"(before), "r"(page)
			 : "xmm0", "memory");
}

int main(void)
{
	char *p = mmap(NULL, PAGES * BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	int avx = __builtin_cpu_supports("avx");

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < PAGES; i++) {
		memset(before, i + 1, sizeof(before));
		if (avx)
			touch_with_ymm(p + i * BYTES);
		else
			touch_with_xmm(p + i * BYTES);
		EQ(memcmp(before, after, avx ? 32 : 16), 0);
		for (int n = 1; n < BYTES; n++)
			EQ(p[i * BYTES + n], 0);
	}
	return 0;
}
