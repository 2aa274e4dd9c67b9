/*
 * FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: the first waiter gets the lock, the others wait
 * for it; and each error.
 */
#include "threads/pi.h"

static unsigned int word, mutex, other;
static struct timespec limit;

static long wait_here(void)
{
	long ret = wait_requeue(&word, 0, &mutex);

	if (!ret)
		EQ(mutex & FUTEX_TID_MASK, syscall(SYS_gettid));
	return ret ?: unlock(&mutex);
}

static long wait_until(void) { return pi_call(&word, FUTEX_WAIT_REQUEUE_PI, 0, &limit, &mutex, 0); }

static long wait_plainly(void) { return pi_call(&word, FUTEX_WAIT, 0, NULL, NULL, 0); }

static void errors(void)
{
	unsigned int *ro = (void *)anon(PAGE, PROT_READ), *none = (void *)anon(PAGE, PROT_NONE);
	struct timespec past = {.tv_sec = 1};

	EQ(wait_requeue(&word, 1, &mutex), -EAGAIN);
	EQ(wait_requeue(&word, 0, &word), -EINVAL);
	EQ(wait_requeue(none, 0, &mutex), -EFAULT);
	EQ(wait_requeue(&word, 0, (void *)((char *)&mutex + 1)), -EINVAL);
	EQ(pi_call(&word, FUTEX_WAIT_REQUEUE_PI, 0, &past, &mutex, 0), -ETIMEDOUT);
	EQ(pi_call(&word, FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 0, &past, &mutex, 0),
	   -ETIMEDOUT);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 0);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 1), -EAGAIN);
	EQ(cmp_requeue(&word, 0, 1, &mutex, 0), -EINVAL);
	EQ(cmp_requeue(&word, 2, 1, &mutex, 0), -EINVAL);
	EQ(cmp_requeue(&word, 1, -1, &mutex, 0), -EINVAL);
	EQ(cmp_requeue(&word, 1, 1, &word, 0), -EINVAL);
	EQ(cmp_requeue(none, 1, 1, &mutex, 0), -EFAULT);
	EQ(cmp_requeue(ro, 1, 1, &mutex, 0), 0);
	EQ(pi_call(&word, FUTEX_CMP_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 1, NULL, &mutex, 0),
	   -ENOSYS);
}

/* The lock is free: the first waiter has it, the others wait for it in their turn. */
static void lock_is_free(void)
{
	struct thread t[3];

	for (int i = 0; i < 3; i++)
		start_sleeper(&t[i], wait_here);
	EQ(pi_call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), -EINVAL);
	EQ(pi_call(&word, FUTEX_REQUEUE, 1, (void *)1, &mutex, 0), -EINVAL);
	EQ(cmp_requeue(&word, 1, 1, &other, 0), -EINVAL);
	EQ(cmp_requeue(&word, 1, 10, &mutex, 0), 3);
	for (int i = 0; i < 3; i++)
		EQ(join(&t[i]), 0);
	EQ(mutex, 0);
	start_sleeper(&t[0], wait_here);
	EQ(cmp_requeue(&word, 1, 0, &mutex, 0), 1);
	EQ(join(&t[0]), 0);
	EQ(mutex, 0);
}

/* The lock is held: one more than asked for is moved, and none gets it before the unlock. */
static void lock_is_held(unsigned int me)
{
	struct thread t[3];

	EQ(lock(&mutex), 0);
	for (int i = 0; i < 3; i++)
		start_sleeper(&t[i], wait_here);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 2);
	EQ(mutex, me | FUTEX_WAITERS);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 1);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 0);
	EQ(pi_call(&mutex, FUTEX_WAKE, 1, NULL, NULL, 0), -EINVAL);
	EQ(unlock(&mutex), 0);
	for (int i = 0; i < 3; i++)
		EQ(join(&t[i]), 0);
	EQ(mutex, 0);
}

/* A time limit goes on behind the move. Waiters of another kind are not moved. */
static void limits_and_kinds(void)
{
	struct thread a;

	EQ(lock(&mutex), 0);
	limit = after(CLOCK_MONOTONIC, 20 * SOON);
	start_sleeper(&a, wait_until);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 1);
	EQ(join(&a), -ETIMEDOUT);
	EQ(unlock(&mutex), 0);
	EQ(mutex, 0);
	start_sleeper(&a, wait_plainly);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), -EINVAL);
	EQ(pi_call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	EQ(join(&a), 0);
}

static void nothing(int sig) { (void)sig; }

/* Before the move a signal lets the wait begin anew; behind it the wait is over. */
static void signals(void)
{
	struct sigaction sa = {.sa_handler = nothing};
	struct thread a;

	OK(sigaction(SIGUSR1, &sa, NULL));
	EQ(lock(&mutex), 0);
	start_sleeper(&a, wait_here);
	EQ(pthread_kill(a.handle, SIGUSR1), 0);
	sleep_ms(5);
	while (state_of(a.tid) != 'S')
		sleep_ms(1);
	EQ(cmp_requeue(&word, 1, 1, &mutex, 0), 1);
	EQ(pthread_kill(a.handle, SIGUSR1), 0);
	EQ(join(&a), -EAGAIN);
	EQ(unlock(&mutex), 0);
}

int main(void)
{
	errors();
	lock_is_free();
	lock_is_held((unsigned int)syscall(SYS_gettid));
	limits_and_kinds();
	signals();
	return 0;
}
