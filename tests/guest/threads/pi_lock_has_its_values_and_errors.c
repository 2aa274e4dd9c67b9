/*
 * FUTEX_LOCK_PI and its kind: what the word is before and after each call, who waits, and each
 * error.
 */
#include "threads/pi.h"

static unsigned int word, other;
static volatile int step;

static long lock_it(void) { return lock(&word); }

static long lock_and_unlock(void)
{
	long ret = lock(&word);

	EQ(word & FUTEX_TID_MASK, syscall(SYS_gettid));
	return ret ?: unlock(&word);
}

static long wait_plainly(void) { return pi_call(&word, FUTEX_WAIT, word, NULL, NULL, 0); }

static long hold_both_in_turn(void)
{
	EQ(lock(&other), 0);
	step = 1;
	EQ(lock(&word), 0);
	EQ(unlock(&word), 0);
	return unlock(&other);
}

static long own_until_told(void)
{
	EQ(lock(&word), 0);
	step = 1;
	while (step == 1)
		sleep_ms(1);
	return 0;
}

static void alone(unsigned int me)
{
	EQ(lock(&word), 0);
	EQ(word, me);
	EQ(lock(&word), -EDEADLK);
	EQ(trylock(&word), -EDEADLK);
	EQ(word, me);
	EQ(unlock(&word), 0);
	EQ(word, 0);
	EQ(unlock(&word), -EPERM);
	EQ(trylock(&word), 0);
	word |= FUTEX_OWNER_DIED;
	EQ(unlock(&word), 0);
	EQ(word, 0);
	word = FUTEX_OWNER_DIED;
	EQ(lock(&word), 0);
	EQ(word, FUTEX_OWNER_DIED | me);
	word = FUTEX_WAITERS | FUTEX_OWNER_DIED;
	EQ(trylock(&word), 0);
	EQ(word, FUTEX_OWNER_DIED | me);
	word = FUTEX_WAITERS | me;
	EQ(unlock(&word), 0);
	EQ(word, 0);
}

static void broken_words(void)
{
	unsigned int *ro = (void *)anon(PAGE, PROT_READ), *none = (void *)anon(PAGE, PROT_NONE);
	struct timespec bad = {.tv_nsec = 1000000000};

	word = 0x3ffffffe; /* no such thread */
	EQ(lock(&word), -ESRCH);
	EQ(word, 0x3ffffffe | FUTEX_WAITERS);
	word = 0x3ffffffe;
	EQ(trylock(&word), -ESRCH);
	EQ(unlock(&word), -EPERM);
	word = 0;
	EQ(lock(ro), -EFAULT);
	EQ(unlock(ro), -EPERM);
	EQ(lock(none), -EFAULT);
	EQ(unlock(none), -EFAULT);
	EQ(trylock(NULL), -EFAULT);
	EQ(lock((void *)((char *)&word + 1)), -EINVAL);
	EQ(pi_call(&word, FUTEX_LOCK_PI, 0, (void *)8, NULL, 0), -EFAULT);
	EQ(pi_call(&word, FUTEX_LOCK_PI, 0, &bad, NULL, 0), -EINVAL);
	EQ(pi_call(&word, FUTEX_TRYLOCK_PI, 0, &bad, NULL, 0), 0);
	EQ(unlock(&word), 0);
	EQ(pi_call(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), -ENOSYS);
	EQ(pi_call(&word, FUTEX_TRYLOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), -ENOSYS);
	EQ(pi_call(&word, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), 0);
	EQ(unlock(&word), 0);
}

static void two(unsigned int me)
{
	struct thread a, b;

	EQ(lock(&word), 0);
	start_sleeper(&a, lock_and_unlock);
	EQ(word, me | FUTEX_WAITERS);
	EQ(pi_call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), -EINVAL);
	EQ(pi_call(&word, FUTEX_REQUEUE, 1, (void *)1, &other, 0), -EINVAL);
	start_sleeper(&b, lock_and_unlock);
	EQ(unlock(&word), 0);
	EQ(join(&a), 0);
	EQ(join(&b), 0);
	EQ(word, 0);

	/* The words of others are believed only if the kernel knows the same owner. */
	EQ(lock(&word), 0);
	start_sleeper(&a, lock_and_unlock);
	word = FUTEX_WAITERS | a.tid;
	EQ(trylock(&word), -EINVAL);
	word = 0;
	EQ(lock(&word), -EINVAL);
	word = FUTEX_WAITERS | me;
	EQ(unlock(&word), 0);
	EQ(join(&a), 0);

	/* A lock of somebody else: the attempt leaves its mark. */
	step = 0;
	start(&a, own_until_told);
	while (!step)
		sleep_ms(1);
	EQ(word, a.tid);
	EQ(trylock(&word), -EAGAIN);
	EQ(word, FUTEX_WAITERS | a.tid);
	EQ(unlock(&word), -EPERM);
	step = 2;
	EQ(join(&a), 0);
	EQ(word, FUTEX_WAITERS | a.tid);
	EQ(lock(&word), -ESRCH);
	word = 0;

	/* Who waits for a plain futex waits for no lock. */
	word = me;
	start_sleeper(&a, wait_plainly);
	EQ(unlock(&word), -EINVAL);
	word = 0;
	EQ(lock(&word), -EINVAL);
	EQ(pi_call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	EQ(join(&a), 0);
}

static void deadlock(void)
{
	struct thread a;

	step = 0;
	EQ(lock(&word), 0);
	start(&a, hold_both_in_turn);
	while (!step || state_of(a.tid) != 'S')
		sleep_ms(1);
	EQ(lock(&other), -EDEADLK);
	EQ(other, FUTEX_WAITERS | a.tid);
	EQ(unlock(&word), 0);
	EQ(join(&a), 0);
	EQ(word, 0);
	EQ(other, 0);
}

/* LOCK_PI has an absolute time on CLOCK_REALTIME, LOCK_PI2 one on CLOCK_MONOTONIC if not told. */
static void time_limits(void)
{
	struct timespec real, mono, past = {.tv_sec = 1};
	struct thread a;

	step = 0;
	start(&a, own_until_told);
	while (!step)
		sleep_ms(1);
	EQ(pi_call(&word, FUTEX_LOCK_PI, 0, &past, NULL, 0), -ETIMEDOUT);
	EQ(word, FUTEX_WAITERS | a.tid);
	real = after(CLOCK_REALTIME, SOON);
	EQ(pi_call(&word, FUTEX_LOCK_PI, 0, &real, NULL, 0), -ETIMEDOUT);
	CHECK(after(CLOCK_REALTIME, 0).tv_sec >= real.tv_sec);
	mono = after(CLOCK_MONOTONIC, SOON);
	EQ(pi_call(&word, FUTEX_LOCK_PI2, 0, &mono, NULL, 0), -ETIMEDOUT);
	EQ(pi_call(&word, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, &mono, NULL, 0), -ETIMEDOUT);
	EQ(pi_call(&word, FUTEX_LOCK_PI, 0, &mono, NULL, 0), -ETIMEDOUT);
	step = 2;
	EQ(join(&a), 0);
	word = 0;
}

static void nothing(int sig) { (void)sig; }

/* A signal is handled, and the wait goes on. The owner that exits leaves the lock to a waiter. */
static void signals_and_exits(void)
{
	struct sigaction sa = {.sa_handler = nothing};
	struct thread a, b;

	OK(sigaction(SIGUSR1, &sa, NULL));
	step = 0;
	start(&a, own_until_told);
	while (!step)
		sleep_ms(1);
	start_sleeper(&b, lock_it);
	EQ(pthread_kill(b.handle, SIGUSR1), 0);
	while (state_of(b.tid) != 'S')
		sleep_ms(1);
	sleep_ms(5);
	EQ(word, FUTEX_WAITERS | a.tid);
	step = 2;
	EQ(join(&a), 0);
	EQ(join(&b), 0);
	EQ(word, FUTEX_WAITERS | FUTEX_OWNER_DIED | b.tid);
	word = 0;
}

int main(void)
{
	unsigned int me = (unsigned int)syscall(SYS_gettid);

	alone(me);
	broken_words();
	two(me);
	deadlock();
	time_limits();
	signals_and_exits();
	return 0;
}
