/* SPDX-License-Identifier: MIT */
/* Linux's error numbers, the kernel-internal restart codes, and error pointers. */
#ifndef ERRNO_H
#define ERRNO_H

#include <types.h>
#include <asm/errno.h>

/* Never seen by user space: do_signal turns them into EINTR or restarts the call. */
#define ERESTARTSYS	      512 /* restart if SA_RESTART or no handler, otherwise EINTR */
#define ERESTARTNOINTR	      513 /* restart always */
#define ERESTARTNOHAND	      514 /* restart if no handler, otherwise EINTR */
#define ERESTART_RESTARTBLOCK 516 /* restart through sys_restart_syscall */
#define ENOIOCTLCMD	      515 /* no such ioctl: becomes ENOTTY */

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long error) { return (void *)error; }

static inline long PTR_ERR(const void *ptr) { return (long)ptr; }

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
#define ERR_CAST(p)	((void *)(p))

#endif
