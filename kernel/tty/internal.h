/* SPDX-License-Identifier: MIT */
/* The terminal's struct, and what the files of kernel/tty/ share. */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <chrdev.h>
#include <fs.h>
#include <iov_iter.h>
#include <tty.h>
#include <wait.h>
#include <asm/termios.h>
#include <linux/major.h>

struct poll_table_struct;

#define DEV_CONSOLE    MKDEV(TTYAUX_MAJOR, 1)
#define N_TTY_BUF_SIZE 4096
#define TTY_READ_CHUNK 64 /* bytes that are copied at once, as on Linux */

struct tty_struct;

/* What a line is made of: the console, or a pseudo terminal. */
struct tty_operations {
	void (*write)(struct tty_struct *tty, const char *s, size_t n); /* any context */
	size_t (*write_room)(struct tty_struct *tty); /* bytes that write takes. NULL: all */
	/* Input was read (0), or what packet mode reports: TIOCPKT_*. Any context. May be NULL. */
	void (*notify)(struct tty_struct *tty, unsigned int what);
	/* The last open file is closed. May be NULL. */
	void (*last_close)(struct tty_struct *tty);
};

/* private_data of an open terminal. */
struct tty_file {
	struct tty_struct *tty;
	unsigned long hangups; /* of the terminal when the file was opened */
};

/*
 * A line. lock guards all but the queues and the mutex; the receive interrupt takes it
 * too. session and pgrp own references. The three indices only grow: tail <= canon_head <= head,
 * and head - tail is at most N_TTY_BUF_SIZE.
 *
 *   tail        canon_head       head
 *    | whole lines | line being edited |      (ICANON; otherwise just bytes)
 */
struct tty_struct {
	const struct tty_operations *ops;
	dev_t dev;	    /* for /proc/PID/stat */
	unsigned int count; /* open files */
	spinlock_t lock;
	struct termios termios;
	struct winsize winsize;
	struct pid *pgrp, *session;	   /* foreground group; controlling terminal of */
	unsigned long hangups;		   /* files opened before the last one are dead */
	bool master_closed;		   /* of a pseudo terminal: it has hung up */
	bool stopped;			   /* ^S */
	bool lnext;			   /* ^V: the next byte is taken literally */
	unsigned int column, canon_column; /* of the cursor; where the edited line starts */
	size_t head, canon_head, tail;
	/* bytes; with 0x100 the end of a line, and then '\0' an EOF mark */
	u16 buf[N_TTY_BUF_SIZE];
	struct mutex read_lock; /* one reader at a time */
	wait_queue_head_t read_wait, write_wait;
};

/* kernel/tty/tty.c: terminals as files. */
extern const struct termios tty_std_termios;
extern const struct file_operations tty_fops;
int tty_open_file(struct tty_struct *tty, struct file *f); /* 0 or -ENOMEM */
/*
 * Passes a vector to @write in chunks of 2 KiB. Nothing of a chunk that faults is written.
 * Returns the bytes that were taken, or -errno if that is none.
 */
ssize_t do_tty_write(struct file *f, struct iov_iter *from,
		     ssize_t (*write)(struct file *f, const char *s, size_t n));
/* What is the same for both ends of a pseudo terminal. */
long tty_line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg);

/* kernel/tty/n_tty.c: the line discipline. */
void n_tty_init(struct tty_struct *tty);
void n_tty_receive(struct tty_struct *tty, const u8 *s, size_t n); /* any context */
void n_tty_set_termios(struct tty_struct *tty, const struct termios *t);
void n_tty_flush_input(struct tty_struct *tty);
size_t n_tty_receive_room(struct tty_struct *tty);  /* bytes that are not dropped */
size_t n_tty_chars_waiting(struct tty_struct *tty); /* FIONREAD */
/* A line, or bytes by VMIN and VTIME. Returns their number, 0 at EOF, or -errno. */
ssize_t n_tty_read(struct tty_struct *tty, struct file *f, struct iov_iter *to);
ssize_t n_tty_write(struct file *f, const char *s, size_t n);
unsigned int n_tty_poll(struct tty_struct *tty, struct file *f, struct poll_table_struct *pt);
void start_tty(struct tty_struct *tty);
void stop_tty(struct tty_struct *tty);
/* From now on every open file but /dev/console reads EOF and writes EIO. */
void tty_hangup(struct tty_struct *tty);

/* kernel/tty/jobctrl.c */
/* May current use the terminal? 0; -ERESTARTSYS after @sig to its group; -EIO. */
int tty_check_change(struct tty_struct *tty, int sig);
void tty_open_proc_set_tty(struct tty_struct *tty, struct file *f);
/* The line is gone: its session has no terminal any more, and the leader gets SIGHUP. */
void tty_hangup_session(struct tty_struct *tty);
/* The job control ioctls; -ENOIOCTLCMD if @cmd is not one of them. */
long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *f, unsigned int cmd, unsigned long arg);

/* Opened as /dev/console: outside job control, survives a hang-up. */
static inline bool tty_is_console_file(struct file *f)
{
	return file_inode(f)->i_rdev == DEV_CONSOLE;
}

static inline struct tty_struct *file_tty(struct file *f)
{
	return ((struct tty_file *)f->private_data)->tty;
}

static inline bool tty_hung_up_p(struct tty_struct *tty, struct file *f)
{
	return !tty_is_console_file(f) &&
	       ((struct tty_file *)f->private_data)->hangups != tty->hangups;
}

#endif
