/* flags: @labs/06-interpreter/programs/fixed.flags */
/* SPDX-License-Identifier: MIT */
/*
 * With randomised addresses: each time another place, page aligned, and in the
 * part of user space where it belongs.
 */
#include "../programs/where.h"

int main(long *stack __attribute__((unused)))
{
	for (int i = 0; i < 6; i++) {
		long status = run("/t/place");

		if (status) {
			say("result %d\n", (unsigned long)status);
			return 1;
		}
	}
	return 0;
}
