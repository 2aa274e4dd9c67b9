/* SPDX-License-Identifier: MIT */
/*
 * The line discipline: what happens to bytes between the keyboard and a
 * program. It edits lines (ICANON), echoes, turns ^C into signals, and
 * post-processes output.
 *
 * Abridges Linux's drivers/tty/n_tty.c. Left out: parity and break marks
 * (a console has none), EXTPROC, packet mode, the throttling of the sender
 * (bytes beyond the buffer are dropped), the queue of echoes.
 *
 *   interrupt --n_tty_receive--> buf --n_tty_read--> program
 *                    | echo                              |
 *   console <--------+------------- opost <--n_tty_write-+
 */
#include <tty.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/poll.h>

#define OUT_SIZE	256
#define EOF_MARK	'\0'		/* also "no such character" in c_cc */

#define I_FLAG(tty, f)	((tty)->termios.c_iflag & (f))
#define O_FLAG(tty, f)	((tty)->termios.c_oflag & (f))
#define L_FLAG(tty, f)	((tty)->termios.c_lflag & (f))

/* Output on its way to the console, gathered so that it is written in few pieces. */
struct outbuf {
	size_t n;
	char b[OUT_SIZE];
};

static void out_flush(struct outbuf *o)
{
	if (o->n)
		console_write(o->b, o->n);
	o->n = 0;
}

static void out_raw(struct outbuf *o, char c)
{
	if (o->n == OUT_SIZE)
		out_flush(o);
	o->b[o->n++] = c;
}

static bool is_control(u8 c)
{
	return c < 0x20 || c == 0x7f;
}

/* The second and later bytes of a UTF-8 character take no column of their own. */
static bool is_continuation(struct tty_struct *tty, u8 c)
{
	return I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80;
}

static void out_tab(struct tty_struct *tty, struct outbuf *o)
{
	unsigned int spaces = 8 - (tty->column & 7);

	tty->column += spaces;
	if (O_FLAG(tty, TABDLY) != XTABS)
		return out_raw(o, '\t');
	while (spaces--)
		out_raw(o, ' ');
}

static void out_newline(struct tty_struct *tty, struct outbuf *o)
{
	if (O_FLAG(tty, ONLRET | ONLCR))
		tty->column = 0;
	if (O_FLAG(tty, ONLCR))
		out_raw(o, '\r');
	out_raw(o, '\n');
	tty->canon_column = tty->column;
}

static void out_return(struct tty_struct *tty, struct outbuf *o)
{
	if (O_FLAG(tty, ONOCR) && tty->column == 0)
		return;
	if (O_FLAG(tty, OCRNL)) {
		if (O_FLAG(tty, ONLRET))
			tty->column = 0;
		return out_raw(o, '\n');
	}
	tty->canon_column = tty->column = 0;
	out_raw(o, '\r');
}

/* One byte of program output or echo; follows the cursor's column. tty->lock held. */
static void out_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (!O_FLAG(tty, OPOST))
		return out_raw(o, c);
	switch (c) {
	case '\n':
		return out_newline(tty, o);
	case '\r':
		return out_return(tty, o);
	case '\t':
		return out_tab(tty, o);
	case '\b':
		if (tty->column > 0)
			tty->column--;
		break;
	default:
		if (is_control(c))
			break;
		if (O_FLAG(tty, OLCUC) && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (!is_continuation(tty, c))
			tty->column++;
	}
	out_raw(o, c);
}

/* As typed, control characters as ^X. */
static void echo_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (L_FLAG(tty, ECHOCTL) && is_control(c) && c != '\t') {
		out_raw(o, '^');
		out_raw(o, c ^ 0100);
		tty->column += 2;
	} else {
		out_char(tty, o, c);
	}
}

static u8 *buf_at(struct tty_struct *tty, size_t i)
{
	return &tty->buf[i & (N_TTY_BUF_SIZE - 1)];
}

static bool is_line_end(struct tty_struct *tty, size_t i)
{
	i &= N_TTY_BUF_SIZE - 1;
	return tty->line_end[i / 64] & BIT(i % 64);
}

static void set_line_end(struct tty_struct *tty, size_t i, bool on)
{
	unsigned long bit = BIT(i % 64), *word = &tty->line_end[(i & (N_TTY_BUF_SIZE - 1)) / 64];

	*word = on ? *word | bit : *word & ~bit;
}

/* One slot stays for the end of a line, so that a full buffer can still be submitted. */
static void put_char(struct tty_struct *tty, u8 c)
{
	size_t room = N_TTY_BUF_SIZE - (tty->head - tty->tail);

	if (room < (L_FLAG(tty, ICANON) ? 2 : 1))
		return;
	set_line_end(tty, tty->head, false);
	*buf_at(tty, tty->head++) = c;
}

static void finish_line(struct tty_struct *tty, u8 c)
{
	if (tty->head - tty->tail == N_TTY_BUF_SIZE)
		return;
	set_line_end(tty, tty->head, true);
	*buf_at(tty, tty->head++) = c;
	tty->canon_head = tty->head;
}

static void reset_buffer(struct tty_struct *tty)
{
	tty->head = tty->canon_head = tty->tail = 0;
	tty->erasing = tty->lnext = false;
	memset(tty->line_end, 0, sizeof(tty->line_end));
}

static void finish_erasing(struct tty_struct *tty, struct outbuf *o)
{
	if (tty->erasing) {
		out_raw(o, '/');
		tty->column++;
		tty->erasing = false;
	}
}

/* The tab before head is gone: back to the column where it began. */
static void erase_tab(struct tty_struct *tty, struct outbuf *o)
{
	unsigned int width = 0;
	bool after_tab = false;
	size_t i;

	for (i = tty->head; i != tty->canon_head && !after_tab; ) {
		u8 c = *buf_at(tty, --i);

		if (c == '\t')
			after_tab = true;
		else if (is_control(c))
			width += L_FLAG(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			width++;
	}
	if (!after_tab)
		width += tty->canon_column;
	for (i = 8 - (width & 7); i > 0; i--) {
		out_raw(o, '\b');
		if (tty->column > 0)
			tty->column--;
	}
}

static void erase_columns(struct tty_struct *tty, struct outbuf *o, int n)
{
	while (n--) {
		out_raw(o, '\b');
		out_raw(o, ' ');
		out_raw(o, '\b');
		if (tty->column > 0)
			tty->column--;
	}
}

/* How the removal of @c looks: crossed out, between \ and / on paper, or the erase character. */
static void echo_erase(struct tty_struct *tty, struct outbuf *o, u8 c, const u8 *chars, size_t n, bool kill)
{
	if (L_FLAG(tty, ECHOPRT)) {
		if (!tty->erasing) {
			out_raw(o, '\\');
			tty->column++;
			tty->erasing = true;
		}
		echo_char(tty, o, c);
		while (--n)
			out_raw(o, *++chars);
	} else if (!kill && !L_FLAG(tty, ECHOE)) {
		echo_char(tty, o, tty->termios.c_cc[VERASE]);
	} else if (c == '\t') {
		erase_tab(tty, o);
	} else if (is_control(c)) {
		erase_columns(tty, o, L_FLAG(tty, ECHOCTL) ? 2 : 0);
	} else {
		erase_columns(tty, o, 1);
	}
}

/* ^U without crossing out: the edited line is dropped and a new one begun on the screen. */
static void kill_line_plain(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	tty->head = tty->canon_head;
	finish_erasing(tty, o);
	echo_char(tty, o, c);
	if (L_FLAG(tty, ECHOK))
		out_char(tty, o, '\n');
}

/* Takes the last character (up to 4 bytes of UTF-8) off the edited line into chars; its length, 0: broken sequence. */
static size_t last_char(struct tty_struct *tty, u8 chars[4])
{
	size_t head = tty->head, n = 0;

	do
		head--;
	while (head != tty->canon_head && is_continuation(tty, *buf_at(tty, head)));
	if (is_continuation(tty, *buf_at(tty, head)))
		return 0;
	while (head + n != tty->head && n < 4) {
		chars[n] = *buf_at(tty, head + n);
		n++;
	}
	return tty->head - head;
}

static bool is_word_char(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0xc0;
}

/* ERASE, WERASE and KILL. */
static void eraser(struct tty_struct *tty, struct outbuf *o, u8 key)
{
	bool kill = key == tty->termios.c_cc[VKILL], word = key == tty->termios.c_cc[VWERASE];
	bool seen_word = false;
	u8 chars[4];

	if (tty->head == tty->canon_head)
		return;
	if (key == tty->termios.c_cc[VERASE])
		kill = word = false;
	if (kill) {
		if (!L_FLAG(tty, ECHO)) {
			tty->head = tty->canon_head;
			return;
		}
		if (!L_FLAG(tty, ECHOK) || !L_FLAG(tty, ECHOKE) || !L_FLAG(tty, ECHOE))
			return kill_line_plain(tty, o, key);
	}
	while (tty->head != tty->canon_head) {
		size_t n = last_char(tty, chars);

		if (!n)
			break;
		if (word && !is_word_char(chars[0]) && seen_word)
			break;
		seen_word |= is_word_char(chars[0]);
		tty->head -= n;
		if (L_FLAG(tty, ECHO))
			echo_erase(tty, o, chars[0], chars, min_t(size_t, n, 4), kill);
		if (!kill && !word)
			break;
	}
	if (tty->head == tty->canon_head && L_FLAG(tty, ECHO))
		finish_erasing(tty, o);
}

/* ^C, ^\, ^Z: the foreground group is told, and what was typed is forgotten. */
static void receive_signal_char(struct tty_struct *tty, struct outbuf *o, int sig, u8 c)
{
	if (tty->pgrp)
		kill_pgrp(tty->pgrp, sig, 1);
	if (!L_FLAG(tty, NOFLSH)) {
		o->n = 0;
		reset_buffer(tty);
	}
	if (I_FLAG(tty, IXON))
		start_tty(tty);
	if (L_FLAG(tty, ECHO))
		echo_char(tty, o, c);
}

/* True if @c was one of IXON's or ISIG's characters, and is thereby done. */
static bool receive_control_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	const cc_t *cc = tty->termios.c_cc;
	int sig = 0;

	if (c == EOF_MARK)
		return false;
	if (I_FLAG(tty, IXON) && c == cc[VSTART]) {
		start_tty(tty);
		return true;
	}
	if (I_FLAG(tty, IXON) && c == cc[VSTOP]) {
		stop_tty(tty);
		return true;
	}
	if (!L_FLAG(tty, ISIG))
		return false;
	if (c == cc[VINTR])
		sig = SIGINT;
	else if (c == cc[VQUIT])
		sig = SIGQUIT;
	else if (c == cc[VSUSP])
		sig = SIGTSTP;
	if (sig)
		receive_signal_char(tty, o, sig, c);
	return sig;
}

static void reprint_line(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	size_t i;

	finish_erasing(tty, o);
	echo_char(tty, o, c);
	out_char(tty, o, '\n');
	for (i = tty->canon_head; i != tty->head; i++)
		echo_char(tty, o, *buf_at(tty, i));
}

static void receive_lnext(struct tty_struct *tty, struct outbuf *o)
{
	tty->lnext = true;
	if (!L_FLAG(tty, ECHO))
		return;
	finish_erasing(tty, o);
	if (L_FLAG(tty, ECHOCTL)) {
		out_raw(o, '^');
		out_raw(o, '\b');
	}
}

/* True if @c ends a line or is a character that edits. */
static bool receive_canon_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	const cc_t *cc = tty->termios.c_cc;
	bool ext = L_FLAG(tty, IEXTEN);

	if (c == '\n') {
		if (L_FLAG(tty, ECHO | ECHONL))
			out_char(tty, o, '\n');
		finish_line(tty, c);
		return true;
	}
	if (c == EOF_MARK)
		return false;
	if (c == cc[VERASE] || c == cc[VKILL] || (c == cc[VWERASE] && ext)) {
		eraser(tty, o, c);
	} else if (c == cc[VLNEXT] && ext) {
		receive_lnext(tty, o);
	} else if (c == cc[VREPRINT] && L_FLAG(tty, ECHO) && ext) {
		reprint_line(tty, o, c);
	} else if (c == cc[VEOF]) {
		finish_line(tty, EOF_MARK);
	} else if (c == cc[VEOL] || (c == cc[VEOL2] && ext)) {
		if (L_FLAG(tty, ECHO))
			echo_char(tty, o, c);
		finish_line(tty, c);
	} else {
		return false;
	}
	return true;
}

static void receive_plain_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (L_FLAG(tty, ECHO)) {
		finish_erasing(tty, o);
		if (tty->canon_head == tty->head)
			tty->canon_column = tty->column;
		if (c == '\n')
			out_char(tty, o, '\n');
		else
			echo_char(tty, o, c);
	}
	put_char(tty, c);
}

static void receive_char(struct tty_struct *tty, struct outbuf *o, u8 c)
{
	if (I_FLAG(tty, ISTRIP))
		c &= 0x7f;
	if (I_FLAG(tty, IUCLC) && L_FLAG(tty, IEXTEN) && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (tty->lnext) {
		tty->lnext = false;
		return receive_plain_char(tty, o, c);
	}
	if (receive_control_char(tty, o, c))
		return;
	if (tty->stopped && I_FLAG(tty, IXON) && I_FLAG(tty, IXANY))
		start_tty(tty);
	if (c == '\r') {
		if (I_FLAG(tty, IGNCR))
			return;
		if (I_FLAG(tty, ICRNL))
			c = '\n';
	} else if (c == '\n' && I_FLAG(tty, INLCR)) {
		c = '\r';
	}
	if (L_FLAG(tty, ICANON) && receive_canon_char(tty, o, c))
		return;
	receive_plain_char(tty, o, c);
}

static bool input_available(struct tty_struct *tty, size_t want)
{
	if (L_FLAG(tty, ICANON))
		return tty->canon_head != tty->tail;
	return tty->head - tty->tail >= want;
}

void n_tty_receive(struct tty_struct *tty, const u8 *s, size_t n)
{
	struct outbuf o = { .n = 0 };
	unsigned long flags;
	bool ready;

	spin_lock_irqsave(&tty->lock, flags);
	while (n--)
		receive_char(tty, &o, *s++);
	out_flush(&o);
	ready = input_available(tty, 1);
	spin_unlock_irqrestore(&tty->lock, flags);
	if (ready)
		wake_up_interruptible(&tty->read_wait);
}

void start_tty(struct tty_struct *tty)
{
	tty->stopped = false;
	wake_up_interruptible(&tty->write_wait);
}

void stop_tty(struct tty_struct *tty)
{
	tty->stopped = true;
}

void n_tty_flush_input(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	reset_buffer(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
}

/* Between raw and edited mode: what has been typed so far counts as one finished line. */
static void switch_canon(struct tty_struct *tty, bool canon)
{
	memset(tty->line_end, 0, sizeof(tty->line_end));
	if (!canon || tty->head == tty->tail) {
		tty->canon_head = tty->tail;
	} else {
		set_line_end(tty, tty->head - 1, true);
		tty->canon_head = tty->head;
	}
	tty->erasing = tty->lnext = false;
}

void n_tty_set_termios(struct tty_struct *tty, const struct termios *t)
{
	tcflag_t old_iflag, old_lflag;
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	old_iflag = tty->termios.c_iflag;
	old_lflag = tty->termios.c_lflag;
	tty->termios = *t;
	if ((old_lflag ^ t->c_lflag) & ICANON)
		switch_canon(tty, t->c_lflag & ICANON);
	if ((old_iflag & IXON) && !(t->c_iflag & IXON))
		start_tty(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up_interruptible(&tty->read_wait);
	wake_up_interruptible(&tty->write_wait);
}

size_t n_tty_chars_waiting(struct tty_struct *tty)
{
	unsigned long flags;
	size_t i, n = 0;

	spin_lock_irqsave(&tty->lock, flags);
	if (!L_FLAG(tty, ICANON))
		n = tty->head - tty->tail;
	else
		for (i = tty->tail; i != tty->canon_head; i++)
			n += !(is_line_end(tty, i) && *buf_at(tty, i) == EOF_MARK);
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

/*
 * Takes up to @n bytes out of the buffer; *line_done: a whole line is out. An
 * EOF mark is swallowed; one that follows the last byte asked for is too, for
 * it pushed these bytes and must not read as a second, empty line.
 */
static size_t take_chars(struct tty_struct *tty, char *to, size_t n, bool *line_done)
{
	bool canon = L_FLAG(tty, ICANON);
	size_t end = canon ? tty->canon_head : tty->head, got = 0;

	*line_done = false;
	while (tty->tail != end && !*line_done) {
		bool eol = canon && is_line_end(tty, tty->tail);
		u8 c = *buf_at(tty, tty->tail);

		if (!(eol && c == EOF_MARK)) {
			if (got == n)
				break;
			to[got++] = c;
		}
		tty->tail++;
		*line_done = eol;
	}
	if (!canon)
		tty->canon_head = tty->tail;
	return got;
}

/* Copies what is there to the user. Bytes, or -EFAULT. */
static ssize_t copy_chars(struct tty_struct *tty, char __user *buf, size_t n, bool *line_done)
{
	char chunk[OUT_SIZE];
	ssize_t done = 0;
	unsigned long flags;
	size_t got, want;

	do {
		want = min_t(size_t, n - done, sizeof(chunk));
		spin_lock_irqsave(&tty->lock, flags);
		got = take_chars(tty, chunk, want, line_done);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (copy_to_user(buf + done, chunk, got))
			return -EFAULT;
		done += got;
	} while (got == want && done < n && !*line_done);
	return done;
}

/* Waits for input. 0: there is some; -EAGAIN, -ERESTARTSYS, or 1: time over or hung up. */
static int wait_input(struct tty_struct *tty, struct file *f, ktime_t expires)
{
	DEFINE_WAIT(w);
	int ret = 0;

	for (;;) {
		prepare_to_wait(&tty->read_wait, &w, TASK_INTERRUPTIBLE);
		if (input_available(tty, 1))
			break;
		ret = 1;
		if (tty_hung_up_p(tty, f) || (expires && ktime_get() >= expires))
			break;
		ret = f->f_flags & O_NONBLOCK ? -EAGAIN : signal_pending(current) ? -ERESTARTSYS : 0;
		if (ret)
			break;
		if (expires)
			schedule_hrtimeout(expires);
		else
			schedule();
	}
	finish_wait(&tty->read_wait, &w);
	return ret;
}

static ktime_t deciseconds(cc_t tenths)
{
	return tenths ? ktime_get() + tenths * (NSEC_PER_SEC / 10) : 0;
}

static ssize_t read_chars(struct tty_struct *tty, struct file *f, char __user *buf, size_t n)
{
	bool canon = L_FLAG(tty, ICANON), line_done = false;
	cc_t vmin = tty->termios.c_cc[VMIN], vtime = tty->termios.c_cc[VTIME];
	size_t minimum = canon || !vmin ? 1 : vmin;
	ktime_t expires = canon || vmin ? 0 : deciseconds(vtime) ?: 1;
	ssize_t got, done = 0;
	int err = 0;

	while (done < n) {
		err = wait_input(tty, f, expires);
		if (err)
			break;
		got = copy_chars(tty, buf + done, n - done, &line_done);
		if (got < 0)
			return done ?: got;
		done += got;
		if (line_done || done >= minimum)
			break;
		if (vmin && !canon)
			expires = deciseconds(vtime);
	}
	return done || err > 0 ? done : err;
}

ssize_t n_tty_read(struct tty_struct *tty, struct file *f, char __user *buf, size_t n)
{
	ssize_t ret = 0;

	if (!tty_is_console_file(f) && current->signal->tty == tty)
		ret = tty_check_change(tty, SIGTTIN);
	if (ret)
		return ret;
	if (f->f_flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->read_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->read_lock)) {
		return -ERESTARTSYS;
	}
	ret = read_chars(tty, f, buf, n);
	mutex_unlock(&tty->read_lock);
	return ret;
}

/* One piece of output: post-processed under the lock, written without it. */
static void write_piece(struct tty_struct *tty, const char *s, size_t n)
{
	struct outbuf o = { .n = 0 };
	unsigned long flags;

	while (n) {
		spin_lock_irqsave(&tty->lock, flags);
		for (; n && o.n <= OUT_SIZE - 8; n--)
			out_char(tty, &o, *s++);
		spin_unlock_irqrestore(&tty->lock, flags);
		out_flush(&o);
	}
}

/* Holds a writer while the user has stopped the output. 0, -EAGAIN, -ERESTARTSYS, -EIO. */
static int wait_unstopped(struct tty_struct *tty, struct file *f)
{
	if (tty_hung_up_p(tty, f))
		return -EIO;
	if (!tty->stopped)
		return 0;
	if (f->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(&tty->write_wait, !tty->stopped || tty_hung_up_p(tty, f));
}

ssize_t n_tty_write(struct tty_struct *tty, struct file *f, const char __user *buf, size_t n)
{
	char chunk[OUT_SIZE];
	size_t done = 0;
	ssize_t err = 0;

	if (L_FLAG(tty, TOSTOP) && !tty_is_console_file(f))
		err = tty_check_change(tty, SIGTTOU);
	while (!err && done < n) {
		size_t len = min_t(size_t, n - done, sizeof(chunk));

		err = wait_unstopped(tty, f);
		if (!err && copy_from_user(chunk, buf + done, len))
			err = -EFAULT;
		if (err)
			break;
		write_piece(tty, chunk, len);
		done += len;
		if (signal_pending(current))
			err = -ERESTARTSYS;
	}
	return done ?: err;
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
	if (!tty->stopped)
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
