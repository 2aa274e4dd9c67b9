/* flags: @labs/06-interpreter/programs/fixed.flags */
/* SPDX-License-Identifier: MIT */
/* ET_EXEC with an interpreter of our own. */
#include "where.h"

__asm__(".section .interp,\"a\",@progbits\n\t.asciz \"/t/interp\"\n\t.text\n");

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
