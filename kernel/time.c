/* SPDX-License-Identifier: MIT */
/*
 * Clocks and sleeps as programs see them: clock_*, nanosleep, the interval timers, and the older
 * calls that do less.
 *
 * Abridges Linux's kernel/time/{time,itimer,hrtimer,posix-timers}.c. Left out:
 * adjtimex, leap seconds (TAI is REALTIME), suspended time (BOOTTIME is MONOTONIC), sleeping
 * on CPU clocks, the ticks of coarse clocks.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <sched.h>
#include <timerfd.h>
#include <vdso.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/times.h>

/* The seconds that a ktime_t holds, minus 30 years: Linux's limit. */
#define SETTIME_SEC_MAX (INT64_MAX / NSEC_PER_SEC - 30L * 365 * 24 * 3600)

/* ---- reading clocks ---------------------------------------------------- */

static int clock_get(int clock, ktime_t *now)
{
	if (posix_clock_now(clock, now))
		return 0;
	switch (clock) {
	case CLOCK_REALTIME_COARSE:
		*now = ktime_get_coarse_real();
		return 0;
	case CLOCK_MONOTONIC_COARSE:
		*now = ktime_get_coarse();
		return 0;
	case CLOCK_MONOTONIC_RAW:
		*now = ktime_get();
		return 0;
	default:
		return cpu_clock_get(clock, now);
	}
}

#define MAX_WEST (15 * 60) /* minutes */

static int put_timespec(ktime_t ns, struct __kernel_timespec __user *to)
{
	struct __kernel_timespec ts = ns_to_timespec(ns);

	return copy_to_user(to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

long sys_clock_gettime(int clock, struct __kernel_timespec __user *ts)
{
	ktime_t now;
	int err = clock_get(clock, &now);

	return err ?: put_timespec(now, ts);
}

long sys_clock_getres(int clock, struct __kernel_timespec __user *ts)
{
	/* The CPU time of ITIMER_PROF and ITIMER_VIRTUAL is counted in ticks, too. */
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ||
		      (clock < 0 && (clock & 3) < 2);
	ktime_t now;
	int err = clock_get(clock, &now);

	return err || !ts ? err : put_timespec(coarse ? TICK_NSEC : 1, ts);
}

/* The wall clock never shows less than the time since boot. */
static long set_real_time(const struct __kernel_timespec *ts)
{
	if (!timespec_valid(ts) || ts->tv_sec >= SETTIME_SEC_MAX)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (timespec_to_ns(ts) < ktime_get())
		return -EINVAL;
	ktime_set_real(timespec_to_ns(ts));
	timerfd_clock_was_set();
	return 0;
}

long sys_clock_settime(int clock, const struct __kernel_timespec __user *ts)
{
	struct __kernel_timespec k;
	ktime_t now;

	if (clock != CLOCK_REALTIME && clock >= 0)
		return -EINVAL;
	if (copy_from_user(&k, ts, sizeof(k)))
		return -EFAULT;
	if (clock < 0)
		return cpu_clock_get(clock, &now) ?: -EPERM;
	return set_real_time(&k);
}

/*
 * Keeps the time zone for gettimeofday; the kernel's own clocks are UTC. The first program that
 * sets nothing but the zone says by it that the hardware's clock is in local time.
 */
static void set_tz(const struct timezone *tz, bool alone)
{
	static bool was_set;
	bool warp = alone && !was_set && tz->tz_minuteswest;

	was_set = true;
	vdso_data_page.data.tz_minuteswest = tz->tz_minuteswest;
	vdso_data_page.data.tz_dsttime = tz->tz_dsttime;
	if (warp)
		ktime_set_real(ktime_get_real() + tz->tz_minuteswest * 60 * NSEC_PER_SEC);
}

long sys_settimeofday(struct __kernel_old_timeval __user *utv, void __user *utz)
{
	struct __kernel_old_timeval tv;
	struct timezone tz;

	if (utv && copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (utv && (tv.tv_usec < 0 || tv.tv_usec >= 1000000))
		return -EINVAL;
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (!utv && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz && (tz.tz_minuteswest > MAX_WEST || tz.tz_minuteswest < -MAX_WEST))
		return -EINVAL;
	if (utz)
		set_tz(&tz, !utv);
	return utv ? set_real_time(&(struct __kernel_timespec){tv.tv_sec, tv.tv_usec * 1000}) : 0;
}

long sys_gettimeofday(struct __kernel_old_timeval __user *tv, void __user *tz)
{
	struct __kernel_old_timeval now = ns_to_timeval(ktime_get_real());
	struct timezone zone = {
		.tz_minuteswest = vdso_data_page.data.tz_minuteswest,
		.tz_dsttime = vdso_data_page.data.tz_dsttime,
	};

	if (tv && copy_to_user(tv, &now, sizeof(now)))
		return -EFAULT;
	return tz && copy_to_user(tz, &zone, sizeof(zone)) ? -EFAULT : 0;
}

long sys_time(__kernel_old_time_t __user *t)
{
	__kernel_old_time_t now = ktime_get_coarse_real() / NSEC_PER_SEC;

	return t && put_user(now, t) ? -EFAULT : now;
}

long sys_times(void __user *buf)
{
	struct signal_struct *sig = current->signal;
	struct tms tms = {.tms_cutime = nsec_to_clock_t(sig->cutime),
			  .tms_cstime = nsec_to_clock_t(sig->cstime)};
	u64 utime, stime;

	thread_group_cputime(current, &utime, &stime);
	tms.tms_utime = nsec_to_clock_t(utime);
	tms.tms_stime = nsec_to_clock_t(stime);
	if (buf && copy_to_user(buf, &tms, sizeof(tms)))
		return -EFAULT;
	return nsec_to_clock_t(ktime_get());
}

/* ---- sleeping ---------------------------------------------------------- */

/* Returns whether @expires (CLOCK_MONOTONIC) is reached; otherwise a signal came first. */
static bool sleep_until(ktime_t expires)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current))
			break;
		if (!schedule_hrtimeout(expires))
			return true;
	}
	__set_current_state(TASK_RUNNING);
	return ktime_get() >= expires;
}

/* A relative sleep, first and restarted. arg[0]: its end; arg[1]: where to store what is left. */
static long nanosleep_restart(struct restart_block *rb)
{
	struct __kernel_timespec __user *rem = (struct __kernel_timespec __user *)rb->arg[1];
	ktime_t left;

	if (sleep_until(rb->arg[0]))
		return 0;
	left = rb->arg[0] - ktime_get();
	if (rem && left > 0 && put_timespec(left, rem))
		return -EFAULT;
	return rem && left <= 0 ? 0 : -ERESTART_RESTARTBLOCK;
}

long sys_clock_nanosleep(int clock, int flags, const struct __kernel_timespec __user *req,
			 struct __kernel_timespec __user *rem)
{
	struct restart_block *rb = &current->restart_block;
	struct __kernel_timespec ts;
	ktime_t now, expires;

	if (!posix_clock_now(clock, &now))
		return clock > CLOCK_TAI ? -EINVAL : -EOPNOTSUPP;
	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	expires = posix_clock_expiry(clock, timespec_to_ns(&ts), flags & TIMER_ABSTIME);
	if (flags & TIMER_ABSTIME)
		return sleep_until(expires) ? 0 : -ERESTARTNOHAND;
	*rb = (struct restart_block){nanosleep_restart, {expires, (unsigned long)rem}};
	return nanosleep_restart(rb);
}

long sys_nanosleep(struct __kernel_timespec __user *req, struct __kernel_timespec __user *rem)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
}

/* ---- interval timers --------------------------------------------------- */

struct itimer_ns {
	u64 value, interval; /* ns */
};

/* The tick: SIGALRM to the process, and again after the interval. */
static void it_real_fn(struct timer_list *timer)
{
	struct signal_struct *sig = container_of(timer, struct signal_struct, real_timer);

	if (list_empty(&sig->thread_head))
		return;
	send_sig_info(SIGALRM, SEND_SIG_PRIV,
		      list_first_entry(&sig->thread_head, struct task_struct, thread_node), true);
	if (sig->it_real_incr)
		mod_timer(timer, timer_next(timer->expires, sig->it_real_incr));
}

/* The process's CPU time: ITIMER_PROF counts all of it, ITIMER_VIRTUAL that in user mode. */
static ktime_t cpu_itimer_now(int which)
{
	u64 utime, stime;

	thread_group_cputime(current, &utime, &stime);
	return which == ITIMER_PROF ? utime + stime : utime;
}

static struct itimer_ns get_itimer(int which)
{
	struct signal_struct *sig = current->signal;
	struct itimer_ns v = {.interval = sig->it_real_incr};

	if (which != ITIMER_REAL) {
		v.interval = sig->it[which - 1].incr;
		if (sig->it[which - 1].expires)
			v.value = max_t(s64, sig->it[which - 1].expires - cpu_itimer_now(which),
					TICK_NSEC);
	} else if (timer_pending(&sig->real_timer)) {
		v.value = max_t(ktime_t, sig->real_timer.expires - ktime_get(), NSEC_PER_USEC);
	}
	return v;
}

/* A timer on CPU time gets one tick more, because a part of the current tick has passed. */
static void set_itimer(int which, const struct itimer_ns *v)
{
	struct signal_struct *sig = current->signal;

	if (which != ITIMER_REAL) {
		sig->it[which - 1].incr = v->interval;
		sig->it[which - 1].expires =
			v->value ? cpu_itimer_now(which) + v->value + TICK_NSEC : 0;
		return;
	}
	del_timer(&sig->real_timer);
	sig->it_real_incr = v->value ? v->interval : 0;
	sig->real_timer.function = it_real_fn;
	if (v->value)
		mod_timer(&sig->real_timer, posix_clock_expiry(CLOCK_MONOTONIC, v->value, false));
}

/* Returns false if @tv is not a valid time. */
static bool timeval_to_ns(const struct __kernel_old_timeval *tv, u64 *ns)
{
	struct __kernel_timespec ts = {.tv_sec = tv->tv_sec};

	if (tv->tv_sec < 0 || (unsigned long)tv->tv_usec >= NSEC_PER_SEC / NSEC_PER_USEC)
		return false;
	ts.tv_nsec = tv->tv_usec * NSEC_PER_USEC;
	*ns = timespec_to_ns(&ts);
	return true;
}

static int put_itimerval(const struct itimer_ns *v, struct __kernel_old_itimerval __user *to)
{
	struct __kernel_old_itimerval k = {ns_to_timeval(v->interval), ns_to_timeval(v->value)};

	return copy_to_user(to, &k, sizeof(k)) ? -EFAULT : 0;
}

long sys_getitimer(int which, struct __kernel_old_itimerval __user *v)
{
	struct itimer_ns now;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	now = get_itimer(which);
	return put_itimerval(&now, v);
}

long sys_setitimer(int which, struct __kernel_old_itimerval __user *v,
		   struct __kernel_old_itimerval __user *old)
{
	struct __kernel_old_itimerval k = {0};
	struct itimer_ns new_v, old_v;

	if (v && copy_from_user(&k, v, sizeof(k)))
		return -EFAULT;
	if (!timeval_to_ns(&k.it_value, &new_v.value) ||
	    !timeval_to_ns(&k.it_interval, &new_v.interval) || which < ITIMER_REAL ||
	    which > ITIMER_PROF)
		return -EINVAL;
	old_v = get_itimer(which);
	set_itimer(which, &new_v);
	return old ? put_itimerval(&old_v, old) : 0;
}

/* Returns the seconds that the last alarm had left, rounded, but not to 0. */
long sys_alarm(unsigned int seconds)
{
	struct itimer_ns new_v = {.value = seconds * (u64)NSEC_PER_SEC},
			 old = get_itimer(ITIMER_REAL);
	u64 sec = old.value / NSEC_PER_SEC, nsec = old.value % NSEC_PER_SEC;

	set_itimer(ITIMER_REAL, &new_v);
	return sec + ((!sec && nsec) || nsec >= NSEC_PER_SEC / 2);
}
