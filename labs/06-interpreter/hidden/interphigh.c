/* flags: @labs/06-interpreter/programs/loader.flags -Wl,-Ttext-segment=0x30000000 */
/* SPDX-License-Identifier: MIT */
/* An interpreter of type ET_DYN whose file has an address of its own. */
#include "../programs/where.h"

static char small[100], large[0x5000];
static int data = 77;

int main(long *stack)
{
	show_where("interpreter", stack);
	say("its data is %s, its bss is %s\n", data == 77 ? "there" : "WRONG",
	    all_zero(small, small + sizeof(small)) && all_zero(large, large + sizeof(large))
		    ? "zero"
		    : "NOT ZERO");
	data = 78;
	go_to_program(stack);
}
