/* SPDX-License-Identifier: MIT */
/* A static C program that prints one line: the C library's start and a write. */
#include <stdio.h>
int main(void) { return puts("hello, world") < 0; }
