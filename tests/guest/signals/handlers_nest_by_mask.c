/* A handler blocks its own signal and sa_mask, others interrupt it; SA_NODEFER lets its own in. */
#include "check.h"

static char order[32];
static int depth;

static void note(char c) { order[strlen(order)] = c; }

static void handler(int sig)
{
	note(sig == SIGUSR1 ? 'a' : sig == SIGUSR2 ? 'b' : 'c');
	if (sig == SIGUSR1 && !depth++) {
		raise(SIGUSR1);
		raise(SIGUSR2);
		raise(SIGHUP);
	}
	note('.');
}

static const char *run(int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	memset(order, 0, sizeof(order));
	depth = 0;
	sigaction(SIGUSR2, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaddset(&sa.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	return order;
}

int main(void)
{
	STREQ(run(0), "ac..a.b.");
	STREQ(run(SA_NODEFER), "aa.c..b.");
	return 0;
}
