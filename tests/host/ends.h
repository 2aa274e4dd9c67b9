/* SPDX-License-Identifier: MIT */
/* How a host test ends in words: tests/host/ends.c. */
#ifndef ENDS_H
#define ENDS_H

#include <stdarg.h>

#define HOST_OUT_OF_TIME 124 /* exit status, as of timeout(1) */

/* Prints "@what in function (file:line): @why" and the callers. @why may be NULL. */
void host_ended(const char *what, const char *why);
/* Stops the GDB of `make debug-test`: for a test that fails without a check of cmocka. */
void host_end(void);
/* What panic and printk do in a host test. */
void host_panic(const char *fmt, va_list ap) __attribute__((noreturn));
int host_printk(const char *fmt, va_list ap);

#endif
