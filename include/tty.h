/* SPDX-License-Identifier: MIT */
/* The terminal, as the rest of the kernel sees it: kernel/tty/. */
#ifndef TTY_H
#define TTY_H

#include <types.h>

struct task_struct;

/*
 * Registers /dev/console, /dev/tty, /dev/ttyS0, /dev/tty0, /dev/tty1. console_input has its sink.
 */
void tty_init(void);
/* A session leader that ends or calls setsid gives its terminal up. @on_exit: hang the group up. */
void disassociate_ctty(bool on_exit);
void proc_clear_tty(struct task_struct *t);
/*
 * Device number of a task's terminal for /proc/PID/stat (0: none) and its foreground group (-1:
 * none).
 */
unsigned int task_tty_nr(struct task_struct *t, int *tpgid);

#endif
