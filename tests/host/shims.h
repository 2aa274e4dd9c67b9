/* SPDX-License-Identifier: MIT */
/* What tests of kernel code on the developer's machine may ask of tests/host/shims.c. */
#ifndef SHIMS_H
#define SHIMS_H

extern long
	shim_allocations;    /* live kmalloc'ed pieces: a test ends with as many as it began with */
extern long shim_fail_after; /* so many allocations succeed, then one fails; negative: none fails */

#endif
