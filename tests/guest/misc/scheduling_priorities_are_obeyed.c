/* A real-time task runs before all others, SCHED_IDLE after them; SCHED_FIFO has no slices. */
#include "check.h"
#include <sched.h>

static void set(int policy, int prio)
{
	struct sched_param p = {prio};

	OK(syscall(SYS_sched_setscheduler, 0, policy, &p));
}

static void spin_until(double end)
{
	while (seconds(CLOCK_MONOTONIC) < end)
		;
}

/* A child with this policy that spins until @end; writes its CPU time in ms to the pipe. */
static int hog(int policy, int prio, double end)
{
	int p[2];

	OK(pipe(p));
	if (!fork()) {
		long ms;

		set(policy, prio);
		spin_until(end);
		ms = seconds(CLOCK_PROCESS_CPUTIME_ID) * 1000;
		OK(write(p[1], &ms, sizeof(ms)));
		_exit(0);
	}
	close(p[1]);
	return p[0];
}

static long answer(int fd)
{
	long ms = -1;

	EQ(read(fd, &ms, sizeof(ms)), sizeof(ms));
	return ms;
}

/* A task that wakes up at once preempts a lower one. */
static void wakes_first(void)
{
	int p[2];
	char c;

	OK(pipe(p));
	set(SCHED_FIFO, 20);
	if (!fork()) {
		set(SCHED_FIFO, 30);
		read(p[0], &c, 1);
		_exit(c);
	}
	sleep_ms(20);
	OK(write(p[1], "x", 1)); /* the child has ended when this returns */
	CHECK(waitpid(-1, NULL, WNOHANG) > 0);
	/* One of the same priority does not run until this one sleeps. */
	if (!fork())
		_exit(0);
	spin_until(seconds(CLOCK_MONOTONIC) + 0.3);
	EQ(waitpid(-1, NULL, WNOHANG), 0);
	sched_yield();
	CHECK(waitpid(-1, NULL, WNOHANG) > 0);
	/* A new task that may not inherit the priority waits, too. */
	set(SCHED_FIFO | SCHED_RESET_ON_FORK, 20);
	if (!fork())
		_exit(0);
	spin_until(seconds(CLOCK_MONOTONIC) + 0.2);
	sched_yield();
	EQ(waitpid(-1, NULL, WNOHANG), 0);
	EQ(wait(NULL) > 0, 1);
}

/* Of two tasks for one second, the first gets nearly all of it. */
static void first_wins(int policy, int prio, int other_policy, int other_prio)
{
	double end = seconds(CLOCK_MONOTONIC) + 1;
	int b = hog(other_policy, other_prio, end), a = hog(policy, prio, end);

	CHECK(answer(a) > 700);
	CHECK(answer(b) < 200);
}

int main(void)
{
	set(SCHED_FIFO, 90);
	EQ(in_child(wakes_first), 0);
	first_wins(SCHED_OTHER, 0, SCHED_IDLE, 0);
	first_wins(SCHED_RR, 5, SCHED_OTHER, 0);
	first_wins(SCHED_RR, 6, SCHED_FIFO, 5);
	return 0;
}
