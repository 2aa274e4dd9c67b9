/* SPDX-License-Identifier: MIT */
/* Ways to end the machine: arch/x86/reboot.c. */
#ifndef REBOOT_H
#define REBOOT_H

#include <types.h>

void reboot_init(void);			 /* a panic can end the machine from here on */
void machine_power_off(void) __noreturn; /* halts if the machine cannot be switched off */
void machine_restart(void) __noreturn;
void machine_halt(void) __noreturn;

#endif
