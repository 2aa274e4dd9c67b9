/* flags: -static-pie -fPIE */
/* SPDX-License-Identifier: MIT */
#include "aslr.h"
