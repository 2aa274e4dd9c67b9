/* Writes of PIPE_BUF bytes from four processes do not mix. */
#include "check.h"

int main(void)
{
	static unsigned char buf[4096];
	int fds[2], total = 0;

	OK(pipe(fds));
	for (int w = 0; w < 4; w++)
		if (!OK(fork())) {
			memset(buf, 'a' + w, 4096);
			for (int i = 0; i < 50; i++)
				EQ(write(fds[1], buf, 4096), 4096);
			_exit(0);
		}
	close(fds[1]);
	for (;;) {
		int n = 0, k;
		while (n < 4096 && (k = OK(read(fds[0], buf + n, 4096 - n))) > 0)
			n += k;
		if (!n)
			break;
		EQ(n, 4096);
		for (int i = 1; i < 4096; i++)
			EQ(buf[i], buf[0]);
		total++;
	}
	EQ(total, 200);
	while (wait(NULL) > 0)
		;
	return 0;
}
