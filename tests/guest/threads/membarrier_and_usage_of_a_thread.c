/* membarrier() wants a registration first; RUSAGE_THREAD counts the thread alone. */
#include "check.h"
#include <linux/membarrier.h>
#include <pthread.h>

static void *burn(void *unused)
{
	double end = seconds(CLOCK_THREAD_CPUTIME_ID) + 0.2;

	(void)unused;
	while (seconds(CLOCK_THREAD_CPUTIME_ID) < end)
		;
	return NULL;
}

static long membarrier(int cmd, unsigned flags) { return syscall(SYS_membarrier, cmd, flags, 0); }

static double cpu(int who)
{
	struct rusage r;

	OK(getrusage(who, &r));
	CHECK(r.ru_maxrss > 0);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(void)
{
	pthread_t t;
	double own;

	EQ(membarrier(MEMBARRIER_CMD_QUERY, 0), 0x1ff);
	OK(membarrier(MEMBARRIER_CMD_GLOBAL, 0));
	ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), EPERM);
	OK(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
	OK(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
	ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0), EPERM);
	ERR(membarrier(3, 0), EINVAL);
	ERR(membarrier(0x200, 0), EINVAL);
	ERR(membarrier(MEMBARRIER_CMD_QUERY, 1), EINVAL);
	ERR(membarrier(0x80, 1), EPERM);
	OK(membarrier(0x100, 0));
	OK(membarrier(0x80, 1));

	EQ(pthread_create(&t, NULL, burn, NULL), 0);
	EQ(pthread_join(t, NULL), 0);
	CHECK(cpu(RUSAGE_SELF) > 0.15);
	own = cpu(RUSAGE_THREAD);
	CHECK(own < cpu(RUSAGE_SELF) - 0.15);
	ERR(getrusage(2, NULL), EINVAL);
	ERR(getrusage(RUSAGE_THREAD, (void *)8), EFAULT);
	return 0;
}
