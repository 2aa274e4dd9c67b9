/* SPDX-License-Identifier: MIT */
/*
 * Kernel messages: they are formatted, kept in a ring, and written to the consoles.
 *
 *   printk --> log ring (64 KiB, oldest bytes fall out) --> dmesg
 *          \-> each enabled console, "\n" as "\r\n"
 *   tty    --> console_write: bytes as they are, no log
 *
 * Abridges Linux's kernel/printk/printk.c. Left out: time stamps, records, deferred output.
 */
#include <printk.h>
#include <spinlock.h>
#include <string.h>

#define LOG_SIZE   (64 * 1024) /* a power of two */
#define LINE_SIZE  1024	       /* longer messages are cut */
#define MAX_CHOSEN 8	       /* as Linux; more "console=" are ignored */

static char log_ring[LOG_SIZE];
static size_t log_end; /* bytes ever written: the next goes to log_end % LOG_SIZE */
static LIST_HEAD(consoles);
static const char *chosen[MAX_CHOSEN]; /* the values of "console=" */
static unsigned int nr_chosen;
static DEFINE_SPINLOCK(console_lock, LOCK_CONSOLE);

int console_loglevel = 7;
bool oops_in_progress;

static unsigned long lock_consoles(void)
{
	unsigned long flags = local_irq_save();

	if (!oops_in_progress)
		spin_lock(&console_lock);
	return flags;
}

static void unlock_consoles(unsigned long flags)
{
	if (!oops_in_progress)
		spin_unlock(&console_lock);
	local_irq_restore(flags);
}

static void log_write(const char *s, size_t n)
{
	while (n) {
		size_t at = log_end % LOG_SIZE, part = min(n, LOG_SIZE - at);

		memcpy(log_ring + at, s, part);
		log_end += part;
		s += part;
		n -= part;
	}
}

/* The newest @n bytes, or all there are. Lock held. */
static size_t log_read(char *buf, size_t n)
{
	size_t at, part;

	n = min(n, min_t(size_t, log_end, LOG_SIZE));
	at = (log_end - n) % LOG_SIZE;
	part = min(n, LOG_SIZE - at);
	memcpy(buf, log_ring + at, part);
	memcpy(buf + part, log_ring, n - part);
	return n;
}

static void write_crlf(const struct console *con, const char *s, size_t n)
{
	while (n) {
		const char *nl = memchr(s, '\n', n);
		size_t part = nl ? nl - s : n;

		if (part)
			con->write(s, part);
		if (nl)
			con->write("\r\n", 2);
		part += nl != NULL;
		s += part;
		n -= part;
	}
}

/* Is @con named by a "console=", or was there none? */
static bool console_chosen(const struct console *con)
{
	size_t n = strlen(con->name);

	for (unsigned int i = 0; i < nr_chosen; i++)
		if (!strncmp(chosen[i], con->name, n) && (!chosen[i][n] || chosen[i][n] == ','))
			return true;
	return !nr_chosen;
}

void register_console(struct console *con)
{
	unsigned long flags = lock_consoles();
	size_t n = min_t(size_t, log_end, LOG_SIZE), at = (log_end - n) % LOG_SIZE,
	       part = min(n, LOG_SIZE - at);

	con->enabled = console_chosen(con);
	list_add_tail(&con->list, &consoles);
	if (con->enabled && console_loglevel >= 7) { /* the messages so far */
		write_crlf(con, log_ring + at, part);
		write_crlf(con, log_ring, n - part);
	}
	unlock_consoles(flags);
}

void console_choose(const char *name)
{
	unsigned long flags = lock_consoles();
	struct console *con;

	if (nr_chosen < MAX_CHOSEN)
		chosen[nr_chosen++] = name;
	list_for_each_entry(con, &consoles, list)
		con->enabled = console_chosen(con);
	unlock_consoles(flags);
}

void console_write(const char *s, size_t n)
{
	unsigned long flags = lock_consoles();
	struct console *con;

	list_for_each_entry(con, &consoles, list)
		if (con->enabled)
			con->write(s, n);
	unlock_consoles(flags);
}

/* Writes one formatted message, without its level, to the log and the consoles. Lock held. */
static void emit(const char *s, size_t n)
{
	struct console *con;
	int level = 4;

	if (n >= 2 && s[0] == '\001') {
		level = s[1] - '0';
		s += 2;
		n -= 2;
	}
	log_write(s, n);
	if (level >= console_loglevel && !oops_in_progress)
		return;
	list_for_each_entry(con, &consoles, list)
		if (con->enabled)
			write_crlf(con, s, n);
}

int printk(const char *fmt, ...)
{
	static char line[LINE_SIZE]; /* console_lock */
	unsigned long flags = lock_consoles();
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	n = min_t(int, n, sizeof(line) - 1);
	emit(line, n);
	unlock_consoles(flags);
	return n;
}

size_t printk_log_read(char *buf, size_t n)
{
	unsigned long flags = lock_consoles();

	n = log_read(buf, n);
	unlock_consoles(flags);
	return n;
}
