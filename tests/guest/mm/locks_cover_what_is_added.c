/*
 * Locked memory is in memory: also after mprotect() has made it writable, where mremap(), brk() and
 * the stack have added to it, and with MCL_FUTURE in each new mapping. MLOCK_ONFAULT waits for a
 * touch. VmLck counts, RLIMIT_MEMLOCK binds.
 */
#include "check.h"

static long locked(void) { return proc_number("/proc/self/status", "VmLck"); }

/* Pages of the range that are in memory. */
static int resident(char *p, int pages)
{
	unsigned char vec[16];
	int n = 0;

	OK(mincore(p, pages * PAGE, vec));
	for (int i = 0; i < pages; i++)
		n += vec[i] & 1;
	return n;
}

static void lock_on_fault(void)
{
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	ERR(mlock2(p, PAGE, 2), EINVAL);
	OK(mlock2(p, 4 * PAGE, MLOCK_ONFAULT));
	EQ(resident(p, 4), 0);
	EQ(locked(), 16);
	p[PAGE] = 1;
	EQ(resident(p, 4), 1);
	OK(mlock(p, 2 * PAGE)); /* locks twice, counts once */
	EQ(resident(p, 4), 2);
	EQ(locked(), 16);
	OK(munmap(p, 4 * PAGE));
	EQ(locked(), 0);
}

static void protect(void)
{
	char *p = anon(4 * PAGE, PROT_NONE);

	ERR(mlock(p, 4 * PAGE), ENOMEM); /* no page can come in, but the lock stays */
	EQ(locked(), 16);
	EQ(resident(p, 4), 0);
	OK(mprotect(p, 2 * PAGE, PROT_READ));
	EQ(resident(p, 4), 0);
	OK(mprotect(p, 3 * PAGE, PROT_READ | PROT_WRITE));
	EQ(resident(p, 4), 3);
	OK(munlock(p, 4 * PAGE));
	OK(munmap(p, 4 * PAGE));
}

static void move(void)
{
	char *p = anon(8 * PAGE, PROT_READ | PROT_WRITE), *q;

	OK(munmap(p + 4 * PAGE, 4 * PAGE));
	OK(mlock(p, 4 * PAGE));
	EQ(mremap(p, 4 * PAGE, 6 * PAGE, 0), p);
	EQ(resident(p, 6), 6);
	EQ(locked(), 24);
	q = OK(mremap(p, 6 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 64 * PAGE));
	EQ(resident(q, 8), 8);
	EQ(locked(), 32);
	/* The lock moves with the pages; what is left behind is not locked. */
	p = OK(mremap(q + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
	EQ(locked(), 32);
	EQ(resident(q, 8), 6);
	EQ(resident(p, 2), 2);
	OK(munmap(q, 8 * PAGE));
	EQ(locked(), 8);
	OK(munmap(p, 2 * PAGE));
	EQ(locked(), 0);
}

static void child(void)
{
	EQ(locked(), 0);
	EQ(resident(anon(2 * PAGE, PROT_READ | PROT_WRITE), 2), 0);
}

static void future(void)
{
	char *p, *brk;

	ERR(mlockall(0), EINVAL);
	ERR(mlockall(MCL_ONFAULT), EINVAL);
	ERR(mlockall(8), EINVAL);
	OK(mlockall(MCL_FUTURE));
	EQ(locked(), 0);
	p = anon(3 * PAGE, PROT_READ | PROT_WRITE);
	EQ(resident(p, 3), 3);
	EQ(locked(), 12);
	brk = OK(sbrk(2 * PAGE));
	EQ(resident((char *)(((long)brk + PAGE - 1) & -PAGE), 2), 2);
	EQ(locked(), 20);
	EQ(in_child(child), 0); /* a child inherits no locks */
	OK(mlockall(MCL_FUTURE | MCL_ONFAULT));
	EQ(resident(anon(2 * PAGE, PROT_READ | PROT_WRITE), 2), 0);
	EQ(locked(), 28);
	OK(munlockall());
	EQ(locked(), 0);
	EQ(resident(anon(PAGE, PROT_READ | PROT_WRITE), 1), 0);
}

static __attribute__((noinline)) void grow_stack(int n)
{
	char room[PAGE];

	memset(room, n, sizeof(room));
	asm volatile("" : : "r"(room) : "memory");
	if (n)
		grow_stack(n - 1);
}

static void limit(void)
{
	struct rlimit lim = {4 * PAGE, 4 * PAGE}, none = {0, 0};
	char *p = anon(8 * PAGE, PROT_READ | PROT_WRITE);
	char *s =
		mmap(NULL, 600 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EQ(s == MAP_FAILED, 0);
	OK(setrlimit(RLIMIT_MEMLOCK, &lim));
	become_nobody();
	OK(mlock(p, 3 * PAGE));
	OK(mlock(p, 4 * PAGE)); /* three of them are counted already */
	ERR(mlock(p, 5 * PAGE), ENOMEM);
	ERR(mremap(p, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EAGAIN);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EAGAIN);
	ERR(mlockall(MCL_CURRENT), ENOMEM);
	OK(mlockall(MCL_FUTURE));
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EAGAIN);
	EQ((long)sbrk(64 * PAGE), -1);
	OK(munlockall());
	OK(setrlimit(RLIMIT_MEMLOCK, &none));
	ERR(mlock(p, PAGE), EPERM);
	ERR(mlockall(MCL_CURRENT), EPERM);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EPERM);
	OK(munlock(p, PAGE));
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) { /* after exec */
		EQ(locked(), 0);
		return 0;
	}
	lock_on_fault();
	protect();
	move();
	future();
	EQ(in_child(limit), 0);
	OK(mlockall(MCL_CURRENT));
	long before = locked();
	grow_stack(80);
	CHECK(locked() >= before + 40 * 4);
	EXEC_SELF("x");
}
