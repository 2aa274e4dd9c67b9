/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions. Copies move eight bytes per step, because QEMU counts each step of a
 * repeated string instruction as one instruction. The last bytes are one more word of eight bytes,
 * which overlaps the one before:
 *
 *   |--------|--------|--------|---|		n = 27
 *                         |--------|		the tail, read before anything is written
 *
 * Abridges Linux's lib/string.c and arch/x86/lib/mem*_64.S. Left out: functions that Exon does not
 * need, variants for different processors.
 */
#include <kasan.h>
#include <string.h>

#undef memcpy
#undef memset
#include <errno.h>
#include <asm/string.h>
#include <word_at_a_time.h>

static inline u64 load64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline void store64(void *p, u64 v) { __builtin_memcpy(p, &v, sizeof(v)); }

static inline u32 load32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline void store32(void *p, u32 v) { __builtin_memcpy(p, &v, sizeof(v)); }

/* Fewer than 8 bytes: two halves, or three single bytes, that may be the same or overlap. */
static void copy_few(char *d, const char *s, size_t n)
{
	if (n >= 4) {
		u32 head = load32(s), tail = load32(s + n - 4);

		store32(d, head);
		store32(d + n - 4, tail);
	} else if (n) {
		char first = s[0], middle = s[n / 2], last = s[n - 1];

		d[0] = first;
		d[n / 2] = middle;
		d[n - 1] = last;
	}
}

/* Also correct when @d is below @s and they overlap: each word is read before it is overwritten. */
static void copy_up(char *d, const char *s, size_t n)
{
	u64 tail;

	if (n < 8) {
		copy_few(d, s, n);
		return;
	}
	tail = load64(s + n - 8);
	rep_movsq(d, s, n / 8);
	store64(d + n - 8, tail);
}

static void copy_down(char *d, const char *s, size_t n)
{
	u64 head;

	if (n < 8) {
		copy_few(d, s, n);
		return;
	}
	head = load64(s);
	for (; n >= 8; n -= 8)
		store64(d + n - 8, load64(s + n - 8));
	store64(d, head);
}

void *memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((unsigned long)dst - (unsigned long)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u64 v = 0x0101010101010101UL * (u8)c;
	char *d = dst;

	if (n < 8) {
		while (n--)
			*d++ = c;
		return dst;
	}
	kasan_write(d, n);
	rep_stosq(d, v, n / 8);
	store64(d + n - 8, v);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n >= 8 && load64(p) == load64(q); n -= 8) {
		p += 8;
		q += 8;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

/* Reads aligned words, which do not reach into the next page. */
__no_sanitize_address size_t strlen(const char *s)
{
	unsigned long before = (unsigned long)s % 8;
	const u64 *p = (const u64 *)(s - before);
	u64 w = *p | ((1UL << before * 8) - 1);

	while (!has_zero_byte(w))
		w = *++p;
	return (const char *)p + __builtin_ctzl(zero_bytes(w)) / 8 - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (u8)*a - (u8)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *haystack, const char *needle)
{
	size_t n = strlen(needle);

	for (; *haystack; haystack++)
		if (!strncmp(haystack, needle, n))
			return (char *)haystack;
	return n ? NULL : (char *)haystack;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n;

	if (!size)
		return -E2BIG;
	n = strnlen(src, size);
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return n;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return (c | 0x20) - 'a' + 10;
	return 99;
}

unsigned long strtoul(const char *s, char **end, int base)
{
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16;
	unsigned long v = 0;

	if (base == 0)
		base = hex ? 16 : s[0] == '0' ? 8 : 10;
	if (base == 16 && hex)
		s += 2;
	for (; digit_value(*s) < base; s++)
		v = v * base + digit_value(*s);
	if (end)
		*end = (char *)s;
	return v;
}
