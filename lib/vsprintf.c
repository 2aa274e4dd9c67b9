/* SPDX-License-Identifier: MIT */
/*
 * vsnprintf, the kernel's only formatter. Text that does not fit is counted, but not stored.
 *
 * Abridges Linux's lib/vsprintf.c. Left out: all %p extensions but %pS, hashed pointers, h, the
 * flags + and space.
 */
#include <kallsyms.h>
#include <printk.h>
#include <string.h>

struct out {
	char *buf;
	size_t size, len; /* len counts all of the text: it may be above size */
};

struct spec {
	bool left, zero, alt, is_long;
	int width, precision; /* -1: none */
};

static inline void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_n(struct out *o, const char *s, size_t n)
{
	if (o->len < o->size)
		memcpy(o->buf + o->len, s, min(n, o->size - o->len));
	o->len += n;
}

static void pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_string(struct out *o, const struct spec *sp, const char *s, size_t n)
{
	if (!sp->left)
		pad(o, ' ', sp->width - (int)n);
	put_n(o, s, n);
	if (sp->left)
		pad(o, ' ', sp->width - (int)n);
}

/* @prefix: "", "-", "0x"...: it comes before the zeros. */
static void put_number(struct out *o, const struct spec *sp, unsigned long v, unsigned int base,
		       const char *prefix)
{
	char buf[24], *end = buf + sizeof(buf), *p = end;
	int np = strlen(prefix), zeros;

	do
		*--p = "0123456789abcdef"[v % base];
	while (v /= base);
	zeros = sp->zero && !sp->left ? max(sp->width - (int)(end - p) - np, 0) : 0;
	if (!sp->left)
		pad(o, ' ', sp->width - (int)(end - p) - np - zeros);
	put_n(o, prefix, np);
	pad(o, '0', zeros);
	put_n(o, p, end - p);
	if (sp->left)
		pad(o, ' ', sp->width - (int)(end - p) - np);
}

static void put_symbol(struct out *o, unsigned long addr)
{
	unsigned long offset;
	const char *name = kallsyms_lookup(addr, &offset);
	struct spec hex = {.alt = true};

	if (name) {
		put_n(o, name, strlen(name));
		put(o, '+');
	}
	put_number(o, &hex, name ? offset : addr, 16, "0x");
}

/* Digits, or '*' for the next argument. */
static const char *parse_number(const char *fmt, int *v, va_list *ap)
{
	if (*fmt == '*') {
		*v = va_arg(*ap, int);
		return fmt + 1;
	}
	for (*v = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		*v = *v * 10 + (*fmt - '0');
	return fmt;
}

/* "[flags][width][.precision][length]", what follows a '%'. Returns where the letter is. */
static const char *parse_spec(const char *fmt, struct spec *sp, va_list *ap)
{
	for (; *fmt && strchr("-0#", *fmt); fmt++) {
		sp->left |= *fmt == '-';
		sp->zero |= *fmt == '0';
		sp->alt |= *fmt == '#';
	}
	fmt = parse_number(fmt, &sp->width, ap);
	if (*fmt == '.')
		fmt = parse_number(fmt + 1, &sp->precision, ap);
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		sp->is_long = true;
	return fmt;
}

static void put_text(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	put_string(o, sp, s, sp->precision < 0 ? strlen(s) : strnlen(s, sp->precision));
}

/* One conversion, after its '%'. Returns what follows it. Unknown ones are printed as they are. */
static const char *convert(struct out *o, const char *fmt, va_list *ap)
{
	struct spec sp = {.precision = -1};
	unsigned long u;
	long d;
	char c;

	fmt = parse_spec(fmt, &sp, ap);
	switch (*fmt) {
	case 'd':
	case 'i':
		d = sp.is_long ? va_arg(*ap, long) : va_arg(*ap, int);
		put_number(o, &sp, d < 0 ? -(unsigned long)d : d, 10, d < 0 ? "-" : "");
		break;
	case 'u':
	case 'o':
	case 'x':
		u = sp.is_long ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
		if (*fmt == 'u')
			put_number(o, &sp, u, 10, "");
		else if (*fmt == 'o')
			put_number(o, &sp, u, 8, sp.alt ? "0" : "");
		else
			put_number(o, &sp, u, 16, sp.alt && u ? "0x" : "");
		break;
	case 'c':
		c = va_arg(*ap, int);
		put_string(o, &sp, &c, 1);
		break;
	case 's':
		put_text(o, &sp, va_arg(*ap, const char *));
		break;
	case 'p':
		u = va_arg(*ap, unsigned long);
		if (fmt[1] != 'S') {
			put_number(o, &sp, u, 16, "0x");
			break;
		}
		put_symbol(o, u);
		return fmt + 2;
	default:
		put(o, '%');
		return *fmt == '%' ? fmt + 1 : fmt;
	}
	return fmt + 1;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = {.buf = buf, .size = size ? size - 1 : 0};
	va_list args;

	va_copy(args, ap);
	while (*fmt) {
		if (*fmt == '%')
			fmt = convert(&o, fmt + 1, &args);
		else
			put(&o, *fmt++);
	}
	va_end(args);
	if (size)
		buf[min(o.len, o.size)] = '\0';
	return o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
