/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes user memory. Each instruction that may fault has an entry in the table
 * __ex_table: its address, and where to continue. The page fault handler first tries to map the
 * page, because it may only be absent; if it cannot, it continues where the table says.
 *
 * Abridges Linux's arch/x86/lib/usercopy_64.c, copy_user_64.S, lib/strncpy_from_user.c,
 * lib/strnlen_user.c and arch/x86/mm/extable.c. Left out: sorting the table, non-temporal copies,
 * instruction patching (SMAP is a flag here).
 */
#include <fault_inject.h>
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <string.h>
#include <word_at_a_time.h>

struct exception_table_entry {
	unsigned long insn, fixup;
};

extern const struct exception_table_entry __start___ex_table[], __stop___ex_table[];

const struct exception_table_entry *search_exception_table(unsigned long ip)
{
	const struct exception_table_entry *e;

	for (e = __start___ex_table; e < __stop___ex_table; e++)
		if (e->insn == ip)
			return e;
	return NULL;
}

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e = search_exception_table(regs->ip);

	if (e)
		regs->ip = e->fixup;
	return e;
}

/*
 * Returns the number of bytes not copied. If the copy of words faults, single bytes are copied up
 * to the one that faults.
 */
static unsigned long copy_faultable(void *to, const void *from, unsigned long n)
{
	unsigned long words = n / 8, tail = n % 8;

	__asm__ volatile("1:\trep movsq\n\t"
			 "movq %[tail], %%rcx\n\t"
			 "jmp 2f\n"
			 "3:\tleaq (%[tail],%%rcx,8), %%rcx\n"
			 "2:\trep movsb\n"
			 "4:\n" ASM_EXTABLE(1b, 3b) ASM_EXTABLE(2b, 4b)
			 : "+D"(to), "+S"(from), "+c"(words)
			 : [tail] "r"(tail)
			 : "memory");
	return words;
}

/* @user is the one of the two that a user has given. */
static inline unsigned long copy_user(const void __user *user, void *to, const void *from,
				      unsigned long n)
{
	unsigned long left;

	if (!access_ok(user, n) || should_fail_copy())
		return n;
	kasan_copy(to, from, n);
	user_access_begin();
	left = copy_faultable(to, from, n);
	user_access_end();
	return left;
}

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	return copy_user(from, to, from, n);
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long left = copy_user(from, to, from, n);

	if (unlikely(left))
		memset((char *)to + (n - left), 0, left);
	return left;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return copy_user(to, to, from, n);
}

/* As in Linux, no byte of a word that faults is cleared. */
unsigned long clear_user(void __user *to, unsigned long n)
{
	unsigned long words = n / 8, tail = n % 8;

	if (!access_ok(to, n) || should_fail_copy())
		return n;
	user_access_begin();
	__asm__ volatile("1:\trep stosq\n\t"
			 "movq %[tail], %%rcx\n\t"
			 "jmp 2f\n"
			 "3:\tleaq (%[tail],%%rcx,8), %%rcx\n\t"
			 "jmp 4f\n"
			 "2:\trep stosb\n"
			 "4:\n" ASM_EXTABLE(1b, 3b) ASM_EXTABLE(2b, 4b)
			 : "+D"(to), "+c"(words)
			 : [tail] "r"(tail), "a"(0UL)
			 : "memory");
	user_access_end();
	return words;
}

/* The caller has called user_access_begin. A word that cannot be read is 0. */
static inline u64 load_word(const char *p)
{
	u64 x;

	__asm__ volatile("1:\tmovq %1, %0\n"
			 "2:\t.pushsection .text.fixup, \"ax\"\n"
			 "3:\txorl %k0, %k0\n\t"
			 "jmp 2b\n\t"
			 ".popsection\n" ASM_EXTABLE(1b, 3b)
			 : "=r"(x)
			 : "m"(*(const u64 *)p));
	return x;
}

/*
 * Linux's rule: a string that reaches the end of user space without NUL is a fault. Aligned words
 * are read, which never cross a page: so nothing is read of a page that has no byte of the string.
 */
long strnlen_user(const char __user *s, long n)
{
	unsigned long room = TASK_SIZE - (unsigned long)s, before = (unsigned long)s % 8;
	long max = min_t(unsigned long, n, room), i = -before, len;
	u64 w;
	u8 c;

	if (n <= 0 || (unsigned long)s >= TASK_SIZE || should_fail_copy())
		return 0;
	user_access_begin();
	w = load_word(s + i);
	if (w) /* the bytes before @s are not its end */
		w |= (1UL << before * 8) - 1;
	for (; i < max - 8 && !has_zero_byte(w); i += 8)
		w = load_word(s + i + 8);
	user_access_end();
	if (!w && copy_from_user(&c, s + max(i, 0L), 1))
		return 0;
	len = has_zero_byte(w) ? max(i + __builtin_ctzl(zero_bytes(w)) / 8, 0L) : max;
	if (len >= max)
		return max < n ? 0 : n + 1;
	return len + 1;
}

long strncpy_from_user(char *dst, const char __user *src, long n)
{
	long len = strnlen_user(src, n);

	if (n <= 0)
		return 0;
	if (!len || copy_from_user(dst, src, min(len, n)))
		return -EFAULT;
	if (len <= n)
		dst[len - 1] = '\0'; /* another thread may have overwritten the NUL */
	return len - 1;
}
