/* SPDX-License-Identifier: MIT */
/* The terminal's struct, and what the files of kernel/tty/ share. */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <chrdev.h>
#include <fs.h>
#include <tty.h>
#include <wait.h>
#include <asm/termios.h>
#include <linux/major.h>

struct poll_table_struct;

#define DEV_CONSOLE    MKDEV(TTYAUX_MAJOR, 1)
#define N_TTY_BUF_SIZE 4096

/*
 * The console line. lock guards all but the queues and the mutex; the receive interrupt takes it
 * too. session and pgrp own references. The three indices only grow: tail <= canon_head <= head,
 * and head - tail is at most N_TTY_BUF_SIZE.
 *
 *   tail        canon_head       head
 *    | whole lines | line being edited |      (ICANON; otherwise just bytes)
 */
struct tty_struct {
	spinlock_t lock;
	struct termios termios;
	struct winsize winsize;
	struct pid *pgrp, *session;	   /* foreground group; controlling terminal of */
	unsigned long hangups;		   /* files opened before the last one are dead */
	bool stopped;			   /* ^S */
	bool lnext;			   /* ^V: the next byte is taken literally */
	unsigned int column, canon_column; /* of the cursor; where the edited line starts */
	size_t head, canon_head, tail;
	/* bytes; with 0x100 the end of a line, and then '\0' an EOF mark */
	u16 buf[N_TTY_BUF_SIZE];
	struct mutex read_lock; /* one reader at a time */
	wait_queue_head_t read_wait, write_wait;
};

/* kernel/tty/n_tty.c: the line discipline. */
void n_tty_init(struct tty_struct *tty);
void n_tty_receive(struct tty_struct *tty, const u8 *s, size_t n); /* any context */
void n_tty_set_termios(struct tty_struct *tty, const struct termios *t);
void n_tty_flush_input(struct tty_struct *tty);
size_t n_tty_chars_waiting(struct tty_struct *tty); /* FIONREAD */
/* A line, or bytes by VMIN and VTIME. Returns their number, 0 at EOF, or -errno. */
ssize_t n_tty_read(struct tty_struct *tty, struct file *f, char __user *buf, size_t n);
ssize_t n_tty_write(struct tty_struct *tty, struct file *f, const char __user *buf, size_t n);
unsigned int n_tty_poll(struct tty_struct *tty, struct file *f, struct poll_table_struct *pt);
void start_tty(struct tty_struct *tty);
/* From now on every open file but /dev/console reads EOF and writes EIO. */
void tty_hangup(struct tty_struct *tty);

/* kernel/tty/jobctrl.c */
/* May current use the terminal? 0; -ERESTARTSYS after @sig to its group; -EIO. */
int tty_check_change(struct tty_struct *tty, int sig);
void tty_open_proc_set_tty(struct tty_struct *tty, struct file *f);
/* The job control ioctls; -ENOIOCTLCMD if @cmd is not one of them. */
long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *f, unsigned int cmd, unsigned long arg);

/* Opened as /dev/console: outside job control, survives a hang-up. */
static inline bool tty_is_console_file(struct file *f)
{
	return file_inode(f)->i_rdev == DEV_CONSOLE;
}

/* private_data is the count of hang-ups when @f was opened. */
static inline bool tty_hung_up_p(struct tty_struct *tty, struct file *f)
{
	return !tty_is_console_file(f) && (unsigned long)f->private_data != tty->hangups;
}

#endif
