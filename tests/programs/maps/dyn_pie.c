/* flags: -pie */
/* SPDX-License-Identifier: MIT */
#include "show.h"

int main(void)
{
	show_maps();
	return 0;
}
