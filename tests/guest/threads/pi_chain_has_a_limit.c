/* SPDX-License-Identifier: MIT */
/*
 * A lock whose owner waits for a lock whose owner waits, and so on: only max_lock_depth owners may
 * wait for each other.
 */
#include "threads/pi.h"

#define DEPTH "/proc/sys/kernel/max_lock_depth"
#define LOCKS 8

static unsigned int words[LOCKS];
static volatile int next_one;

/* Holds a lock, and waits for the one before it. */
static long hold_and_wait(void)
{
	int i = next_one;
	long ret;

	EQ(lock(&words[i]), 0);
	ret = lock(&words[i - 1]);
	if (!ret)
		EQ(unlock(&words[i - 1]), 0);
	EQ(unlock(&words[i]), 0);
	return ret;
}

static void set_depth(const char *text)
{
	int fd = OK(open(DEPTH, O_WRONLY));

	EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static long depth(void)
{
	char text[16] = "";
	int fd = OK(open(DEPTH, O_RDONLY));

	OK(read(fd, text, sizeof(text) - 1));
	close(fd);
	return strtol(text, NULL, 0);
}

/* The next thread of the chain; returns when it waits. */
static void lengthen(struct thread *t)
{
	start(t, hold_and_wait);
	while (!(words[next_one - 1] & FUTEX_WAITERS) || state_of(t->tid) != 'S')
		sleep_ms(1);
	next_one++;
}

int main(void)
{
	static struct thread t[LOCKS];

	EQ(depth(), 1024);
	set_depth("5");
	EQ(lock(&words[0]), 0);
	next_one = 1;
	while (next_one < LOCKS - 1)
		lengthen(&t[next_one]);
	start(&t[next_one], hold_and_wait);
	EQ(join(&t[next_one]), -EDEADLK);
	EQ(words[next_one - 1], t[next_one - 1].tid | FUTEX_WAITERS);
	/* The others still wait, and it may wait as soon as one owner more may. */
	set_depth("6");
	lengthen(&t[next_one]);
	set_depth("1024");
	EQ(unlock(&words[0]), 0);
	for (int i = 1; i < LOCKS; i++)
		EQ(join(&t[i]), 0);
	for (int i = 0; i < LOCKS; i++)
		EQ(words[i], 0);
	return 0;
}
