/*
 * process_vm_readv and process_vm_writev copy between vectors, up to the first bad address, and
 * only with the permissions of the other process's pages.
 */
#include "ptrace/tracee.h"

static char text[3 * PAGE] __attribute__((aligned(4096)));

static void as_nobody(void)
{
	char c;
	struct iovec l = {&c, 1}, r = {text, 1};
	pid_t parent = getppid();

	become_nobody();
	ERR(process_vm_readv(parent, &l, 1, &r, 1, 0), EPERM);
}

int main(void)
{
	char buf[4 * PAGE], *hole, *readonly;
	struct iovec l[2], r[2];
	pid_t pid;

	readonly = anon(2 * PAGE, PROT_READ);
	hole = readonly + PAGE;
	OK(munmap(hole, PAGE));
	memset(text, 'a', sizeof(text));
	pid = OK(fork());
	if (!pid)
		for (;;)
			pause();
	memset(text, 'b', sizeof(text));
	memset(buf, 0, sizeof(buf));
	l[0] = (struct iovec){buf, 100};
	l[1] = (struct iovec){buf + 200, 3 * PAGE};
	r[0] = (struct iovec){text + 50, PAGE};
	r[1] = (struct iovec){text + PAGE + 50, 10};
	EQ(process_vm_readv(pid, l, 2, r, 2, 0), PAGE + 10);
	EQ(buf[99], 'a');
	EQ(buf[100], 0);
	EQ(buf[200 + PAGE - 90 - 1], 'a');
	EQ(buf[200 + PAGE - 90], 0);
	memset(buf, 'c', sizeof(buf));
	EQ(process_vm_writev(pid, l, 1, r, 1, 0), 100);
	EQ(text[50], 'b');
	EQ(process_vm_readv(pid, l, 1, r, 1, 0), 100);
	EQ(buf[0], 'c');
	/* A bad address ends it. */
	r[0] = (struct iovec){hole - 10, 20};
	EQ(process_vm_readv(pid, l, 1, r, 1, 0), 10);
	r[0] = (struct iovec){hole, 20};
	ERR(process_vm_readv(pid, l, 1, r, 1, 0), EFAULT);
	r[0] = (struct iovec){readonly, 20};
	ERR(process_vm_writev(pid, l, 1, r, 1, 0), EFAULT);
	r[0] = (struct iovec){(void *)-4096L, 20};
	ERR(process_vm_readv(pid, l, 1, r, 1, 0), EFAULT);
	r[0] = (struct iovec){text, 20};
	l[0] = (struct iovec){hole, 20};
	ERR(process_vm_readv(pid, l, 1, r, 1, 0), EFAULT);
	l[0] = (struct iovec){buf, 20};
	/* Nothing to do, and arguments that are refused. */
	EQ(process_vm_readv(pid, l, 0, r, 1, 0), 0);
	EQ(process_vm_readv(pid, l, 1, r, 0, 0), 0);
	ERR(process_vm_readv(pid, l, 1, r, 1, 1), EINVAL);
	ERR(process_vm_readv(pid, l, 1, r, 1025, 0), EINVAL);
	ERR(process_vm_readv(pid, l, 1025, r, 1, 0), EINVAL);
	ERR(process_vm_readv(pid, (void *)8, 1, r, 1, 0), EFAULT);
	ERR(process_vm_readv(pid, l, 1, (void *)8, 1, 0), EFAULT);
	r[0].iov_len = -1;
	ERR(process_vm_readv(pid, l, 1, r, 1, 0), EINVAL);
	r[0].iov_len = 20;
	ERR(process_vm_readv(0x7fffffff, l, 1, r, 1, 0), ESRCH);
	EQ(process_vm_readv(getpid(), l, 1, r, 1, 0), 20);
	EQ(buf[0], 'b');
	EQ(in_child(as_nobody), 0);
	OK(kill(pid, SIGKILL));
	EQ(next_status(pid), SIGKILL);
	return 0;
}
