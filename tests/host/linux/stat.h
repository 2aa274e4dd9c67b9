/* SPDX-License-Identifier: MIT */
/*
 * Where libc is around, Linux's <linux/stat.h> leaves S_ISDIR and family to it; the kernel's files
 * want Linux's on the host as well.
 */
#pragma push_macro("__GLIBC__")
#undef __GLIBC__
#include_next <linux/stat.h>
#pragma pop_macro("__GLIBC__")
