/* flags: -static -no-pie -fno-pie -nostdlib -ffreestanding -fno-stack-protector */
/* SPDX-License-Identifier: MIT */
#include "aslr.h"
