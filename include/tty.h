/* SPDX-License-Identifier: MIT */
/* The terminal: line discipline and job control. kernel/tty/tty.c. */
#ifndef TTY_H
#define TTY_H

#include <types.h>
#include <spinlock.h>
#include <wait.h>
#include <asm/termios.h>

struct task_struct;
struct file;
struct pid;
struct poll_table_struct;

#define N_TTY_BUF_SIZE	4096

/*
 * The console line. lock (irqs off: the receive interrupt takes it) guards all
 * but the queues and the mutex; session and pgrp own references. The three
 * indices run freely: tail <= canon_head <= head, all within N_TTY_BUF_SIZE.
 *
 *   tail        canon_head       head
 *    | whole lines | line being edited |      (ICANON; else one heap of bytes)
 */
struct tty_struct {
	spinlock_t lock;
	struct termios termios;
	struct winsize winsize;
	struct pid *pgrp, *session;	/* foreground group; whose controlling terminal it is */
	unsigned long hangups;		/* a file opened before the last one is dead */
	bool stopped;			/* ^S */
	bool lnext;			/* ^V: the next byte is taken literally */
	unsigned int column, canon_column;	/* of the cursor; where the edited line starts */
	size_t head, canon_head, tail;
	u16 buf[N_TTY_BUF_SIZE];	/* bytes; with 0x100 the end of a line, and then '\0' an EOF mark */
	struct mutex read_lock;		/* one reader at a time */
	wait_queue_head_t read_wait, write_wait;
};

extern struct tty_struct console_tty;

/* kernel/tty/n_tty.c: the line discipline. */
void n_tty_init(struct tty_struct *tty);
void n_tty_receive(struct tty_struct *tty, const u8 *s, size_t n);	/* any context */
void n_tty_set_termios(struct tty_struct *tty, const struct termios *t);
void n_tty_flush_input(struct tty_struct *tty);
size_t n_tty_chars_waiting(struct tty_struct *tty);	/* FIONREAD */
/* A line, or bytes by VMIN and VTIME. @f: its flags and hang-up. Bytes, 0 at EOF, -errno. */
ssize_t n_tty_read(struct tty_struct *tty, struct file *f, char __user *buf, size_t n);
ssize_t n_tty_write(struct tty_struct *tty, struct file *f, const char __user *buf, size_t n);
unsigned int n_tty_poll(struct tty_struct *tty, struct file *f, struct poll_table_struct *pt);
void start_tty(struct tty_struct *tty);

/* kernel/tty/tty.c */
bool tty_hung_up_p(struct tty_struct *tty, struct file *f);
bool tty_is_console_file(struct file *f);	/* opened as /dev/console: outside job control, survives a hang-up */
void tty_hangup(struct tty_struct *tty);	/* every open file but /dev/console reads EOF and writes EIO from now on */

/* kernel/tty/jobctrl.c */
int tty_check_change(struct tty_struct *tty, int sig);	/* 0; -ERESTARTSYS after @sig to current's group; -EIO */
void tty_open_proc_set_tty(struct tty_struct *tty, struct file *f);
/* The job control ioctls; -ENOIOCTLCMD if @cmd is none of them. */
long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *f, unsigned int cmd, unsigned long arg);
void proc_clear_tty(struct task_struct *t);

void tty_init(void);			/* registers /dev/console, /dev/tty, /dev/ttyS0, /dev/tty0, /dev/tty1 */
/* A session leader that ends or calls setsid gives its terminal up. on_exit: hang the group up. */
void disassociate_ctty(bool on_exit);
/* Device number of a task's terminal for /proc/PID/stat (0: none) and its foreground group (-1: none). */
unsigned int task_tty_nr(struct task_struct *t, int *tpgid);

#endif
