/* Scheduling policies: what sched_setscheduler() and its family take, and what an owner may do. */
#include "check.h"
#include <sched.h>
#include <linux/sched.h>

/* The C library has none. */
struct sched_attr {
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
	uint32_t sched_util_min, sched_util_max;
};

static long set(pid_t pid, int policy, int prio)
{
	struct sched_param p = {prio};

	return syscall(SYS_sched_setscheduler, pid, policy, &p);
}

static long setparam(int prio)
{
	struct sched_param p = {prio};

	return syscall(SYS_sched_setparam, 0, &p);
}

static long policy(pid_t pid) { return syscall(SYS_sched_getscheduler, pid); }

static long prio(void)
{
	struct sched_param p = {-1};

	OK(syscall(SYS_sched_getparam, 0, &p));
	return p.sched_priority;
}

/* Field @n of /proc/self/stat. */
static long stat_field(int n)
{
	char line[1024], *p;
	FILE *f = fopen("/proc/self/stat", "r");

	CHECK(f && fgets(line, sizeof(line), f));
	fclose(f);
	p = strrchr(line, ')') + 2;
	for (n -= 3; n--; p = strchr(p, ' ') + 1)
		;
	return atol(p);
}

static void plain_user(void)
{
	struct rlimit none = {0, 0}, ten = {10, 10};

	OK(setrlimit(RLIMIT_RTPRIO, &ten));
	become_nobody();
	OK(set(0, SCHED_FIFO, 10));
	ERR(set(0, SCHED_FIFO, 11), EPERM);
	OK(set(0, SCHED_RR, 3));
	OK(setrlimit(RLIMIT_RTPRIO, &none));
	OK(set(0, SCHED_RR, 2));
	ERR(set(0, SCHED_RR, 3), EPERM);
	ERR(set(0, SCHED_FIFO, 1), EPERM);
	OK(set(0, SCHED_BATCH | SCHED_RESET_ON_FORK, 0));
	ERR(set(0, SCHED_OTHER, 0), EPERM);
	OK(set(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0));
	OK(set(0, SCHED_IDLE | SCHED_RESET_ON_FORK, 0));
	ERR(set(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0), EPERM);
	ERR(set(1, SCHED_OTHER, 0), EPERM);
}

static void reset_child(void)
{
	EQ(policy(0), SCHED_OTHER);
	EQ(prio(), 0);
	EQ(getpriority(PRIO_PROCESS, 0), 0);
}

static void plain_child(void)
{
	EQ(policy(0), SCHED_RR);
	EQ(prio(), 7);
}

static void old_calls(void)
{
	struct timespec ts;

	EQ(policy(0), SCHED_OTHER);
	ERR(set(0, SCHED_FIFO, 0), EINVAL);
	ERR(set(0, SCHED_FIFO, 100), EINVAL);
	ERR(set(0, SCHED_FIFO, -1), EINVAL);
	ERR(set(0, SCHED_OTHER, 1), EINVAL);
	ERR(set(0, 4, 0), EINVAL);
	ERR(set(0, -1, 0), EINVAL);
	ERR(set(-1, SCHED_FIFO, 1), EINVAL);
	ERR(set(99999, SCHED_FIFO, 1), ESRCH);
	ERR(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, NULL), EINVAL);
	ERR(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, 8), EFAULT);
	ERR(syscall(SYS_sched_setscheduler, 99999, SCHED_FIFO, 8), EFAULT);
	ERR(setparam(1), EINVAL);
	OK(setparam(0));
	OK(set(0, SCHED_FIFO, 50));
	EQ(stat_field(18), -51);
	EQ(stat_field(40), 50);
	EQ(stat_field(41), SCHED_FIFO);
	OK(syscall(SYS_sched_rr_get_interval, 0, &ts));
	EQ(ts.tv_sec * 1000000000 + ts.tv_nsec, 0);
	OK(setparam(20));
	EQ(prio(), 20);
	ERR(setparam(0), EINVAL);
	OK(set(0, SCHED_RR, 7));
	OK(syscall(SYS_sched_rr_get_interval, 0, &ts));
	EQ(ts.tv_sec * 1000000000 + ts.tv_nsec, 100000000);
	OK(set(0, SCHED_OTHER, 0));
	OK(syscall(SYS_sched_rr_get_interval, 0, &ts));
	CHECK(ts.tv_sec * 1000000000 + ts.tv_nsec <= 4000000); /* a tick, less if others run */
	OK(set(0, SCHED_RR, 7));
	ERR(syscall(SYS_sched_rr_get_interval, 0, 8), EFAULT);
	ERR(syscall(SYS_sched_rr_get_interval, -1, &ts), EINVAL);
	ERR(syscall(SYS_sched_rr_get_interval, 99999, &ts), ESRCH);
	EQ(in_child(plain_child), 0);
	OK(set(0, SCHED_RR | SCHED_RESET_ON_FORK, 7));
	EQ(policy(0), SCHED_RR | SCHED_RESET_ON_FORK);
	OK(setparam(8));
	EQ(policy(0), SCHED_RR | SCHED_RESET_ON_FORK);
	EQ(in_child(reset_child), 0);
	OK(setpriority(PRIO_PROCESS, 0, 5));
	EQ(stat_field(18), -9);
	EQ(stat_field(19), 5);
	OK(set(0, SCHED_BATCH, 0));
	EQ(stat_field(18), 25);
	OK(set(0, SCHED_IDLE, 0));
	EQ(policy(0), SCHED_IDLE);
	OK(setpriority(PRIO_PROCESS, 0, 0));
	OK(set(0, SCHED_OTHER, 0));
}

static void new_calls(void)
{
	char big[4096] __attribute__((aligned(8))) = "";
	struct sched_attr a = {.size = sizeof(a), .sched_policy = SCHED_BATCH, .sched_nice = 3};
	struct sched_attr *b = (void *)big;

	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	EQ(getpriority(PRIO_PROCESS, 0), 3);
	memset(&a, 0xff, sizeof(a));
	OK(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	EQ(a.sched_policy, SCHED_BATCH);
	EQ(a.sched_nice, 3);
	EQ(a.sched_flags, 0);
	EQ(a.sched_priority, 0);
	EQ(a.size, sizeof(a));
	ERR(syscall(SYS_sched_getattr, 0, &a, 47, 0), EINVAL);
	OK(syscall(SYS_sched_getattr, 0, &a, 48, 0));
	EQ(a.size, 48);
	OK(syscall(SYS_sched_getattr, 0, big, 4096, 0));
	EQ(b->size, sizeof(a));
	ERR(syscall(SYS_sched_getattr, 0, big, 4097, 0), EINVAL);
	ERR(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 1), EINVAL);
	ERR(syscall(SYS_sched_getattr, 0, NULL, sizeof(a), 0), EINVAL);
	ERR(syscall(SYS_sched_getattr, 0, 8, sizeof(a), 0), EFAULT);
	ERR(syscall(SYS_sched_getattr, 99999, &a, sizeof(a), 0), ESRCH);
	a = (struct sched_attr){.size = 47};
	ERR(syscall(SYS_sched_setattr, 0, &a, 0), E2BIG);
	EQ(a.size, sizeof(a));
	a.size = 5000;
	ERR(syscall(SYS_sched_setattr, 0, &a, 0), E2BIG);
	*b = (struct sched_attr){.size = 100};
	big[99] = 1;
	ERR(syscall(SYS_sched_setattr, 0, big, 0), E2BIG);
	EQ(b->size, sizeof(a));
	b->size = 99;
	OK(syscall(SYS_sched_setattr, 0, big, 0));
	a = (struct sched_attr){.sched_nice = -100};
	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	EQ(getpriority(PRIO_PROCESS, 0), -20);
	a.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	EQ(policy(0), SCHED_OTHER | SCHED_RESET_ON_FORK);
	EQ(in_child(reset_child), 0);
	a.sched_flags = SCHED_FLAG_KEEP_PARAMS;
	a.sched_nice = 4;
	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	EQ(getpriority(PRIO_PROCESS, 0), -20);
	a.sched_flags = SCHED_FLAG_KEEP_POLICY;
	a.sched_policy = SCHED_FIFO;
	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	EQ(policy(0), SCHED_OTHER);
	EQ(getpriority(PRIO_PROCESS, 0), 4);
	a.sched_flags = 0x80;
	ERR(syscall(SYS_sched_setattr, 0, &a, 0), EINVAL);
	a.sched_flags = 0;
	ERR(syscall(SYS_sched_setattr, 0, &a, 0), EINVAL);
	a.sched_priority = 9;
	OK(syscall(SYS_sched_setattr, 0, &a, 0));
	a.sched_policy = -1;
	ERR(syscall(SYS_sched_setattr, 0, &a, 0), EINVAL);
	ERR(syscall(SYS_sched_setattr, 0, &a, 1), EINVAL);
	ERR(syscall(SYS_sched_setattr, 0, NULL, 0), EINVAL);
	ERR(syscall(SYS_sched_setattr, 0, 8, 0), EFAULT);
	OK(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	EQ(a.sched_priority, 9);
	EQ(a.sched_nice, 0);
}

int main(void)
{
	EQ(in_child(old_calls), 0);
	EQ(in_child(new_calls), 0);
	EQ(in_child(plain_user), 0);
	return 0;
}
