/* The low 8 bits of an exit code, and the signal that killed, reach waitpid(). */
#include "check.h"

static int code;

static void leave(void) { _exit(code); }

static void die(void)
{
	signal(code, SIG_DFL);
	raise(code);
}

int main(void)
{
	static const int killers[] = {SIGHUP,  SIGINT,	SIGKILL, SIGUSR1,
				      SIGPIPE, SIGALRM, SIGTERM, 40};

	for (code = 0; code < 600; code += 99)
		EQ(in_child(leave), (code & 0xff) << 8);
	code = -1;
	EQ(in_child(leave), 0xff00);
	for (int i = 0; i < 8; i++) {
		code = killers[i];
		EQ(in_child(die), code);
	}
	static const int cores[] = {SIGQUIT, SIGILL, SIGABRT, SIGSEGV, SIGFPE};
	for (int i = 0; i < 5; i++) {
		code = cores[i];
		int status = in_child(die);
		EQ(WTERMSIG(status), code);
	}
	static const int harmless[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
	for (int i = 0; i < 4; i++) {
		code = harmless[i];
		EQ(in_child(die), 0);
	}
	return 0;
}
