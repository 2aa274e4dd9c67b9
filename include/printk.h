/* SPDX-License-Identifier: MIT */
/* Kernel messages, formatting, panic: lib/printk.c, lib/vsprintf.c, lib/panic.c. */
#ifndef PRINTK_H
#define PRINTK_H

#include <stdarg.h>
#include <types.h>
#include <list.h>

/*
 * %d %i %u %x %o %c %s %p %% with flags "-0#", width, '*', l ll z, and for %s a precision. Unlike
 * in C, %pS is an address as symbol+offset. Returns the length of the whole text, as snprintf does.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/*
 * A message may begin with its level; the default is KERN_WARNING. Consoles show those below
 * loglevel.
 */
#define KERN_EMERG   "\0010"
#define KERN_ERR     "\0013"
#define KERN_WARNING "\0014"
#define KERN_NOTICE  "\0015"
#define KERN_INFO    "\0016"
#define KERN_DEBUG   "\0017"
extern int console_loglevel; /* 7; "quiet": 4; "debug": 10; "loglevel=N" */

/* Writes to every registered console and to the log ring. Any context. */
int printk(const char *fmt, ...) __printf(1, 2);

/* Kernel messages and output of the terminal go to consoles. A driver registers one. */
struct console {
	const char *name;			/* as after "console=": "ttyS0", "tty0" */
	void (*write)(const char *s, size_t n); /* any context, must not sleep */
	bool enabled;
	struct list_head list;
};

void register_console(struct console *con);
/* Raw bytes to every enabled console, no log. */
void console_write(const char *s, size_t n);
/*
 * "console=": from the first call on, only chosen consoles are on. @name is a console's name, and
 * may go on with ",options". It is kept.
 */
void console_choose(const char *name);

/* Prints the reason and a backtrace, then ends the machine as "panic=" says. */
void panic(const char *fmt, ...) __noreturn __printf(1, 2);
/* "panic=": 0 halt, < 0 end at once, > 0 end after so many seconds */
extern int panic_timeout;
extern int dmesg_restrict; /* kernel/sys.c: only CAP_SYSLOG may read the log */
/* A panic has begun: the lock of the consoles is not used any more. */
extern bool oops_in_progress;
/* Upward pointer, filled in by arch/x86/reboot.c: what a panic ends with. Never returns. */
extern void (*machine_exit)(void);
/* The log for syslog(2): copies at most @n of the newest bytes, returns their number. */
size_t printk_log_read(char *buf, size_t n);

#define BUG_ON(cond) \
	do { \
		if (unlikely(cond)) \
			panic("BUG: %s at %s:%d", #cond, __FILE__, __LINE__); \
	} while (0)

#endif
