/* SPDX-License-Identifier: MIT */
/*
 * Of <asm/uaccess.h> what the files of host tests need: the test has the functions that copy, and
 * scalars are copied by them, too.
 */
#ifndef HOST_ASM_UACCESS_H
#define HOST_ASM_UACCESS_H

#include <asm/page.h>
#include <errno.h>

static inline bool access_ok(const void __user *p, unsigned long n)
{
	return n <= TASK_SIZE && (unsigned long)p <= TASK_SIZE - n;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long clear_user(void __user *to, unsigned long n);
long strnlen_user(const char __user *s, long n);

#define get_user(x, ptr) \
	({ \
		__typeof__((__typeof__(*(ptr)))0) __v; \
		int __e = copy_from_user(&__v, (ptr), sizeof(__v)) ? -EFAULT : 0; \
		(x) = __v; \
		__e; \
	})
#define put_user(x, ptr) \
	({ \
		__typeof__(*(ptr)) __v = (__typeof__(*(ptr)))(x); \
		copy_to_user((ptr), &__v, sizeof(__v)) ? -EFAULT : 0; \
	})

#endif
