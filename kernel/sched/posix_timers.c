/* SPDX-License-Identifier: MIT */
/*
 * The timers of timer_create: any number a process, each with a signal of its
 * own. They stand down here, not in kernel/, because an exec deletes them.
 *
 * Abridges Linux's kernel/time/posix-timers.c. Left out: timers on CPU time
 * (EOPNOTSUPP), events other than a signal to the process (EINVAL), the count
 * of overruns, a move of CLOCK_REALTIME while a timer on it runs.
 *
 *   signal->posix_timers --> k_itimer --next--> k_itimer ...   (newest first)
 *                               `-timer-> tick: signal, unless the last one is pending still
 */
#include <syscalls.h>
#include <mm.h>
#include <sched.h>
#include <asm/uaccess.h>

/* Owned by its process, which alone changes it, save that the tick runs its callback. */
struct k_itimer {
	struct k_itimer *next;
	struct timer_list timer;	/* expires: the next or last time, CLOCK_MONOTONIC */
	struct signal_struct *sig;	/* the owner */
	int id, clock, signo;
	sigval_t value;
	ktime_t interval;		/* 0: once */
};

bool posix_clock_now(int clock, ktime_t *now)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_TAI:
		*now = ktime_get_real();
		return true;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		*now = ktime_get();
		return true;
	default:
		return false;
	}
}

ktime_t posix_clock_expiry(int clock, ktime_t t, bool abs)
{
	ktime_t now = 0, mono = ktime_get();

	if (!abs)
		return t > INT64_MAX - mono ? INT64_MAX : mono + t;
	posix_clock_now(clock, &now);
	return t == INT64_MAX ? INT64_MAX : max_t(ktime_t, t - (now - mono), 0);
}

ktime_t timer_next(ktime_t expires, ktime_t interval)
{
	ktime_t now = ktime_get();

	return expires > now ? expires : expires + ((now - expires) / interval + 1) * interval;
}

/* The tick: interrupts are off. */
static void posix_timer_fn(struct timer_list *timer)
{
	struct k_itimer *t = container_of(timer, struct k_itimer, timer);
	kernel_siginfo_t info = { .si_signo = t->signo, .si_code = SI_TIMER };

	info.si_tid = t->id;
	info.si_value = t->value;
	if (!list_empty(&t->sig->thread_head) && !(t->sig->shared_pending.signal & sigmask(t->signo)))
		send_sig_info(t->signo, &info,
			      list_first_entry(&t->sig->thread_head, struct task_struct, thread_node), true);
	if (t->interval)
		mod_timer(timer, timer_next(timer->expires, t->interval));
}

/* Where @id hangs in current's list; the pointer is NULL if it does not. */
static struct k_itimer **find_timer(int id)
{
	struct k_itimer **p = &current->signal->posix_timers;

	while (*p && (*p)->id != id)
		p = &(*p)->next;
	return p;
}

/* Takes the timer that *@p points to out of its list. */
static void delete_timer(struct k_itimer **p)
{
	struct k_itimer *t = *p;

	*p = t->next;
	del_timer(&t->timer);
	kfree(t);
}

void exit_itimers(struct task_struct *t)
{
	while (t->signal->posix_timers)
		delete_timer(&t->signal->posix_timers);
}

long sys_timer_create(int clock, void __user *uev, int __user *uid)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct signal_struct *sig = current->signal;
	struct k_itimer *t;
	ktime_t now;

	if (uev && copy_from_user(&ev, uev, sizeof(ev)))
		return -EFAULT;
	if (!posix_clock_now(clock, &now))
		return clock > CLOCK_TAI ? -EINVAL : -EOPNOTSUPP;
	if (ev.sigev_notify != SIGEV_SIGNAL || ev.sigev_signo <= 0 || ev.sigev_signo > _NSIG)
		return -EINVAL;
	t = kzalloc(sizeof(*t));
	if (!t)
		return -EAGAIN;
	timer_setup(&t->timer, posix_timer_fn);
	t->sig = sig;
	t->id = sig->posix_timers ? sig->posix_timers->id + 1 : 0;
	t->clock = clock;
	t->signo = ev.sigev_signo;
	t->value = ev.sigev_value;
	if (!uev)
		t->value.sival_int = t->id;
	t->next = sig->posix_timers;
	sig->posix_timers = t;
	if (!put_user(t->id, uid))
		return 0;
	delete_timer(&sig->posix_timers);
	return -EFAULT;
}

/* What is left, at least 1 ns while the signal is to come. */
static struct __kernel_itimerspec timer_get(struct k_itimer *t)
{
	struct __kernel_itimerspec v = { .it_interval = ns_to_timespec(t->interval) };

	if (timer_pending(&t->timer))
		v.it_value = ns_to_timespec(max_t(ktime_t, t->timer.expires - ktime_get(), 1));
	return v;
}

long sys_timer_settime(int id, int flags, const struct __kernel_itimerspec __user *v,
		       struct __kernel_itimerspec __user *old)
{
	struct k_itimer *t = *find_timer(id);
	struct __kernel_itimerspec new_v, old_v;
	ktime_t value;

	if (!v)
		return -EINVAL;
	if (copy_from_user(&new_v, v, sizeof(new_v)))
		return -EFAULT;
	if (!timespec_valid(&new_v.it_interval) || !timespec_valid(&new_v.it_value) || !t)
		return -EINVAL;
	old_v = timer_get(t);
	del_timer(&t->timer);
	value = timespec_to_ns(&new_v.it_value);
	t->interval = value ? timespec_to_ns(&new_v.it_interval) : 0;
	if (value)
		mod_timer(&t->timer, posix_clock_expiry(t->clock, value, flags & TIMER_ABSTIME));
	return old && copy_to_user(old, &old_v, sizeof(old_v)) ? -EFAULT : 0;
}

long sys_timer_gettime(int id, struct __kernel_itimerspec __user *v)
{
	struct k_itimer *t = *find_timer(id);
	struct __kernel_itimerspec now;

	if (!t)
		return -EINVAL;
	now = timer_get(t);
	return copy_to_user(v, &now, sizeof(now)) ? -EFAULT : 0;
}

long sys_timer_delete(int id)
{
	struct k_itimer **p = find_timer(id);

	if (!*p)
		return -EINVAL;
	delete_timer(p);
	return 0;
}
