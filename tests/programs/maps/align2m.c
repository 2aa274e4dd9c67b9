/* flags: -Wl,-z,max-page-size=0x200000 -Wl,-z,common-page-size=0x200000 */
/* SPDX-License-Identifier: MIT */
#include "show.h"

int main(void)
{
	show_maps();
	return 0;
}
