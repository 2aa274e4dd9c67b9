/* SPDX-License-Identifier: MIT */
/* x86's header knows only its own compilers; host tests run on other 64-bit processors, too. */
#ifndef HOST_ASM_BITSPERLONG_H
#define HOST_ASM_BITSPERLONG_H

#define __BITS_PER_LONG 64
#include <asm-generic/bitsperlong.h>

#endif
