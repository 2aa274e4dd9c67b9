/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing user memory: arch/x86/uaccess.c. Every access to a __user pointer is made
 * here: the range is checked against TASK_SIZE, SMAP is off during the copy, and after a fault that
 * cannot be handled the function returns an error, instead of a kernel panic. These functions may
 * sleep, because a page may have to be faulted in: no spinlock and no mmap_lock held.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <asm/cpu.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <errno.h>
#include <fault_inject.h>

static inline bool access_ok(const void __user *p, unsigned long n)
{
	return n <= TASK_SIZE && (unsigned long)p <= TASK_SIZE - n;
}

/* Return the number of bytes NOT copied (0: all). What could not be read is zeroed in @to. */
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
/* The same, and @to keeps what could not be read. */
unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
/* The number of bytes NOT cleared. */
unsigned long clear_user(void __user *to, unsigned long n);
/* Length without NUL; @n if there is no NUL within n; -EFAULT. */
long strncpy_from_user(char *dst, const char __user *src, long n);
/* Length WITH NUL; > @n if there is no NUL within n; 0 on a fault (as Linux's strnlen_user). */
long strnlen_user(const char __user *s, long n);

/* In inline assembly: if the instruction at label @from faults, the code continues at @to. */
#define ASM_EXTABLE(from, to) \
	"\n.pushsection __ex_table,\"a\"\n\t.balign 8\n\t.quad " #from ", " #to "\n\t.popsection\n"

static inline void user_access_begin(void)
{
	if (boot_cpu.smap)
		stac();
}

static inline void user_access_end(void)
{
	if (boot_cpu.smap)
		clac();
}

/*
 * Carries out one instruction that may fault at a user address; its operand %1 is @reg, a register.
 * False: it has faulted. The caller has called access_ok.
 */
#define FAULTABLE(insn, reg, ...) \
	({ \
		bool __failed = true; \
\
		user_access_begin(); \
		__asm__ volatile("1:\t" insn "\n\txorl %k0, %k0\n2:" ASM_EXTABLE(1b, 2b) \
				 : "+r"(__failed), "+r"(reg) \
				 : __VA_ARGS__ \
				 : "memory"); \
		user_access_end(); \
		!__failed; \
	})

static inline bool may_access(const void __user *p, unsigned long n)
{
	return access_ok(p, n) && !should_fail_copy();
}

/* 0 or -EFAULT, for scalars of 1, 2, 4 or 8 bytes. */
#define get_user(x, ptr) \
	({ \
		__typeof__(ptr) __p = (ptr); \
		__typeof__((__typeof__(*__p))0) __v = 0; \
		bool __ok = \
			may_access(__p, sizeof(__v)) && FAULTABLE("mov %2, %1", __v, "m"(*__p)); \
		(x) = __v; \
		__ok ? 0 : -EFAULT; \
	})
#define put_user(x, ptr) \
	({ \
		__typeof__(ptr) __p = (ptr); \
		__typeof__(*__p) __v = (__typeof__(*__p))(x); \
		may_access(__p, sizeof(__v)) && FAULTABLE("mov %1, %2", __v, "m"(*__p)) ? 0 \
											: -EFAULT; \
	})

struct pt_regs;
/* If the fixup table has an entry for @regs->ip, sets it to where to continue, and returns true. */
bool fixup_exception(struct pt_regs *regs);
struct exception_table_entry;
/* Returns the table's entry for an instruction that may fault, or NULL. */
const struct exception_table_entry *search_exception_table(unsigned long ip);

#endif
