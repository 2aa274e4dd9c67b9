/* SPDX-License-Identifier: MIT */
/*
 * vsnprintf: the kernel's only formatter. Text that does not fit is counted but not
 * stored. Abridges Linux's lib/vsprintf.c: of its %p extensions only %pS, and no
 * hashing of pointers; %n, floating point and long double are not there.
 */
#include <printk.h>
#include <string.h>

struct out {
	char *buf;
	size_t size, len; /* len may pass size: it counts what there is to say */
};

struct spec {
	bool left, zero, plus, space, alt;
	int width, precision; /* -1: none */
	int length;	      /* bytes of the argument */
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

/* Digits of @v, last first, into the end of @end's buffer; returns the first digit. */
static char *digits(char *end, unsigned long v, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	if (base == 10) {
		for (; v; v /= 10)
			*--end = '0' + v % 10;
		return end;
	}
	for (; v; v /= base)
		*--end = set[v % base];
	return end;
}

/* @prefix: "", "-", "0x"...: stands before the zeros. */
static void put_number(struct out *o, const struct spec *sp, unsigned long v, unsigned int base,
		       bool upper, const char *prefix)
{
	char buf[24], *end = buf + sizeof(buf), *p = digits(end, v, base, upper);
	int n = end - p, np = strlen(prefix), zeros = max(sp->precision, 0) - n;

	if (sp->precision < 0) {
		zeros = n ? 0 : 1;
		if (sp->zero && !sp->left)
			zeros = max(zeros, sp->width - n - np);
	}
	zeros = max(zeros, 0);
	if (!sp->left)
		pad(o, ' ', sp->width - n - np - zeros);
	put_n(o, prefix, np);
	pad(o, '0', zeros);
	put_n(o, p, n);
	if (sp->left)
		pad(o, ' ', sp->width - n - np - zeros);
}

static void put_signed(struct out *o, const struct spec *sp, long v)
{
	const char *sign = v < 0 ? "-" : sp->plus ? "+" : sp->space ? " " : "";

	put_number(o, sp, v < 0 ? -(unsigned long)v : v, 10, false, sign);
}

static void put_symbol(struct out *o, const struct spec *sp, unsigned long addr)
{
	unsigned long offset;
	const char *name = kallsyms_lookup(addr, &offset);
	char text[96];
	int n;

	if (name)
		n = snprintf(text, sizeof(text), "%s+0x%lx", name, offset);
	else
		n = snprintf(text, sizeof(text), "0x%lx", addr);
	put_string(o, sp, text, min_t(size_t, n, sizeof(text) - 1));
}

static const char *parse_number(const char *fmt, int *v)
{
	for (*v = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		*v = *v * 10 + (*fmt - '0');
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *sp)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			sp->left = true;
			break;
		case '0':
			sp->zero = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '#':
			sp->alt = true;
			break;
		default:
			return fmt;
		}
	}
}

static const char *parse_length(const char *fmt, struct spec *sp)
{
	sp->length = sizeof(int);
	if (*fmt == 'l' || *fmt == 'z') {
		sp->length = sizeof(long);
		fmt += fmt[0] == 'l' && fmt[1] == 'l' ? 2 : 1;
	} else if (*fmt == 'h') {
		sp->length = fmt[1] == 'h' ? 1 : 2;
		fmt += sp->length == 1 ? 2 : 1;
	}
	return fmt;
}

static long get_signed(const struct spec *sp, va_list *ap)
{
	if (sp->length == sizeof(long))
		return va_arg(*ap, long);
	int v = va_arg(*ap, int);

	return sp->length == 1 ? (s8)v : sp->length == 2 ? (s16)v : v;
}

static unsigned long get_unsigned(const struct spec *sp, va_list *ap)
{
	if (sp->length == sizeof(long))
		return va_arg(*ap, unsigned long);
	unsigned int v = va_arg(*ap, unsigned int);

	return sp->length == 1 ? (u8)v : sp->length == 2 ? (u16)v : v;
}

static void put_hex(struct out *o, const struct spec *sp, unsigned long v, bool upper)
{
	put_number(o, sp, v, 16, upper, sp->alt && v ? (upper ? "0X" : "0x") : "");
}

/* "%[flags][width][.precision][length]", after the '%'; returns the conversion letter's place. */
static const char *parse_spec(const char *fmt, struct spec *sp, va_list *ap)
{
	fmt = parse_flags(fmt, sp);
	if (*fmt == '*') {
		sp->width = va_arg(*ap, int);
		sp->left |= sp->width < 0;
		sp->width = sp->width < 0 ? -sp->width : sp->width;
		fmt++;
	} else {
		fmt = parse_number(fmt, &sp->width);
	}
	if (*fmt != '.')
		return parse_length(fmt, sp);
	if (*++fmt == '*') {
		sp->precision = va_arg(*ap, int);
		fmt++;
	} else {
		fmt = parse_number(fmt, &sp->precision);
	}
	return parse_length(fmt, sp);
}

static void put_text(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	put_string(o, sp, s, sp->precision < 0 ? strlen(s) : strnlen(s, sp->precision));
}

/* One conversion, from behind its '%'; returns what follows it. Unknown ones stay as they are. */
static const char *convert(struct out *o, const char *fmt, va_list *ap)
{
	struct spec sp = {.precision = -1};
	char c;

	fmt = parse_spec(fmt, &sp, ap);
	switch (*fmt++) {
	case 'd':
	case 'i':
		put_signed(o, &sp, get_signed(&sp, ap));
		break;
	case 'u':
		put_number(o, &sp, get_unsigned(&sp, ap), 10, false, "");
		break;
	case 'o':
		put_number(o, &sp, get_unsigned(&sp, ap), 8, false, sp.alt ? "0" : "");
		break;
	case 'x':
		put_hex(o, &sp, get_unsigned(&sp, ap), false);
		break;
	case 'X':
		put_hex(o, &sp, get_unsigned(&sp, ap), true);
		break;
	case 'c':
		c = va_arg(*ap, int);
		put_string(o, &sp, &c, 1);
		break;
	case 's':
		put_text(o, &sp, va_arg(*ap, const char *));
		break;
	case 'p':
		if (*fmt == 'S') {
			put_symbol(o, &sp, va_arg(*ap, unsigned long));
			return fmt + 1;
		}
		sp.alt = true;
		put_hex(o, &sp, va_arg(*ap, unsigned long), false);
		break;
	case '%':
		put(o, '%');
		break;
	default:
		put(o, '%');
		return fmt - 1;
	}
	return fmt;
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
