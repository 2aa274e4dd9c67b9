/* A fault whose signal is blocked or ignored kills all the same. */
#include "check.h"

static void blocked(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	write_byte((void *)8);
}

static void ignored(void)
{
	signal(SIGSEGV, SIG_IGN);
	write_byte((void *)8);
}

static void sent(void)
{
	signal(SIGSEGV, SIG_IGN);
	raise(SIGSEGV);
}

int main(void)
{
	EQ(WTERMSIG(in_child(blocked)), SIGSEGV);
	EQ(WTERMSIG(in_child(ignored)), SIGSEGV);
	EQ(in_child(sent), 0);
	return 0;
}
