/* SPDX-License-Identifier: MIT */
/* The terminal, as the rest of the kernel sees it: kernel/tty/. */
#ifndef TTY_H
#define TTY_H

#include <types.h>

struct task_struct;

/* Registers /dev/console, /dev/tty, /dev/ttyS0, /dev/tty0, /dev/tty1; fills in console_input. */
void tty_init(void);
/* Registers /dev/ptmx and the file system devpts. */
void pty_init(void);
/*
 * A session leader exits (@on_exit: a hang-up) or calls TIOCNOTTY: its session loses the terminal.
 */
void disassociate_ctty(bool on_exit);
void proc_clear_tty(struct task_struct *t);
/* For /proc/PID/stat: the terminal's device number (0: none), its foreground group (-1: none). */
unsigned int task_tty_nr(struct task_struct *t, int *tpgid);

#endif
