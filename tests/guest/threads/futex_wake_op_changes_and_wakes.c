/* SPDX-License-Identifier: MIT */
/* FUTEX_WAKE_OP changes the second word, wakes at the first, and at the second if it compares. */
#include "../check.h"
#include <linux/futex.h>

static int *words; /* shared */

static long wake_op(int flags, int nr, long nr2, unsigned int code)
{
	return syscall(SYS_futex, words, FUTEX_WAKE_OP | flags, nr, nr2, words + 1, code);
}

static void values(int flags)
{
	static const struct {
		int op, arg, before, after;
	} ops[] = {
		{FUTEX_OP_SET, 5, 9, 5},
		{FUTEX_OP_SET, -1, 9, -1},
		{FUTEX_OP_ADD, 2047, 1, 2048},
		{FUTEX_OP_ADD, -2048, 1, -2047},
		{FUTEX_OP_OR, 6, 1, 7},
		{FUTEX_OP_ANDN, 6, 15, 9},
		{FUTEX_OP_XOR, -1, 1, -2},
		{FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 31, 0, 1 << 31},
		{FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 4, 0, 16},
	};

	for (unsigned int i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		words[1] = ops[i].before;
		EQ(wake_op(flags, 1, 1, FUTEX_OP(ops[i].op, ops[i].arg, FUTEX_OP_CMP_EQ, 0)), 0);
		EQ(words[1], ops[i].after);
	}
	words[1] = 3;
	for (int op = 5; op < 8; op++)
		ERR(wake_op(flags, 1, 1, FUTEX_OP((unsigned int)op, 1, 0, 0)), ENOSYS);
	EQ(words[1], 3);
	ERR(wake_op(flags, 1, 1, FUTEX_OP(FUTEX_OP_SET, 4, 6, 0)), ENOSYS);
	EQ(words[1], 4); /* changed before the comparison is looked at */
}

/* Processes that wait at the word, asleep. */
static void waiters(int *word, int count)
{
	char path[64], state, text[256];
	pid_t pid;
	int fd;

	while (count--) {
		pid = OK(fork());
		if (!pid)
			_exit(syscall(SYS_futex, word, FUTEX_WAIT, *word, NULL, NULL, 0) != 0);
		sprintf(path, "/proc/%d/stat", pid);
		do {
			fd = OK(open(path, O_RDONLY));
			text[OK(read(fd, text, sizeof(text) - 1))] = '\0';
			close(fd);
			state = strrchr(text, ')')[2];
		} while (state != 'S');
	}
}

static void compares(int cmp, int arg, int old, int want)
{
	int n = cmp == FUTEX_OP_CMP_EQ ? 2 : 1;

	words[1] = old;
	waiters(words, n);
	waiters(words + 1, n);
	EQ(wake_op(0, 1, 2, FUTEX_OP(FUTEX_OP_ADD, 0, cmp, arg)), want ? 1 + n : 1);
	EQ(syscall(SYS_futex, words, FUTEX_WAKE, 9, NULL, NULL, 0), n - 1);
	EQ(syscall(SYS_futex, words + 1, FUTEX_WAKE, 9, NULL, NULL, 0), want ? 0 : n);
	for (int status, i = 0; i < 2 * n; i++) {
		OK(wait(&status));
		EQ(status, 0);
	}
}

int main(void)
{
	words = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	values(0);
	values(FUTEX_PRIVATE_FLAG);
	for (int old = -1; old <= 1; old++) {
		compares(FUTEX_OP_CMP_EQ, 0, old, old == 0);
		compares(FUTEX_OP_CMP_NE, 0, old, old != 0);
		compares(FUTEX_OP_CMP_LT, 0, old, old < 0);
		compares(FUTEX_OP_CMP_GE, 0, old, old >= 0);
		compares(FUTEX_OP_CMP_LE, -1, old, old <= -1);
		compares(FUTEX_OP_CMP_GT, -1, old, old > -1);
	}
	OK(mprotect(words, PAGE, PROT_READ));
	ERR(wake_op(0, 1, 1, 0), EFAULT);
	ERR(wake_op(FUTEX_PRIVATE_FLAG, 1, 1, 0), EFAULT);
	ERR(syscall(SYS_futex, words, FUTEX_WAKE_OP, 1, 1L, (char *)words + 1, 0), EINVAL);
	ERR(syscall(SYS_futex, (char *)words + 1, FUTEX_WAKE_OP, 1, 1L, words, 0), EINVAL);
	ERR(syscall(SYS_futex, words, FUTEX_WAKE_OP, 1, 1L, NULL, 0), EFAULT);
	return 0;
}
