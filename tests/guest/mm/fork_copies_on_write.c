/* After fork() each side sees its own writes alone, also in the data segment and on the stack. */
#include "check.h"

static int in_data = 1;

int main(void)
{
	int on_stack = 2, status;
	char *p = anon(64 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 'a', 64 * PAGE);
	pid_t pid = OK(fork());
	if (!pid) {
		memset(p, 'b', 32 * PAGE);
		in_data = 10;
		on_stack = 20;
		sleep_ms(30);
		EQ(p[0], 'b');
		EQ(p[63 * PAGE], 'a');
		EQ(in_data + on_stack, 30);
		_exit(0);
	}
	p[63 * PAGE] = 'c';
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	for (int i = 0; i < 63; i++)
		EQ(p[i * PAGE], 'a');
	EQ(in_data + on_stack, 3);
	return 0;
}
