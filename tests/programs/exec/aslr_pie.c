/* flags: -pie -fPIE -nostdlib -ffreestanding -fno-stack-protector */
/* SPDX-License-Identifier: MIT */
#include "aslr.h"
