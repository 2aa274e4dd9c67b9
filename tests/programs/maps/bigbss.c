/* flags: -static */
/* SPDX-License-Identifier: MIT */
#include "show.h"

static char big[40 << 20];

int main(void)
{
	big[20 << 20] = 1;
	show_maps();
	return big[0];
}
