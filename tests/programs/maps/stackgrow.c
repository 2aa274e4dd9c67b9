/* SPDX-License-Identifier: MIT */
/* The stack VMA after use: 1 MiB deep, then the map. */
#include <string.h>
#include "show.h"

static __attribute__((noinline)) int deep(int n)
{
	volatile char buf[4096];

	memset((char *)buf, n, sizeof(buf));
	return n ? deep(n - 1) + buf[n % 4096] : 0;
}

int main(void)
{
	deep(256);
	show_maps();
	return 0;
}
