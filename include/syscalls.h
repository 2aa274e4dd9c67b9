/* SPDX-License-Identifier: MIT */
/* The prototypes of all system calls, from the table. Each returns a value >= 0, or -errno. */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <signal.h>
#include <types.h>
#include <linux/capability.h>

struct __kernel_itimerspec;
struct __kernel_old_itimerval;
struct __kernel_old_timeval;
struct utimbuf;
struct __kernel_timespec;
struct iovec;
struct open_how;
struct pollfd;
struct rlimit;
struct rlimit64;
struct rseq;
struct sched_attr;
struct sched_param;
struct stat;
struct statfs;
struct statx;

#define SYSCALL(name, ...) long sys_##name(__VA_ARGS__);
#include <syscall_table.h>
#undef SYSCALL

#endif
