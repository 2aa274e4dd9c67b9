/* SPDX-License-Identifier: MIT */
/* Counters that several CPUs may change. All operations are sequentially consistent. */
#ifndef ATOMIC_H
#define ATOMIC_H

#include <sanitize.h>
#include <types.h>

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(i) \
	{ \
		(i) \
	}
#define atomic_read(v)	     __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i)     __atomic_store_n(&(v)->counter, (i), __ATOMIC_RELAXED)
#define atomic_add(i, v)     ((void)__atomic_add_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic_sub(i, v)     ((void)__atomic_sub_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST))
#define atomic_inc(v)	     atomic_add(1, v)
#define atomic_dec(v)	     atomic_sub(1, v)
#define atomic_inc_return(v) __atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_dec_return(v) (__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_SEQ_CST) - 1)

/* atomic_dec_return(v) <= 0, which the compiler cannot take from the flags of the subtraction. */
static inline bool atomic_dec_is_last(atomic_t *v)
{
	bool last;

	__asm__ volatile("lock decl %0" : "+m"(v->counter), "=@ccle"(last) : : "memory");
	return last;
}

/* Stores @v in *@p. Returns what was there. */
#define xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)

/*
 * Reference counts: an object whose count was 0 is gone, so nobody may take a reference to it. A
 * DEBUG kernel checks that.
 */
#define refcount_inc(v) refcount_check_up(atomic_inc_return(v))
/* Was that the last reference? */
#define refcount_dec_and_test(v) \
	({ \
		int _now = atomic_dec_return(v); \
		refcount_check_down(_now); \
		_now == 0; \
	})
#define refcount_inc_not_zero(v) (atomic_read(v) ? (atomic_inc(v), true) : false)

#endif
