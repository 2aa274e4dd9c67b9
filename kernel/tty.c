/* SPDX-License-Identifier: MIT */
/*
 * The console terminal as a device: one line under five names, its open
 * files, its settings. The bytes are kernel/n_tty.c's, job control is
 * kernel/tty_jobctrl.c's.
 *
 * Abridges Linux's drivers/tty/tty_io.c and tty_ioctl.c. Left out: more than
 * one line, modem control, virtual terminals' own ioctls (they answer ENOTTY,
 * by which programs see a serial line), exclusive mode, fasync.
 *
 *   /dev/tty (5:0, current's) ┐
 *   /dev/console (5:1)        ├─ console_tty ─ console_write, console_input
 *   /dev/ttyS0, tty0, tty1    ┘
 */
#include <tty.h>
#include <fs.h>
#include <sched.h>
#include <printk.h>
#include <string.h>
#include <asm/irq.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/major.h>
#include <linux/poll.h>
#include <linux/serial.h>
#include <linux/tty.h>

#define DEV_TTY		MKDEV(TTYAUX_MAJOR, 0)
#define DEV_CONSOLE	MKDEV(TTYAUX_MAJOR, 1)
#define DEV_TTY0	MKDEV(TTY_MAJOR, 0)
#define DEV_TTYS0	MKDEV(TTY_MAJOR, 64)

#define CTRL(c)		((c) & 037)

struct tty_struct console_tty = {
	.termios = {
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_line = N_TTY,
		.c_cc = {
			[VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0177, [VKILL] = CTRL('U'),
			[VEOF] = CTRL('D'), [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'), [VSUSP] = CTRL('Z'),
			[VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'), [VWERASE] = CTRL('W'),
			[VLNEXT] = CTRL('V'), [VMIN] = 1,
		},
	},
};

bool tty_is_console_file(struct file *f)
{
	return file_inode(f)->i_rdev == DEV_CONSOLE;
}

/* private_data is the count of hang-ups at open. */
bool tty_hung_up_p(struct tty_struct *tty, struct file *f)
{
	return !tty_is_console_file(f) && (unsigned long)f->private_data != tty->hangups;
}

void tty_hangup(struct tty_struct *tty)
{
	tty->hangups++;
	n_tty_flush_input(tty);
	start_tty(tty);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}

static int tty_open(struct inode *inode, struct file *f)
{
	struct tty_struct *tty = &console_tty;
	dev_t dev = inode->i_rdev;

	if (dev == DEV_TTY) {
		if (!current->signal->tty)
			return -ENXIO;
		tty = current->signal->tty;
	}
	f->private_data = (void *)tty->hangups;
	if (!(f->f_flags & O_NOCTTY) && dev != DEV_TTY0 && dev != DEV_CONSOLE)
		tty_open_proc_set_tty(tty, f);
	return 0;
}

static ssize_t tty_read(struct file *f, char __user *buf, size_t n, loff_t *pos __maybe_unused)
{
	if (tty_hung_up_p(&console_tty, f))
		return 0;
	return n_tty_read(&console_tty, f, buf, n);
}

static ssize_t tty_write(struct file *f, const char __user *buf, size_t n, loff_t *pos __maybe_unused)
{
	return n_tty_write(&console_tty, f, buf, n);
}

static unsigned int tty_poll(struct file *f, struct poll_table_struct *pt)
{
	return n_tty_poll(&console_tty, f, pt);
}

/* The 16-bit form of the settings, of System V: it changes only the low halves. */
static int user_termio_to_termios(struct termios *t, const struct termio __user *from)
{
	struct termio old;

	if (copy_from_user(&old, from, sizeof(old)))
		return -EFAULT;
	t->c_iflag = (t->c_iflag & ~0xffffu) | old.c_iflag;
	t->c_oflag = (t->c_oflag & ~0xffffu) | old.c_oflag;
	t->c_cflag = (t->c_cflag & ~0xffffu) | old.c_cflag;
	t->c_lflag = (t->c_lflag & ~0xffffu) | old.c_lflag;
	memcpy(t->c_cc, old.c_cc, NCC);
	return 0;
}

static long get_termio(const struct termios *t, struct termio __user *to)
{
	struct termio old = {
		.c_iflag = t->c_iflag, .c_oflag = t->c_oflag,
		.c_cflag = t->c_cflag, .c_lflag = t->c_lflag, .c_line = t->c_line,
	};

	memcpy(old.c_cc, t->c_cc, NCC);
	return copy_to_user(to, &old, sizeof(old)) ? -EFAULT : 0;
}

/* @flush: TCSETSF, what was typed before is dropped. Output is polled, so there is never any to wait for. */
static long set_termios(struct tty_struct *tty, void __user *arg, bool termio, bool flush)
{
	struct termios t = tty->termios;
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (termio)
		err = user_termio_to_termios(&t, arg);
	else if (copy_from_user(&t, arg, sizeof(t)))
		err = -EFAULT;
	if (err)
		return err;
	t.c_line = N_TTY;
	if (flush)
		n_tty_flush_input(tty);
	n_tty_set_termios(tty, &t);
	return 0;
}

static long termios_ioctl(struct tty_struct *tty, unsigned int cmd, void __user *arg)
{
	switch (cmd) {
	case TCGETS:
		return copy_to_user(arg, &tty->termios, sizeof(tty->termios)) ? -EFAULT : 0;
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(tty, arg, false, cmd == TCSETSF);
	case TCGETA:
		return get_termio(&tty->termios, arg);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return set_termios(tty, arg, true, cmd == TCSETAF);
	default:
		return -ENOIOCTLCMD;
	}
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

static long tcflsh(struct tty_struct *tty, unsigned long arg)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (arg > TCIOFLUSH)
		return -EINVAL;
	if (arg != TCOFLUSH)
		n_tty_flush_input(tty);
	return 0;
}

static void send_flow_char(cc_t c)
{
	if (c)
		console_write((const char *)&c, 1);
}

static long tcxonc(struct tty_struct *tty, unsigned long arg)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	switch (arg) {
	case TCOOFF:
		stop_tty(tty);
		return 0;
	case TCOON:
		start_tty(tty);
		return 0;
	case TCIOFF:
		send_flow_char(tty->termios.c_cc[VSTOP]);
		return 0;
	case TCION:
		send_flow_char(tty->termios.c_cc[VSTART]);
		return 0;
	default:
		return -EINVAL;
	}
}

static long tiocsti(struct tty_struct *tty, const char __user *arg)
{
	u8 c;

	if (current->signal->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, arg))
		return -EFAULT;
	n_tty_receive(tty, &c, 1);
	return 0;
}

/* The first 16550 of a PC: programs ask in order to tell a serial line from a virtual terminal. */
static long tiocgserial(struct serial_struct __user *arg)
{
	struct serial_struct ss = {
		.type = PORT_16550A, .line = 0, .port = 0x3f8, .irq = IRQ_SERIAL,
		.xmit_fifo_size = 16, .baud_base = 115200, .close_delay = 50, .closing_wait = 3000,
	};

	return copy_to_user(arg, &ss, sizeof(ss)) ? -EFAULT : 0;
}

static long line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TIOCGWINSZ:
		return copy_to_user(p, &tty->winsize, sizeof(tty->winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ:
		return tiocswinsz(tty, p);
	case TIOCINQ:
		return put_user((int)n_tty_chars_waiting(tty), (int __user *)p);
	case TIOCOUTQ:
		return put_user(0, (int __user *)p);
	case TCFLSH:
		return tcflsh(tty, arg);
	case TCXONC:
		return tcxonc(tty, arg);
	case TCSBRK:
	case TCSBRKP:
		return tty_check_change(tty, SIGTTOU);
	case TIOCSTI:
		return tiocsti(tty, p);
	case TIOCGETD:
		return put_user(N_TTY, (int __user *)p);
	case TIOCGDEV:
		return put_user((unsigned int)new_encode_dev(DEV_TTYS0), (unsigned int __user *)p);
	case TIOCGSERIAL:
		return tiocgserial(p);
	default:
		return -ENOTTY;
	}
}

static long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = &console_tty;
	long ret;

	if (tty_hung_up_p(tty, f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	ret = tty_jobctrl_ioctl(tty, f, cmd, arg);
	if (ret == -ENOIOCTLCMD)
		ret = termios_ioctl(tty, cmd, (void __user *)arg);
	if (ret == -ENOIOCTLCMD)
		ret = line_ioctl(tty, cmd, arg);
	return ret;
}

static const struct file_operations tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.open = tty_open,
};

unsigned int task_tty_nr(struct task_struct *t, int *tpgid)
{
	struct tty_struct *tty = t->signal->tty;

	*tpgid = tty ? pid_nr(tty->pgrp) ?: -1 : -1;
	return tty ? new_encode_dev(DEV_TTYS0) : 0;
}

/* The receive interrupt's sink. */
static void console_receive(const u8 *s, size_t n)
{
	n_tty_receive(&console_tty, s, n);
}

void tty_init(void)
{
	n_tty_init(&console_tty);
	register_chrdev("tty", 0666, DEV_TTY, &tty_fops);
	register_chrdev("console", 0600, DEV_CONSOLE, &tty_fops);
	register_chrdev("tty0", 0620, DEV_TTY0, &tty_fops);
	register_chrdev("tty1", 0620, DEV_TTY0 + 1, &tty_fops);
	register_chrdev("ttyS0", 0660, DEV_TTYS0, &tty_fops);
	task_tty_nr_hook = task_tty_nr;
	console_input = console_receive;
}
