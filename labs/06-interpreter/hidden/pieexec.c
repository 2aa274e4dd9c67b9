/* flags: @labs/06-interpreter/programs/pie.flags -Wl,--dynamic-linker=/t/interpexec */
/* SPDX-License-Identifier: MIT */
/* ET_DYN with an interpreter at a fixed place. */
#include "../programs/where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
