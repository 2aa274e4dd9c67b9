/* SPDX-License-Identifier: MIT */
/* What the command line says about the kernel and about init: boot/params.c. */
#ifndef BOOT_PARAMS_H
#define BOOT_PARAMS_H

#include <types.h>

#define MAX_INIT_ARGS 32
#define MAX_INIT_ENVS 32

/* For kernel_execve; init_argv[0] is for the caller to fill. NULL-terminated. */
extern const char *init_argv[MAX_INIT_ARGS + 2];
extern const char *init_envp[MAX_INIT_ENVS + 2];

/*
 * Obeys the words that are the kernel's and gives the others to init. Panics if those are too many.
 */
void parse_boot_params(const char *cmdline);
const char *ramdisk_init_option(void); /* "rdinit=", else "/init" */
const char *init_option(void);	       /* "init=", else NULL */
/* The boot order itself; called by boot.asm. */
void start_kernel(u32 magic, phys_addr_t info) __noreturn;

#endif
