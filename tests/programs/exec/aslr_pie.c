/* flags: -pie -fPIE */
/* SPDX-License-Identifier: MIT */
#include "aslr.h"
