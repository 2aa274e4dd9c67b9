/*
 * Waiters of a futex wake by their real-time priority. The owner of a lock runs with that of who
 * waits for it, directly or behind other locks, and no longer than that; a child of it does not.
 */
#include "threads/pi.h"

#define NORMAL	20
#define RT(n)	(-1 - (n)) /* in field 18 of stat */
#define THREADS 3

static unsigned int word, first, second;
static volatile int step, order[THREADS], ended;
static struct timespec limit;

static void run_as(int policy, int priority)
{
	struct sched_param p = {.sched_priority = priority};

	OK(sched_setscheduler(0, policy, &p));
}

static void change(pid_t tid, int policy, int priority)
{
	struct sched_param p = {.sched_priority = priority};

	OK(sched_setscheduler(tid, policy, &p));
}

/* As /proc/PID/stat shows it. */
static int shown_priority(pid_t tid)
{
	char path[64], text[512] = "";
	int priority = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	f = fopen(path, "r");
	CHECK(f && fgets(text, sizeof(text), f));
	fclose(f);
	sscanf(strrchr(text, ')'),
	       ") %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &priority);
	return priority;
}

static const int priorities[THREADS] = {10, 30, 20};
static volatile int next_one;

static long wait_plainly(void)
{
	int i = next_one++;

	run_as(SCHED_FIFO, priorities[i]);
	EQ(pi_call(&word, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
	order[ended++] = priorities[i];
	return 0;
}

static long wait_for_lock(void)
{
	int i = next_one++;

	run_as(SCHED_FIFO, priorities[i]);
	EQ(lock(&word), 0);
	order[ended++] = priorities[i];
	return unlock(&word);
}

static void wake_by_priority(long (*fn)(void))
{
	struct thread t[THREADS];

	ended = next_one = 0;
	for (int i = 0; i < THREADS; i++)
		start_sleeper(&t[i], fn);
	if (fn == wait_for_lock) {
		EQ(unlock(&word), 0);
	} else {
		for (int i = 0; i < THREADS; i++) {
			EQ(pi_call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
			while (ended <= i)
				sleep_ms(1);
		}
	}
	for (int i = 0; i < THREADS; i++)
		EQ(join(&t[i]), 0);
	EQ(order[0], 30);
	EQ(order[1], 20);
	EQ(order[2], 10);
}

/* Holds first, without a priority of its own. */
static long owner(void)
{
	pid_t child;

	EQ(lock(&first), 0);
	step = 1;
	while (step < 2)
		sleep_ms(1);
	child = OK(fork());
	if (!child)
		_exit(shown_priority((pid_t)syscall(SYS_gettid)));
	EQ(waitpid(child, (int *)&ended, 0), child);
	EQ(ended >> 8, NORMAL);
	EQ(sched_getscheduler(0), SCHED_OTHER);
	EQ(unlock(&first), 0);
	step = 3;
	while (step < 4)
		sleep_ms(1);
	return 0;
}

/* Holds second, and waits for first. */
static long between(void)
{
	run_as(SCHED_FIFO, 5);
	EQ(lock(&second), 0);
	EQ(lock(&first), 0);
	EQ(unlock(&first), 0);
	return unlock(&second);
}

static long high(void)
{
	run_as(SCHED_FIFO, 20);
	return pi_call(&second, FUTEX_LOCK_PI, 0, &limit, NULL, 0);
}

static void priority_is_passed_on(void)
{
	struct thread a, b, c;

	step = 0;
	start(&a, owner);
	while (step < 1)
		sleep_ms(1);
	EQ(shown_priority(a.tid), NORMAL);
	start_sleeper(&b, between);
	EQ(shown_priority(a.tid), RT(5));
	change(b.tid, SCHED_FIFO, 7);
	EQ(shown_priority(a.tid), RT(7));
	limit = after(CLOCK_REALTIME, 20 * SOON);
	start_sleeper(&c, high);
	EQ(shown_priority(b.tid), RT(20));
	EQ(shown_priority(a.tid), RT(20));
	EQ(join(&c), -ETIMEDOUT);
	EQ(shown_priority(b.tid), RT(7));
	EQ(shown_priority(a.tid), RT(7));
	step = 2;
	while (step < 3)
		sleep_ms(1);
	EQ(shown_priority(a.tid), NORMAL);
	EQ(join(&b), 0);
	step = 4;
	EQ(join(&a), 0);
}

int main(void)
{
	run_as(SCHED_FIFO, 50);
	wake_by_priority(wait_plainly);
	EQ(lock(&word), 0);
	wake_by_priority(wait_for_lock);
	run_as(SCHED_OTHER, 0);
	priority_is_passed_on();
	return 0;
}
