/* SPDX-License-Identifier: MIT */
/*
 * The kernel's basic types, and the few macros that every file needs. Layouts that user code sees
 * come from Linux's UAPI headers.
 */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef __kernel_ssize_t ssize_t;
typedef __kernel_loff_t loff_t;
typedef __kernel_pid_t pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
/* major << 20 | minor, as inside Linux; see chrdev.h for the user form */
typedef u32 dev_t;
typedef unsigned short umode_t;
typedef u64 phys_addr_t; /* bytes, physical */
typedef u64 pfn_t;	 /* physical page number */
typedef s64 ktime_t;	 /* nanoseconds */

#define __user		 /* a pointer that only copy_{from,to}_user and friends may follow */
#define __packed	 __attribute__((packed))
#define __aligned(n)	 __attribute__((aligned(n)))
#define __noreturn	 __attribute__((noreturn))
#define __maybe_unused	 __attribute__((unused))
#define noinline	 __attribute__((noinline))
#define __printf(f, a)	 __attribute__((format(printf, f, a)))
#define likely(x)	 __builtin_expect(!!(x), 1)
#define unlikely(x)	 __builtin_expect(!!(x), 0)
#define barrier()	 __asm__ volatile("" : : : "memory")
#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#undef __always_inline /* in Linux's header it is only a hint */
#define __always_inline inline __attribute__((always_inline))

#define ARRAY_SIZE(a)		      (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define min(a, b) \
	({ \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a < _b ? _a : _b; \
	})
#define max(a, b) \
	({ \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a > _b ? _a : _b; \
	})
#define min_t(t, a, b)	   min((t)(a), (t)(b))
#define max_t(t, a, b)	   max((t)(a), (t)(b))
#define ALIGN(x, a)	   (((x) + (a)-1) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)   ((x) & ~((__typeof__(x))(a)-1))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define BIT(n)		   (1UL << (n))

#endif
