/* futex(): WAIT compares first, times out, WAKE counts, REQUEUE moves; errors. */
#include "check.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>

static int word, other;
static volatile int woken;

#define FUTEX(addr, op, val, ts, addr2, val3) \
	syscall(SYS_futex, addr, (op) | FUTEX_PRIVATE_FLAG, val, ts, addr2, val3)

static void *waiter(void *arg)
{
	OK(FUTEX(&word, FUTEX_WAIT, 0, NULL, NULL, 0));
	woken++;
	return arg;
}

int main(void)
{
	pthread_t t[3];
	struct timespec ts = {0, 20000000};

	ERR(FUTEX(&word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	ERR(FUTEX(&word, FUTEX_WAIT, 0, &ts, NULL, 0), ETIMEDOUT);
	ERR(FUTEX((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
	ERR(FUTEX(NULL, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	ERR(FUTEX(&word, 99, 0, NULL, NULL, 0), ENOSYS);
	EQ(FUTEX(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
	for (int i = 0; i < 3; i++)
		EQ(pthread_create(&t[i], NULL, waiter, NULL), 0);
	sleep_ms(30);
	EQ(FUTEX(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	sleep_ms(10);
	EQ(woken, 1);
	EQ(FUTEX(&word, FUTEX_CMP_REQUEUE, 0, (void *)INT_MAX, &word, 0), 2);
	EQ(FUTEX(&word, FUTEX_CMP_REQUEUE, 0, (void *)10, &other, 0), 2);
	EQ(FUTEX(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 0);
	EQ(FUTEX(&other, FUTEX_WAKE, 10, NULL, NULL, 0), 2);
	for (int i = 0; i < 3; i++)
		EQ(pthread_join(t[i], NULL), 0);
	return 0;
}
