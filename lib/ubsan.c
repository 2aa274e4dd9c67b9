/* SPDX-License-Identifier: MIT */
/*
 * Undefined behaviour, found when it happens: a kernel of make DEBUG=1 is compiled with
 * -fsanitize=undefined, and what the compiler inserts calls these functions. They print the place
 * and the values, and count; the code goes on with the value that the processor computes.
 * Abridges Linux's lib/ubsan.c; leaves out names of types, and values of more than 64 bits.
 * Not on the road of an exec.
 */
#include <printk.h>
#include <sanitize.h>
#include <types.h>

#define MOST_PRINTED 100 /* random calls may find one fault often */

unsigned long ubsan_faults;

/* What the compiler passes: its layouts. Each kind of data begins with the place. */
struct place {
	const char *file;
	u32 line, column;
};

struct type_mismatch {
	struct place at;
	const void *type;
	u8 log_alignment, kind;
};

#define REPORT(at, format, ...) \
	do { \
		if (ubsan_faults++ < MOST_PRINTED) \
			printk(KERN_EMERG "found: undefined behaviour at %s:%u:%u: " format "\n", \
			       (at)->file, (at)->line, (at)->column, ##__VA_ARGS__); \
	} while (0)

/* A handler of two operands. */
#define TWO_OPERANDS(name, text) \
	void __ubsan_handle_##name(const struct place *at, unsigned long a, unsigned long b); \
	void __ubsan_handle_##name(const struct place *at, unsigned long a, unsigned long b) \
	{ \
		REPORT(at, text " of %#lx and %#lx", a, b); \
	}

/* A handler of one value. */
#define ONE_VALUE(name, text) \
	void __ubsan_handle_##name(const struct place *at, unsigned long a); \
	void __ubsan_handle_##name(const struct place *at, unsigned long a) \
	{ \
		REPORT(at, text " %#lx", a); \
	}

TWO_OPERANDS(add_overflow, "overflow of the sum")
TWO_OPERANDS(sub_overflow, "overflow of the difference")
TWO_OPERANDS(mul_overflow, "overflow of the product")
TWO_OPERANDS(divrem_overflow, "division")
TWO_OPERANDS(shift_out_of_bounds, "shift")
TWO_OPERANDS(pointer_overflow, "overflow of a pointer, before and after:")
ONE_VALUE(negate_overflow, "overflow of the negative of")
ONE_VALUE(out_of_bounds, "index out of bounds:")
ONE_VALUE(load_invalid_value, "value that its type does not have:")
ONE_VALUE(vla_bound_not_positive, "length of an array:")
ONE_VALUE(invalid_builtin, "argument 0 of a builtin, after")

/* The code cannot go on. */
void __ubsan_handle_builtin_unreachable(const struct place *at);
void __ubsan_handle_builtin_unreachable(const struct place *at)
{
	panic("%s:%u:%u was reached", at->file, at->line, at->column);
}

void __ubsan_handle_type_mismatch_v1(const struct type_mismatch *data, unsigned long addr);
void __ubsan_handle_type_mismatch_v1(const struct type_mismatch *data, unsigned long addr)
{
	REPORT(&data->at, "no object of this size at %#lx", addr);
}
