/* SPDX-License-Identifier: MIT */
/* The command line: boot/params.c. */
#ifndef BOOT_PARAMS_H
#define BOOT_PARAMS_H

#include <types.h>

#define MAX_INIT_ARGS 32
#define MAX_INIT_ENVS 32

/* For kernel_execve. The caller fills in init_argv[0]; a NULL is the end. */
extern const char *init_argv[MAX_INIT_ARGS + 2];
extern const char *init_envp[MAX_INIT_ENVS + 2];

/* Sets the kernel's parameters, and passes all other words to init. Panics if they are too many. */
void parse_boot_params(const char *cmdline);
const char *ramdisk_init_option(void); /* "rdinit=", or "/init" */
const char *init_option(void);	       /* "init=", or NULL */
/* The boot order itself; called by boot.asm. */
void start_kernel(u32 magic, phys_addr_t info) __noreturn;

#endif
