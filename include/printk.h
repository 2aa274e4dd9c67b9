/* SPDX-License-Identifier: MIT */
/* Kernel messages, formatting and the end of the world: lib/printk.c, lib/vsprintf.c, lib/panic.c. */
#ifndef PRINTK_H
#define PRINTK_H

#include <stdarg.h>
#include <types.h>
#include <list.h>

/*
 * %d %i %u %x %X %o %c %s %p %% with flags "-0+ #", width, precision, '*', and
 * h hh l ll z. Beyond C: %pS is an address as symbol+offset. Returns the
 * length that the whole text has, as snprintf does.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* Writes to every registered console and to the log ring. Any context. */
int printk(const char *fmt, ...) __printf(1, 2);

/* A sink for kernel messages and tty output. Registered by the driver, called by upper floors. */
struct console {
	const char *name;			/* as after "console=": "ttyS0", "tty0" */
	void (*write)(const char *s, size_t n);	/* any context, must not sleep */
	bool enabled;
	struct list_head list;
};

void register_console(struct console *con);
/* Raw bytes to every enabled console, no log. */
void console_write(const char *s, size_t n);
/* Enables just the consoles that a list of names chose with "console="; none named: all stay on. */
void console_select(const char *cmdline);

/* Prints the reason and a backtrace with symbol names, then halts, or ends QEMU when "panic=-1" was given. */
void panic(const char *fmt, ...) __noreturn __printf(1, 2);
void dump_stack(void);
/* Names the kernel function that @addr lies in; NULL if none. *offset is in bytes. */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset);
/* Set by arch setup: how the machine is ended (status 0: fine). Never returns. */
extern void (*machine_exit)(int status);
/* Kernel log ring, for syslog(2) and dmesg: copies at most @n of the newest bytes, returns how many. */
size_t printk_log_read(char *buf, size_t n);

#define BUG_ON(cond) \
	do { if (unlikely(cond)) panic("BUG: %s at %s:%d", #cond, __FILE__, __LINE__); } while (0)

#endif
