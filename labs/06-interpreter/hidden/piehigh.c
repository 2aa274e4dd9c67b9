/* flags: @labs/06-interpreter/programs/pie.flags -Wl,--dynamic-linker=/t/interphigh */
/* SPDX-License-Identifier: MIT */
/* ET_DYN with an interpreter that has a wish. */
#include "../programs/where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
