/* SPDX-License-Identifier: MIT */
/* Prototypes of all system calls, made from the table. Each returns a value >= 0 or -errno. */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <types.h>
#include <fs.h>
#include <signal.h>
#include <linux/resource.h>
#include <linux/time.h>
#include <linux/time_types.h>

#define SYSCALL(name, ...) long sys_##name(__VA_ARGS__);
#include <syscall_table.h>
#undef SYSCALL

#endif
