/* The stack grows on demand to RLIMIT_STACK; one step beyond is SIGSEGV. */
#include "check.h"

static void __attribute__((noinline)) dig(void *bytes)
{
	volatile char room[(size_t)bytes];

	for (size_t i = (size_t)bytes; i > PAGE; i -= PAGE)
		room[i - 1] = 1;
	room[0] = room[1];
}

static void one_mib(void) { dig((void *)(1 << 20)); }

static void nine_mib(void) { dig((void *)(9 << 20)); }

int main(void)
{
	struct rlimit lim = {512 << 10, RLIM_INFINITY};

	dig((void *)(4 << 20));
	EQ(in_child(one_mib), 0);
	EQ(in_child(nine_mib), SIGSEGV);
	OK(setrlimit(RLIMIT_STACK, &lim));
	EQ(in_child(nine_mib), SIGSEGV);
	lim.rlim_cur = 16 << 20;
	OK(setrlimit(RLIMIT_STACK, &lim));
	EQ(in_child(nine_mib), 0);
	return 0;
}
