/* SPDX-License-Identifier: MIT */
/*
 * The line discipline between the keyboard and a program: edits lines (ICANON), echoes, turns ^C
 * into signals, and post-processes output.
 *
 * Abridges Linux's drivers/tty/n_tty.c. Left out: parity and break marks (a console has none),
 * EXTPROC, throttling a serial line (bytes that do not fit are dropped), the queue of echoes,
 * IUCLC, expanded tabs, paper terminals (ECHOPRT, no ECHOE or ECHOKE), the timer between bytes
 * (VTIME with VMIN).
 * Not on the road of an exec.
 *
 *   line --n_tty_receive--> buf --n_tty_read--> program
 *                    | echo                              |
 *   ops->write <-----+------------- opost <--n_tty_write-+
 */
#include <poll.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include "internal.h"

#define OUT_SIZE 256
#define EOF_MARK '\0'  /* at the end of a line; in c_cc: no character */
#define LINE_END 0x100 /* in buf: this byte ends a line */

#define I_FLAG(tty, f) ((tty)->termios.c_iflag & (f))
#define O_FLAG(tty, f) ((tty)->termios.c_oflag & (f))
#define L_FLAG(tty, f) ((tty)->termios.c_lflag & (f))

static void notify(struct tty_struct *tty, unsigned int what)
{
	if (tty->ops->notify)
		tty->ops->notify(tty, what);
}

/* Output for the line, collected to be written in few pieces. */
struct outbuf {
	size_t n;
	char b[OUT_SIZE];
};

static void out_flush(struct tty_struct *tty, struct outbuf *o)
{
	tty->ops->write(tty, o->b, o->n);
	o->n = 0;
}

static void out_raw(struct tty_struct *tty, struct outbuf *o, char c)
{
	if (o->n == OUT_SIZE)
		out_flush(tty, o);
	o->b[o->n++] = c;
}

static bool is_control(u8 c) { return c < 0x20 || c == 0x7f; }

/* The second and later bytes of a UTF-8 character take no column of their own. */
static bool is_continuation(struct tty_struct *tty, u8 c)
{
	return I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80;
}

/* One byte of output or echo. Counts the column of the cursor. tty->lock held. */
static void out_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (c == '\n' && O_FLAG(tty, OPOST) && O_FLAG(tty, ONLCR))
		out_char(tty, o, '\r');
	if (c == '\r')
		tty->column = 0;
	else if (c == '\t')
		tty->column = (tty->column | 7) + 1;
	else if (c == '\b' && tty->column > 0)
		tty->column--;
	else if (!is_control(c) && !is_continuation(tty, c))
		tty->column++;
	if (O_FLAG(tty, OPOST) && O_FLAG(tty, OLCUC) && c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	out_raw(tty, o, c);
}

/* Echoes a byte as it was typed, or a control character as ^X. */
static void echo_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (!L_FLAG(tty, ECHO))
		return;
	if (L_FLAG(tty, ECHOCTL) && is_control(c) && c != '\t' && c != '\n') {
		out_char(tty, o, '^');
		c ^= 0100;
	}
	out_char(tty, o, c);
}

static u16 *buf_at(struct tty_struct *tty, size_t i) { return &tty->buf[i % N_TTY_BUF_SIZE]; }

/* One slot is kept for the end of a line, so that a full buffer can still become a line. */
static void put_char(struct tty_struct *tty, u8 c)
{
	size_t room = N_TTY_BUF_SIZE - (tty->head - tty->tail);

	if (room > (L_FLAG(tty, ICANON) ? 1 : 0))
		*buf_at(tty, tty->head++) = c;
}

static void finish_line(struct tty_struct *tty, u8 c)
{
	if (tty->head - tty->tail == N_TTY_BUF_SIZE)
		return;
	*buf_at(tty, tty->head++) = c | LINE_END;
	tty->canon_head = tty->head;
}

static void reset_buffer(struct tty_struct *tty)
{
	tty->head = tty->canon_head = tty->tail = 0;
	tty->lnext = false;
}

/* The columns that the edited line takes on the screen. */
static unsigned int line_width(struct tty_struct *tty)
{
	unsigned int column = tty->canon_column;

	for (size_t i = tty->canon_head; i != tty->head; i++) {
		u8 c = *buf_at(tty, i);

		if (c == '\t')
			column = (column | 7) + 1;
		else if (is_control(c))
			column += L_FLAG(tty, ECHOCTL) ? 2 : 0;
		else
			column += !is_continuation(tty, c);
	}
	return column - tty->canon_column;
}

/* Takes the last character, of one byte or more (UTF-8), off the line. Returns its first byte. */
static u8 erase_char(struct tty_struct *tty, struct outbuf *o)
{
	unsigned int width = line_width(tty);
	u8 c;

	do
		c = *buf_at(tty, --tty->head);
	while (tty->head != tty->canon_head && is_continuation(tty, c));
	if (!L_FLAG(tty, ECHO))
		return c;
	for (width -= line_width(tty); width > 0; width--) {
		out_char(tty, o, '\b');
		if (c == '\t')
			continue;
		out_char(tty, o, ' ');
		out_char(tty, o, '\b');
	}
	return c;
}

static bool is_word_char(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c >= 0xc0;
}

/* ERASE takes one character, WERASE spaces and the word before them, KILL all. */
static void eraser(struct tty_struct *tty, struct outbuf *o, u8 key)
{
	const cc_t *cc = tty->termios.c_cc;
	bool seen_word = false;

	while (tty->head != tty->canon_head) {
		if (key == cc[VWERASE] && seen_word && !is_word_char(*buf_at(tty, tty->head - 1)))
			break;
		seen_word |= is_word_char(erase_char(tty, o));
		if (key == cc[VERASE])
			break;
	}
}

/* ^C, ^\, ^Z: a signal to the foreground group; pending input is dropped. */
static void receive_signal_char(struct tty_struct *tty, struct outbuf *o, int sig, u8 c)
{
	if (tty->pgrp)
		kill_pgrp(tty->pgrp, sig, 1);
	if (!L_FLAG(tty, NOFLSH)) {
		o->n = 0;
		reset_buffer(tty);
		notify(tty, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
	}
	start_tty(tty);
	echo_char(tty, o, c);
}

/* Returns whether @c was a character of IXON or ISIG, which is then handled. */
static bool receive_control_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	const cc_t *cc = tty->termios.c_cc;
	int sig = c == cc[VINTR] ? SIGINT : c == cc[VQUIT] ? SIGQUIT : c == cc[VSUSP] ? SIGTSTP : 0;

	if (I_FLAG(tty, IXON) && c == cc[VSTART])
		start_tty(tty);
	else if (I_FLAG(tty, IXON) && c == cc[VSTOP])
		stop_tty(tty);
	else if (L_FLAG(tty, ISIG) && sig)
		receive_signal_char(tty, o, sig, c);
	else
		return false;
	return true;
}

static void reprint_line(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	echo_char(tty, o, c);
	out_char(tty, o, '\n');
	for (size_t i = tty->canon_head; i != tty->head; i++)
		echo_char(tty, o, *buf_at(tty, i));
}

/* Returns whether @c was a character that ends or edits a line, which is then handled. */
static bool receive_canon_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	const cc_t *cc = tty->termios.c_cc;
	bool ext = L_FLAG(tty, IEXTEN);

	if (c == cc[VERASE] || c == cc[VKILL] || (c == cc[VWERASE] && ext)) {
		eraser(tty, o, c);
	} else if (c == cc[VLNEXT] && ext) {
		tty->lnext = true;
		if (L_FLAG(tty, ECHO) && L_FLAG(tty, ECHOCTL)) {
			out_raw(tty, o, '^');
			out_raw(tty, o, '\b');
		}
	} else if (c == cc[VREPRINT] && ext && L_FLAG(tty, ECHO)) {
		reprint_line(tty, o, c);
	} else if (c == cc[VEOF]) {
		finish_line(tty, EOF_MARK);
	} else if (c == '\n' || c == cc[VEOL] || (c == cc[VEOL2] && ext)) {
		if (c == '\n' && L_FLAG(tty, ECHONL) && !L_FLAG(tty, ECHO))
			out_char(tty, o, c);
		echo_char(tty, o, c);
		finish_line(tty, c);
	} else {
		return false;
	}
	return true;
}

/* ICRNL and INLCR. */
static u8 map_newline(struct tty_struct *tty, u8 c)
{
	if (c == '\r' && I_FLAG(tty, ICRNL))
		return '\n';
	return c == '\n' && I_FLAG(tty, INLCR) ? '\r' : c;
}

static void receive_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	bool literal = tty->lnext || c == EOF_MARK;

	tty->lnext = false;
	if (!literal) {
		if (receive_control_char(tty, o, c) || (c == '\r' && I_FLAG(tty, IGNCR)))
			return;
		c = map_newline(tty, c);
		if (L_FLAG(tty, ICANON) && receive_canon_char(tty, o, c))
			return;
	}
	if (tty->canon_head == tty->head)
		tty->canon_column = tty->column;
	echo_char(tty, o, c);
	put_char(tty, c);
}

static bool input_available(struct tty_struct *tty, size_t want)
{
	return L_FLAG(tty, ICANON) ? tty->canon_head != tty->tail : tty->head - tty->tail >= want;
}

void n_tty_receive(struct tty_struct *tty, const u8 *s, size_t n)
{
	struct outbuf o = {.n = 0};
	unsigned long flags;
	bool ready;

	spin_lock_irqsave(&tty->lock, flags);
	while (n--)
		receive_char(tty, &o, *s++);
	out_flush(tty, &o);
	ready = input_available(tty, 1);
	spin_unlock_irqrestore(&tty->lock, flags);
	if (ready)
		wake_up_interruptible(&tty->read_wait);
}

void start_tty(struct tty_struct *tty)
{
	if (tty->stopped)
		notify(tty, TIOCPKT_START);
	tty->stopped = false;
	wake_up_interruptible(&tty->write_wait);
}

void stop_tty(struct tty_struct *tty)
{
	if (!tty->stopped)
		notify(tty, TIOCPKT_STOP);
	tty->stopped = true;
}

/* A line that is too long is cut, so that its end can still be typed. */
size_t n_tty_receive_room(struct tty_struct *tty)
{
	size_t room = N_TTY_BUF_SIZE - (tty->head - tty->tail);

	if (room <= 1 && L_FLAG(tty, ICANON) && tty->canon_head == tty->tail)
		return N_TTY_BUF_SIZE;
	return room ? room - 1 : 0;
}

void n_tty_flush_input(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	reset_buffer(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	notify(tty, TIOCPKT_FLUSHREAD);
}

void tty_hangup(struct tty_struct *tty)
{
	tty->hangups++;
	n_tty_flush_input(tty);
	start_tty(tty);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}

/* ICANON changes: from now on the pending input is one finished line, or just bytes. */
static void switch_canon(struct tty_struct *tty, bool canon)
{
	for (size_t i = tty->tail; i != tty->head; i++)
		*buf_at(tty, i) &= ~LINE_END;
	if (canon && tty->head != tty->tail)
		*buf_at(tty, tty->head - 1) |= LINE_END;
	tty->canon_head = canon ? tty->head : tty->tail;
	tty->lnext = false;
}

/* Does ^S stop the output, as a remote terminal would do it itself? */
static bool has_flow_control(const struct termios *t)
{
	return (t->c_iflag & IXON) && t->c_cc[VSTOP] == '\023' && t->c_cc[VSTART] == '\021';
}

void n_tty_set_termios(struct tty_struct *tty, const struct termios *t)
{
	bool flow = has_flow_control(t);
	unsigned long flags;

	if (flow != has_flow_control(&tty->termios))
		notify(tty, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
	spin_lock_irqsave(&tty->lock, flags);
	if ((tty->termios.c_lflag ^ t->c_lflag) & ICANON)
		switch_canon(tty, t->c_lflag & ICANON);
	tty->termios = *t;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!(t->c_iflag & IXON))
		start_tty(tty);
	wake_up_interruptible(&tty->read_wait);
}

size_t n_tty_chars_waiting(struct tty_struct *tty)
{
	size_t n = 0;

	if (!L_FLAG(tty, ICANON))
		return tty->head - tty->tail;
	for (size_t i = tty->tail; i != tty->canon_head; i++)
		n += *buf_at(tty, i) != (EOF_MARK | LINE_END);
	return n;
}

/*
 * Takes up to @n bytes out of the buffer. *line_done: a line has ended. An EOF mark is dropped,
 * even right after the last byte that was requested: it has ended this line, and must not be read
 * as an empty one.
 */
static size_t take_chars(struct tty_struct *tty, char *to, size_t n, bool *line_done)
{
	bool canon = L_FLAG(tty, ICANON);
	size_t end = canon ? tty->canon_head : tty->head, got = 0;

	*line_done = false;
	while (tty->tail != end && !*line_done) {
		u16 c = *buf_at(tty, tty->tail);

		if (c != (EOF_MARK | LINE_END)) {
			if (got == n)
				break;
			to[got++] = c;
		}
		tty->tail++;
		*line_done = c & LINE_END;
	}
	if (!canon)
		tty->canon_head = tty->tail;
	return got;
}

/* Waits for input. 0: there is some; 1: timeout or hang-up; -EIO, -EAGAIN, -ERESTARTSYS. */
static int wait_input(struct tty_struct *tty, struct file *f, ktime_t expires)
{
	DEFINE_WAIT(w);
	int ret = 0;

	for (;;) {
		prepare_to_wait(&tty->read_wait, &w, TASK_INTERRUPTIBLE);
		if (input_available(tty, 1))
			break;
		ret = tty_hung_up_p(tty, f) && tty->master_closed ? -EIO : 1;
		if (tty_hung_up_p(tty, f) || (expires && ktime_get() >= expires))
			break;
		ret = f->f_flags & O_NONBLOCK	? -EAGAIN
		      : signal_pending(current) ? -ERESTARTSYS
						: 0;
		if (ret)
			break;
		schedule_hrtimeout(expires ?: INT64_MAX);
	}
	finish_wait(&tty->read_wait, &w);
	return ret;
}

/*
 * A line; or VMIN bytes; or, with VMIN 0, what comes within VTIME tenths of a second. A chunk that
 * faults is lost as a whole.
 */
static ssize_t read_chars(struct tty_struct *tty, struct file *f, struct iov_iter *to)
{
	const cc_t *cc = tty->termios.c_cc;
	bool canon = L_FLAG(tty, ICANON), line_done = false;
	ktime_t expires = canon || cc[VMIN] ? 0 : ktime_get() + cc[VTIME] * (NSEC_PER_SEC / 10);
	size_t minimum = canon ? 1 : max_t(size_t, cc[VMIN], 1), done = 0, got, copied;
	char chunk[TTY_READ_CHUNK];
	unsigned long flags;

	while (to->count && !line_done && (done < minimum || input_available(tty, 1))) {
		int err = wait_input(tty, f, expires);

		if (err)
			return done || err > 0 ? (ssize_t)done : err;
		spin_lock_irqsave(&tty->lock, flags);
		got = take_chars(tty, chunk, min(to->count, sizeof(chunk)), &line_done);
		spin_unlock_irqrestore(&tty->lock, flags);
		notify(tty, 0);
		copied = copy_to_iter(chunk, got, to);
		done += copied;
		if (copied != got)
			return done ?: -EFAULT;
	}
	return done;
}

ssize_t n_tty_read(struct tty_struct *tty, struct file *f, struct iov_iter *to)
{
	ssize_t ret;

	if (f->f_flags & O_NONBLOCK ? !mutex_trylock(&tty->read_lock)
				    : mutex_lock_interruptible(&tty->read_lock))
		return f->f_flags & O_NONBLOCK ? -EAGAIN : -ERESTARTSYS;
	ret = read_chars(tty, f, to);
	mutex_unlock(&tty->read_lock);
	return ret;
}

/* One piece of output. It is post-processed with the lock held, and written without it. */
static void write_piece(struct tty_struct *tty, const char *s, size_t n)
{
	struct outbuf o = {.n = 0};
	unsigned long flags;

	while (n) {
		spin_lock_irqsave(&tty->lock, flags);
		for (; n && o.n <= OUT_SIZE - 2; n--)
			out_char(tty, &o, *s++);
		spin_unlock_irqrestore(&tty->lock, flags);
		out_flush(tty, &o);
	}
}

/* How many bytes of a program can go out now: post-processing may double them. */
static size_t write_room(struct tty_struct *tty)
{
	if (tty->stopped)
		return 0;
	return tty->ops->write_room ? tty->ops->write_room(tty) / 2 : OUT_SIZE;
}

/* Waits while ^S or a slow reader stops the output. 0, -EAGAIN, -ERESTARTSYS or -EIO. */
static int wait_write_room(struct tty_struct *tty, struct file *f)
{
	int err = wait_event_nonblock(&tty->write_wait, f->f_flags & O_NONBLOCK,
				      write_room(tty) || tty_hung_up_p(tty, f));

	return tty_hung_up_p(tty, f) ? -EIO : err;
}

ssize_t n_tty_write(struct file *f, const char *s, size_t n)
{
	struct tty_struct *tty = file_tty(f);
	size_t done = 0;
	int err = 0;

	while (!err && done < n) {
		size_t len;

		err = wait_write_room(tty, f);
		if (err)
			break;
		len = min(n - done, write_room(tty));
		write_piece(tty, s + done, len);
		done += len;
		if (signal_pending(current))
			err = -ERESTARTSYS;
	}
	return done ? (ssize_t)done : err;
}

unsigned int n_tty_poll(struct tty_struct *tty, struct file *f, struct poll_table_struct *pt)
{
	cc_t vmin = tty->termios.c_cc[VMIN], vtime = tty->termios.c_cc[VTIME];
	unsigned int mask = 0;

	poll_wait(f, &tty->read_wait, pt);
	poll_wait(f, &tty->write_wait, pt);
	if (tty_hung_up_p(tty, f))
		return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR | POLLHUP;
	if (input_available(tty, vmin && !vtime ? vmin : 1))
		mask |= POLLIN | POLLRDNORM;
	if (write_room(tty))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

void n_tty_init(struct tty_struct *tty)
{
	spin_lock_init(&tty->lock, LOCK_NONE);
	mutex_init(&tty->read_lock, LOCK_TTY);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	reset_buffer(tty);
}
