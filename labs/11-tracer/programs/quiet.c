/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* Ends with the number of its arguments. */
#include <mini.h>

int main(long *stack) { return (int)stack[0]; }
