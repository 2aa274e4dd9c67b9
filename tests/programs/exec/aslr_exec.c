/* flags: -static -no-pie */
/* SPDX-License-Identifier: MIT */
#include "aslr.h"
