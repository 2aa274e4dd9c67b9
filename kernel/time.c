/* SPDX-License-Identifier: MIT */
/*
 * Clocks and sleeps as programs see them: clock_*, nanosleep, the interval
 * timers and the older calls that say the same with less.
 *
 * Abridges Linux's kernel/time/{time,itimer,hrtimer,posix-timers,
 * posix-cpu-timers}.c. Left out: adjtimex, leap seconds (TAI is REALTIME),
 * suspended time (BOOTTIME is MONOTONIC), alarm clocks, sleeping on CPU time;
 * coarse clocks are as fine as the others.
 */
#include <syscalls.h>
#include <sched.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/times.h>

/* A clock that measures CPU time: ~pid << 3, bit 2 a thread's, bits 1..0 what. */
#define CPUCLOCK_PID(c)		(~((c) >> 3))
#define CPUCLOCK_PERTHREAD(c)	((c) & 4)
#define CPUCLOCK_WHICH(c)	((c) & 3)
#define CPUCLOCK_PROF		0
#define CPUCLOCK_VIRT		1
#define CPUCLOCK_MAX		3
#define PROCESS_CLOCK		((~0u << 3) | 2)
#define THREAD_CLOCK		((~0u << 3) | 4 | 2)

/* Seconds that a ktime_t holds, less the 30 years Linux keeps in reserve. */
#define SETTIME_SEC_MAX		(INT64_MAX / NSEC_PER_SEC - 30L * 365 * 24 * 3600)

static struct timezone sys_tz;

/* ---- reading clocks ---------------------------------------------------- */

/* The task a CPU clock is about, with a reference; NULL: not a clock, or no such task. */
static struct task_struct *cpu_clock_task(int clock)
{
	pid_t pid = CPUCLOCK_PID(clock);
	struct task_struct *t;
	bool good;

	if (CPUCLOCK_WHICH(clock) >= CPUCLOCK_MAX)
		return NULL;
	if (!pid)
		return get_task_struct(current);
	t = find_get_task_by_vpid(pid);
	if (!t)
		return NULL;
	good = CPUCLOCK_PERTHREAD(clock) ? same_thread_group(t, current)
					 : thread_group_leader(t) || t == current;
	if (good)
		return t;
	put_task_struct(t);
	return NULL;
}

static int cpu_clock_get(int clock, ktime_t *now)
{
	struct task_struct *t = cpu_clock_task(clock);
	u64 utime, stime;

	if (!t)
		return -EINVAL;
	utime = t->utime;
	stime = t->stime;
	if (!CPUCLOCK_PERTHREAD(clock))
		thread_group_cputime(t, &utime, &stime);
	put_task_struct(t);
	*now = CPUCLOCK_WHICH(clock) == CPUCLOCK_VIRT ? utime : utime + stime;
	return 0;
}

static int clock_get(int clock, ktime_t *now)
{
	if (posix_clock_now(clock, now))
		return 0;
	switch (clock) {
	case CLOCK_REALTIME_COARSE:
		*now = ktime_get_real();
		return 0;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
		*now = ktime_get();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return cpu_clock_get(PROCESS_CLOCK, now);
	case CLOCK_THREAD_CPUTIME_ID:
		return cpu_clock_get(THREAD_CLOCK, now);
	default:
		return clock < 0 ? cpu_clock_get(clock, now) : -EINVAL;
	}
}

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
	ktime_t res = 1, now;
	int err = clock_get(clock, &now);

	if (err)
		return err;
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ||
	    (clock < 0 && CPUCLOCK_WHICH(clock) <= CPUCLOCK_VIRT))
		res = TICK_NSEC;
	return ts ? put_timespec(res, ts) : 0;
}

/* The wall clock never shows less than the time since boot. */
static int set_realtime(const struct __kernel_timespec *ts)
{
	if (!timespec_valid(ts) || ts->tv_sec >= SETTIME_SEC_MAX)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (timespec_to_ns(ts) < ktime_get())
		return -EINVAL;
	ktime_set_real(timespec_to_ns(ts));
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
	return set_realtime(&k);
}

long sys_gettimeofday(struct __kernel_old_timeval __user *tv, void __user *tz)
{
	ktime_t now = ktime_get_real();
	struct __kernel_old_timeval k = {
		.tv_sec = now / NSEC_PER_SEC,
		.tv_usec = now % NSEC_PER_SEC / NSEC_PER_USEC,
	};

	if (tv && copy_to_user(tv, &k, sizeof(k)))
		return -EFAULT;
	return tz && copy_to_user(tz, &sys_tz, sizeof(sys_tz)) ? -EFAULT : 0;
}

long sys_settimeofday(struct __kernel_old_timeval __user *tv, void __user *tz)
{
	struct __kernel_old_timeval k;
	struct __kernel_timespec ts;
	struct timezone ktz;

	if (tv && copy_from_user(&k, tv, sizeof(k)))
		return -EFAULT;
	if (tv && (k.tv_usec < 0 || k.tv_usec >= 1000000 || k.tv_sec < 0))
		return -EINVAL;
	if (tz && copy_from_user(&ktz, tz, sizeof(ktz)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (tz) {
		if (ktz.tz_minuteswest > 15 * 60 || ktz.tz_minuteswest < -15 * 60)
			return -EINVAL;
		sys_tz = ktz;
	}
	if (!tv)
		return 0;
	ts = (struct __kernel_timespec){ .tv_sec = k.tv_sec, .tv_nsec = k.tv_usec * NSEC_PER_USEC };
	return set_realtime(&ts);
}

long sys_time(__kernel_old_time_t __user *t)
{
	__kernel_old_time_t now = ktime_get_real() / NSEC_PER_SEC;

	return t && put_user(now, t) ? -EFAULT : now;
}

static __kernel_clock_t ns_to_clock_t(u64 ns)
{
	return ns / (NSEC_PER_SEC / USER_HZ);
}

long sys_times(void __user *buf)
{
	struct signal_struct *sig = current->signal;
	u64 utime, stime;
	struct tms tms;

	if (buf) {
		thread_group_cputime(current, &utime, &stime);
		tms.tms_utime = ns_to_clock_t(utime);
		tms.tms_stime = ns_to_clock_t(stime);
		tms.tms_cutime = ns_to_clock_t(sig->cutime);
		tms.tms_cstime = ns_to_clock_t(sig->cstime);
		if (copy_to_user(buf, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return ns_to_clock_t(ktime_get());
}

/* ---- sleeping ---------------------------------------------------------- */

/* True: @expires (CLOCK_MONOTONIC) is reached; false: a signal came first. */
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

/* A relative sleep, first or again: arg[0] is its end, arg[1] where the user wants to see what is left. */
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

static long do_nanosleep(int clock, bool abs, ktime_t t, struct __kernel_timespec __user *rem)
{
	struct restart_block *rb = &current->restart_block;
	ktime_t expires = posix_clock_expiry(clock, t, abs);

	if (abs)
		return sleep_until(expires) ? 0 : -ERESTARTNOHAND;
	rb->fn = nanosleep_restart;
	rb->arg[0] = expires;
	rb->arg[1] = (unsigned long)rem;
	return nanosleep_restart(rb);
}

long sys_nanosleep(struct __kernel_timespec __user *req, struct __kernel_timespec __user *rem)
{
	struct __kernel_timespec ts;

	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	return do_nanosleep(CLOCK_MONOTONIC, false, timespec_to_ns(&ts), rem);
}

long sys_clock_nanosleep(int clock, int flags, const struct __kernel_timespec __user *req,
			 struct __kernel_timespec __user *rem)
{
	struct __kernel_timespec ts;
	ktime_t now;

	if (!posix_clock_now(clock, &now))
		return clock > CLOCK_TAI ? -EINVAL : -EOPNOTSUPP;
	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	return do_nanosleep(clock, flags & TIMER_ABSTIME, timespec_to_ns(&ts), rem);
}

/* ---- interval timers --------------------------------------------------- */

struct itimer_ns {
	u64 value, interval;		/* ns */
};

/* ITIMER_REAL's tick: SIGALRM to the process, and again after the interval. */
static void it_real_fn(struct timer_list *timer)
{
	struct signal_struct *sig = container_of(timer, struct signal_struct, real_timer);
	ktime_t now = ktime_get(), next = timer->expires;

	if (list_empty(&sig->thread_head))
		return;
	send_sig_info(SIGALRM, SEND_SIG_PRIV,
		      list_first_entry(&sig->thread_head, struct task_struct, thread_node), true);
	if (sig->it_real_incr) {
		if (next <= now)
			next += ((now - next) / sig->it_real_incr + 1) * sig->it_real_incr;
		mod_timer(timer, next);
	}
}

static struct itimer_ns get_real_itimer(void)
{
	struct signal_struct *sig = current->signal;
	struct itimer_ns v = { .interval = sig->it_real_incr };

	if (timer_pending(&sig->real_timer))
		v.value = max_t(ktime_t, sig->real_timer.expires - ktime_get(), NSEC_PER_USEC);
	return v;
}

static void set_real_itimer(const struct itimer_ns *v)
{
	struct signal_struct *sig = current->signal;

	del_timer(&sig->real_timer);
	sig->it_real_incr = v->value ? v->interval : 0;
	if (!v->value)
		return;
	sig->real_timer.function = it_real_fn;
	mod_timer(&sig->real_timer, posix_clock_expiry(CLOCK_MONOTONIC, v->value, false));
}

/* CPU time of the process that ITIMER_VIRTUAL (0) or ITIMER_PROF (1) counts. */
static u64 cpu_itimer_now(int i)
{
	u64 utime, stime;

	thread_group_cputime(current, &utime, &stime);
	return i ? utime + stime : utime;
}

static struct itimer_ns get_cpu_itimer(int i)
{
	struct signal_struct *sig = current->signal;
	struct itimer_ns v = { .interval = sig->it[i].incr };
	s64 left;

	if (sig->it[i].expires) {
		left = sig->it[i].expires - cpu_itimer_now(i);
		v.value = max_t(s64, left, TICK_NSEC);
	}
	return v;
}

/* One tick more, for the current one is partly over. */
static void set_cpu_itimer(int i, const struct itimer_ns *v)
{
	struct signal_struct *sig = current->signal;
	unsigned long flags;

	spin_lock_irqsave(&current->sighand->siglock, flags);
	sig->it[i].incr = v->interval;
	sig->it[i].expires = 0;
	if (v->value && v->value < INT64_MAX / 2)
		sig->it[i].expires = cpu_itimer_now(i) + v->value + TICK_NSEC;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
}

static struct itimer_ns do_getitimer(int which)
{
	return which == ITIMER_REAL ? get_real_itimer() : get_cpu_itimer(which - ITIMER_VIRTUAL);
}

static int put_itimerval(const struct itimer_ns *v, struct __kernel_old_itimerval __user *to)
{
	struct __kernel_old_itimerval k = {
		.it_value = { v->value / NSEC_PER_SEC, v->value % NSEC_PER_SEC / NSEC_PER_USEC },
		.it_interval = { v->interval / NSEC_PER_SEC, v->interval % NSEC_PER_SEC / NSEC_PER_USEC },
	};

	return copy_to_user(to, &k, sizeof(k)) ? -EFAULT : 0;
}

/* False: not a time. */
static bool timeval_to_ns(const struct __kernel_old_timeval *tv, u64 *ns)
{
	struct __kernel_timespec ts = { .tv_sec = tv->tv_sec };

	if (tv->tv_sec < 0 || (unsigned long)tv->tv_usec >= 1000000)
		return false;
	ts.tv_nsec = tv->tv_usec * NSEC_PER_USEC;
	*ns = timespec_to_ns(&ts);
	return true;
}

long sys_getitimer(int which, struct __kernel_old_itimerval __user *v)
{
	struct itimer_ns now;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	now = do_getitimer(which);
	return put_itimerval(&now, v);
}

long sys_setitimer(int which, struct __kernel_old_itimerval __user *v, struct __kernel_old_itimerval __user *old)
{
	struct __kernel_old_itimerval k = { 0 };
	struct itimer_ns new_v, old_v;

	if (v && copy_from_user(&k, v, sizeof(k)))
		return -EFAULT;
	if (!timeval_to_ns(&k.it_value, &new_v.value) || !timeval_to_ns(&k.it_interval, &new_v.interval))
		return -EINVAL;
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	old_v = do_getitimer(which);
	if (which == ITIMER_REAL)
		set_real_itimer(&new_v);
	else
		set_cpu_itimer(which - ITIMER_VIRTUAL, &new_v);
	return old ? put_itimerval(&old_v, old) : 0;
}

/* The seconds the last alarm had left, rounded, but not to 0. */
long sys_alarm(unsigned int seconds)
{
	struct itimer_ns new_v = { .value = seconds * (u64)NSEC_PER_SEC }, old = get_real_itimer();
	u64 sec = old.value / NSEC_PER_SEC, nsec = old.value % NSEC_PER_SEC;

	set_real_itimer(&new_v);
	return sec + ((!sec && nsec) || nsec >= NSEC_PER_SEC / 2);
}
