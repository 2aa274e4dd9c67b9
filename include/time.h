/* SPDX-License-Identifier: MIT */
/* Clocks (arch/x86/time.c) and timers (kernel/sched/timer.c). All times are nanoseconds. */
#ifndef TIME_H
#define TIME_H

#include <types.h>
#include <list.h>
#include <treap.h>
#include <linux/time.h>
#include <linux/time_types.h>

#define NSEC_PER_SEC  1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define HZ	      250 /* ticks a second, as Debian's kernel */
#define TICK_NSEC     (NSEC_PER_SEC / HZ)
#define USER_HZ	      100

ktime_t ktime_get(void);	/* CLOCK_MONOTONIC */
ktime_t ktime_get_real(void);	/* CLOCK_REALTIME */
ktime_t ktime_get_coarse(void); /* the same two at the last tick, as the vdso has them */
ktime_t ktime_get_coarse_real(void);
ktime_t ktime_real_offset(void);  /* what ktime_get_real has more */
u64 tsc_to_ns(u64 tsc);		  /* since the TSC was 0 */
void ktime_set_real(ktime_t now); /* clock_settime: moves the offset, and the vdso's copy */

static inline struct __kernel_timespec ns_to_timespec(ktime_t ns)
{
	return (struct __kernel_timespec){.tv_sec = ns / NSEC_PER_SEC,
					  .tv_nsec = ns % NSEC_PER_SEC};
}

static inline struct __kernel_old_timeval ns_to_timeval(u64 ns)
{
	return (struct __kernel_old_timeval){ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / NSEC_PER_USEC};
}

/* The unit of times(2) and /proc/PID/stat. */
static inline u64 nsec_to_clock_t(u64 ns) { return ns / (NSEC_PER_SEC / USER_HZ); }

/* Saturates instead of overflowing. */
static inline ktime_t timespec_to_ns(const struct __kernel_timespec *ts)
{
	if (ts->tv_sec >= INT64_MAX / NSEC_PER_SEC)
		return INT64_MAX;
	if (ts->tv_sec <= INT64_MIN / NSEC_PER_SEC)
		return INT64_MIN;
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

static inline bool timespec_valid(const struct __kernel_timespec *ts)
{
	return ts->tv_sec >= 0 && (unsigned long)ts->tv_nsec < NSEC_PER_SEC;
}

/* The first tick at or after @expires (CLOCK_MONOTONIC) calls @function, in interrupt context. */
struct timer_list {
	struct list_head entry;
	struct treap_node node; /* key: expires when the timer was armed */
	ktime_t expires;
	void (*function)(struct timer_list *t);
};

void timer_setup(struct timer_list *t, void (*function)(struct timer_list *t));
void mod_timer(struct timer_list *t, ktime_t expires); /* (re)arms */
bool del_timer(struct timer_list *t);		       /* true if it was armed */
static inline bool timer_pending(const struct timer_list *t)
{
	return t->entry.next && t->entry.next != &t->entry;
}
/* Called by the tick with interrupts off. */
void run_timers(void);
/*
 * kernel/task/posix_timers.c: REALTIME, MONOTONIC, BOOTTIME, TAI. False: @clock cannot be slept on.
 */
bool posix_clock_now(int clock, ktime_t *now);
/* The clocks of CPU time, also of other processes. 0 or -EINVAL. */
int cpu_clock_get(int clock, ktime_t *now);
/* Returns the time on MONOTONIC at which @clock is @t; without @abs, @t from now. Saturates. */
ktime_t posix_clock_expiry(int clock, ktime_t t, bool abs);
/* @expires, plus as many intervals as it takes to be in the future. */
ktime_t timer_next(ktime_t expires, ktime_t interval);
/*
 * kernel/sched/timer.c: sleeps in the state that the caller has set, until @expires (0) or a
 * wake-up (-EINTR). INT64_MAX: no end by time.
 */
int schedule_hrtimeout(ktime_t expires);

#endif
