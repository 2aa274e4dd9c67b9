/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* Ends well. */
#include <mini.h>

int main(long *stack __attribute__((unused))) { return 0; }
