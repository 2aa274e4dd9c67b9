/* SPDX-License-Identifier: MIT */
/* The kernel opens init's console without O_LARGEFILE; only open(2) of a program adds it. */
#include "check.h"

int main(void)
{
	FILE *f = fopen("/proc/1/fdinfo/2", "r");
	unsigned int flags = 0;

	CHECK(f);
	CHECK(fscanf(f, "pos: %*d flags: %o", &flags) == 1);
	EQ(flags, O_RDWR);
	return 0;
}
