/* SPDX-License-Identifier: MIT */
/*
 * Terminals as files: opening, reading, writing, settings; and the console, one terminal with five
 * names. n_tty.c processes the bytes, jobctrl.c has job control, pty.c pseudo terminals.
 *
 * Abridges Linux's drivers/tty/tty_io.c and tty_ioctl.c. Left out: what only a modem, a UART or a
 * virtual terminal has (ENOTTY); termio of System V, TIOCSTI, exclusive mode, fasync.
 * Not on the road of an exec.
 *
 *   /dev/tty (5:0, current's) ┐
 *   /dev/console (5:1)        ├─ console_tty ─ console_write, console_input
 *   /dev/ttyS0, tty0, tty1    ┘
 */
#include <file.h>
#include <sched.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <asm/irq.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/tty.h>
#include "internal.h"

#define DEV_TTY	  MKDEV(TTYAUX_MAJOR, 0)
#define DEV_TTY0  MKDEV(TTY_MAJOR, 0)
#define DEV_TTYS0 MKDEV(TTY_MAJOR, 64)

#define WRITE_CHUNK 2048

#define CTRL(c) (037 & (c))

const struct termios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_line = N_TTY,
	.c_cc =
		{
			[VINTR] = CTRL('C'),
			[VQUIT] = CTRL('\\'),
			[VERASE] = 0177,
			[VKILL] = CTRL('U'),
			[VEOF] = CTRL('D'),
			[VSTART] = CTRL('Q'),
			[VSTOP] = CTRL('S'),
			[VSUSP] = CTRL('Z'),
			[VREPRINT] = CTRL('R'),
			[VDISCARD] = CTRL('O'),
			[VWERASE] = CTRL('W'),
			[VLNEXT] = CTRL('V'),
			[VMIN] = 1,
		},
};

static void write_console(struct tty_struct *tty __maybe_unused, const char *s, size_t n)
{
	console_write(s, n);
}

static const struct tty_operations console_ops = {.write = write_console};
static struct tty_struct console_tty = {.ops = &console_ops, .dev = DEV_TTYS0};

int tty_open_file(struct tty_struct *tty, struct file *f)
{
	struct tty_file *priv = kmalloc(sizeof(*priv), GFP_KERNEL);

	if (!priv)
		return -ENOMEM;
	*priv = (struct tty_file){.tty = tty, .hangups = tty->hangups};
	f->private_data = priv;
	tty->count++;
	return 0;
}

static int tty_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct tty_struct *tty = file_tty(f);

	kfree(f->private_data);
	if (!--tty->count && tty->ops->last_close)
		tty->ops->last_close(tty);
	return 0;
}

static int tty_open(struct inode *inode, struct file *f)
{
	struct tty_struct *tty = &console_tty;
	dev_t dev = inode->i_rdev;
	int err;

	if (dev == DEV_TTY)
		tty = current->signal->tty;
	if (!tty)
		return -ENXIO;
	err = tty_open_file(tty, f);
	if (err)
		return err;
	if (!(f->f_flags & O_NOCTTY) && dev != DEV_TTY0 && dev != DEV_CONSOLE)
		tty_open_proc_set_tty(tty, f);
	return 0;
}

static ssize_t tty_read(struct file *f, struct iov_iter *to)
{
	struct tty_struct *tty = file_tty(f);
	int err;

	if (tty_hung_up_p(tty, f))
		return 0;
	err = tty_is_console_file(f) ? 0 : tty_check_change(tty, SIGTTIN);
	return err ?: n_tty_read(tty, f, to);
}

ssize_t do_tty_write(struct file *f, struct iov_iter *from,
		     ssize_t (*write)(struct file *f, const char *s, size_t n))
{
	char *chunk = kmalloc(WRITE_CHUNK, GFP_KERNEL);
	ssize_t done = 0, ret = chunk ? 0 : -ENOMEM;

	while (chunk && from->count) {
		size_t n = min_t(size_t, from->count, WRITE_CHUNK);

		ret = copy_from_iter(chunk, n, from) == n ? write(f, chunk, n) : -EFAULT;
		if (ret > 0)
			done += ret;
		if (ret != (ssize_t)n)
			break;
	}
	kfree(chunk);
	return done ?: ret;
}

static ssize_t tty_write(struct file *f, struct iov_iter *from)
{
	struct tty_struct *tty = file_tty(f);
	int err = 0;

	if ((tty->termios.c_lflag & TOSTOP) && !tty_is_console_file(f))
		err = tty_check_change(tty, SIGTTOU);
	return err ?: do_tty_write(f, from, n_tty_write);
}

static unsigned int tty_poll(struct file *f, struct poll_table_struct *pt)
{
	return n_tty_poll(file_tty(f), f, pt);
}

/*
 * @flush: TCSETSF, pending input is dropped. Output is polled, so there is never any to wait for.
 */
static long set_termios(struct tty_struct *tty, void __user *arg, bool flush)
{
	int err = tty_check_change(tty, SIGTTOU);
	struct termios t;

	if (err)
		return err;
	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	t.c_line = N_TTY;
	if (flush)
		n_tty_flush_input(tty);
	n_tty_set_termios(tty, &t);
	return 0;
}

static long tiocswinsz(struct tty_struct *tty, const struct winsize __user *arg)
{
	struct winsize ws;

	if (copy_from_user(&ws, arg, sizeof(ws)))
		return -EFAULT;
	if (!memcmp(&ws, &tty->winsize, sizeof(ws)))
		return 0;
	tty->winsize = ws;
	if (tty->pgrp)
		kill_pgrp(tty->pgrp, SIGWINCH, 1);
	return 0;
}

/* TCFLSH, TCXONC and TCSBRK (tcdrain), which only the foreground group may call. */
static long flow_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err || cmd == TCSBRK)
		return err;
	if (arg > (cmd == TCFLSH ? TCIOFLUSH : TCION))
		return -EINVAL;
	if (cmd == TCFLSH && arg != TCOFLUSH)
		n_tty_flush_input(tty);
	if (cmd == TCFLSH && arg != TCIFLUSH && tty->ops->notify)
		tty->ops->notify(tty, TIOCPKT_FLUSHWRITE);
	if (cmd == TCFLSH)
		return 0;
	if (arg == TCOOFF)
		stop_tty(tty);
	else if (arg == TCOON)
		start_tty(tty);
	return 0;
}

long tty_line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TCGETS:
		return copy_to_user(p, &tty->termios, sizeof(tty->termios)) ? -EFAULT : 0;
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(tty, p, cmd == TCSETSF);
	case TIOCGWINSZ:
		return copy_to_user(p, &tty->winsize, sizeof(tty->winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ:
		return tiocswinsz(tty, p);
	case TIOCINQ:
		return put_user((int)n_tty_chars_waiting(tty), (int __user *)p);
	case TIOCOUTQ:
		return put_user(0, (int __user *)p);
	case TCFLSH:
	case TCXONC:
	case TCSBRK:
		return flow_ioctl(tty, cmd, arg);
	default:
		return -ENOTTY;
	}
}

static long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = file_tty(f);
	long ret;

	if (tty_hung_up_p(tty, f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	ret = tty_jobctrl_ioctl(tty, f, cmd, arg);
	return ret == -ENOIOCTLCMD ? tty_line_ioctl(tty, cmd, arg) : ret;
}

const struct file_operations tty_fops = {
	.read_iter = tty_read,
	.write_iter = tty_write,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.open = tty_open,
	.release = tty_release,
};

unsigned int task_tty_nr(struct task_struct *t, int *tpgid)
{
	struct tty_struct *tty = t->signal->tty;

	*tpgid = tty ? pid_nr(tty->pgrp) ?: -1 : -1;
	return tty ? new_encode_dev(tty->dev) : 0;
}

/* The receive interrupt calls it. */
static void console_receive(const u8 *s, size_t n) { n_tty_receive(&console_tty, s, n); }

void tty_init(void)
{
	console_tty.termios = tty_std_termios;
	console_tty.termios.c_cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL;
	n_tty_init(&console_tty);
	register_chrdev("tty", 0666, DEV_TTY, &tty_fops);
	register_chrdev("console", 0600, DEV_CONSOLE, &tty_fops);
	register_chrdev("tty0", 0620, DEV_TTY0, &tty_fops);
	register_chrdev("tty1", 0620, DEV_TTY0 + 1, &tty_fops);
	register_chrdev("ttyS0", 0660, DEV_TTYS0, &tty_fops);
	console_input = console_receive;
}
