/* SCHED_DEADLINE: what sched_setattr() takes and returns, and how much of the CPU it admits. */
#include "check.h"
#include <sched.h>
#include <linux/sched.h>

#define MS	       1000000UL
#define SCHED_DEADLINE 6

/* The C library has none. */
struct sched_attr {
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
};

static struct sched_attr got;

static long set(pid_t pid, uint64_t flags, uint64_t runtime, uint64_t deadline, uint64_t period)
{
	struct sched_attr a = {sizeof(a), SCHED_DEADLINE, flags, 0, 0, runtime, deadline, period};

	return syscall(SYS_sched_setattr, pid, &a, 0);
}

static void get(pid_t pid)
{
	memset(&got, 0xff, sizeof(got));
	OK(syscall(SYS_sched_getattr, pid, &got, sizeof(got), 0));
}

static pid_t sleeper(void)
{
	pid_t pid = OK(fork());

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end(pid_t pid)
{
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, NULL, 0), pid);
}

static void parameters(void)
{
	struct sched_attr a = {.size = sizeof(a), .sched_policy = SCHED_DEADLINE};
	struct sched_param p = {0};
	pid_t t = sleeper();

	ERR(set(t, 0, 0, 0, 0), EINVAL);
	ERR(set(t, 0, 10 * MS, 0, 0), EINVAL);
	ERR(set(t, 0, 1023, 30 * MS, 0), EINVAL);
	ERR(set(t, 0, 31 * MS, 30 * MS, 60 * MS), EINVAL);
	ERR(set(t, 0, 10 * MS, 61 * MS, 60 * MS), EINVAL);
	ERR(set(t, 0, 4096, 99999, 99999), EINVAL);
	ERR(set(t, 0, 4096, 4194304001, 4194304001), EINVAL);
	ERR(set(t, 0, 4096, 1UL << 63, 1UL << 63), EINVAL);
	ERR(set(t, 0x10000000, 10 * MS, 100 * MS, 0), EINVAL);
	a.sched_priority = 1;
	a.sched_runtime = a.sched_deadline = 10 * MS;
	ERR(syscall(SYS_sched_setattr, t, &a, 0), EINVAL);
	ERR(sched_setscheduler(t, SCHED_DEADLINE, &p), EINVAL);
	OK(set(t, 0, 4096, 100000, 100000));
	OK(set(t, 0, 4096, 4194304000, 4194304000));
	OK(set(t, SCHED_FLAG_DL_OVERRUN, 1024, 30 * MS, 0));
	get(t);
	EQ(got.sched_policy, SCHED_DEADLINE);
	EQ(got.sched_flags, SCHED_FLAG_DL_OVERRUN);
	EQ(got.sched_nice, 0);
	EQ(got.sched_priority, 0);
	EQ(got.sched_runtime, 1024);
	EQ(got.sched_deadline, 30 * MS);
	EQ(got.sched_period, 30 * MS);
	ERR(set(t, 0, 96 * MS, 100 * MS, 100 * MS), EBUSY);
	OK(set(t, 0, 95 * MS, 100 * MS, 100 * MS));
	OK(set(t, 0, 50 * MS, 100 * MS, 200 * MS));
	get(t);
	EQ(got.sched_flags, 0);
	EQ(got.sched_period, 200 * MS);
	end(t);
}

/* The policy of a call that keeps the parameters is kept, too. */
static void changes(void)
{
	struct sched_attr a = {.size = sizeof(a), .sched_flags = SCHED_FLAG_KEEP_PARAMS};
	struct sched_param p = {7};
	pid_t t = sleeper();
	struct timespec ts;

	OK(set(t, 0, 10 * MS, 100 * MS, 0));
	OK(syscall(SYS_sched_setattr, t, &a, 0));
	EQ(sched_getscheduler(t), SCHED_DEADLINE);
	ERR(set(t, SCHED_FLAG_KEEP_POLICY, 0, 0, 0), EINVAL);
	OK(set(t, SCHED_FLAG_KEEP_PARAMS, 0, 0, 0));
	OK(set(t, SCHED_FLAG_KEEP_POLICY, 20 * MS, 200 * MS, 0));
	get(t);
	EQ(got.sched_runtime, 20 * MS);
	OK(sched_rr_get_interval(t, &ts));
	EQ(ts.tv_sec, 0);
	EQ(ts.tv_nsec, 0);
	OK(sched_getparam(t, &p));
	EQ(p.sched_priority, 0);
	ERR(sched_setparam(t, &p), EINVAL);
	p.sched_priority = 7;
	OK(sched_setscheduler(t, SCHED_FIFO, &p));
	get(t);
	EQ(got.sched_priority, 7);
	EQ(got.sched_runtime, 0);
	a.sched_policy = SCHED_RR;
	a.sched_priority = 9;
	OK(syscall(SYS_sched_setattr, t, &a, 0));
	get(t);
	EQ(got.sched_policy, SCHED_FIFO);
	EQ(got.sched_priority, 7);
	end(t);
}

static void forks(void)
{
	OK(set(0, 0, 50 * MS, 100 * MS, 0));
	ERR(fork(), EAGAIN);
	OK(set(0, SCHED_FLAG_RESET_ON_FORK, 50 * MS, 100 * MS, 0));
	EQ(sched_getscheduler(0), SCHED_DEADLINE | SCHED_RESET_ON_FORK);
	pid_t t = sleeper();
	EQ(sched_getscheduler(t), SCHED_OTHER);
	ERR(set(t, 0, 50 * MS, 100 * MS, 0), EBUSY); /* together more than 95 % */
	end(t);
}

static void plain_user(void)
{
	become_nobody();
	ERR(set(0, 0, 0, 0, 0), EINVAL);
	ERR(set(0, 0, 10 * MS, 100 * MS, 0), EPERM);
}

static void count(volatile long *n, double s)
{
	double end = seconds(CLOCK_MONOTONIC) + s;

	while (seconds(CLOCK_MONOTONIC) < end)
		++*n;
}

/* Beside a task that never sleeps, and does more as long as the period lasts. */
static void runtime(void)
{
	volatile long *n =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t other = OK(fork());

	if (!other) {
		count(&n[1], 60);
		_exit(0);
	}
	OK(set(0, 0, 4 * MS, 400 * MS, 0));
	count(&n[0], 0.2);
	CHECK(n[0] < n[1]);
	end(other);
}

int main(void)
{
	EQ(in_child(parameters), 0);
	EQ(in_child(changes), 0);
	EQ(in_child(forks), 0);
	EQ(in_child(plain_user), 0);
	EQ(in_child(runtime), 0);
	return 0;
}
