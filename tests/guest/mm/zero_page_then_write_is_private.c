/* A page first read (the shared zero page) and then written is the writer's own. */
#include "check.h"

static char *p;

static void child(void)
{
	EQ(p[0], 0);
	p[0] = 'c';
	EQ(p[PAGE], 0);
}

int main(void)
{
	p = anon(2 * PAGE, PROT_READ | PROT_WRITE);
	char *q = anon(PAGE, PROT_READ | PROT_WRITE);
	EQ(p[0] | p[PAGE] | q[0], 0);
	EQ(in_child(child), 0);
	EQ(p[0], 0);
	p[PAGE] = 'p';
	EQ(q[0], 0);
	EQ(p[0], 0);
	int fd = OK(open("/dev/zero", O_RDONLY));
	EQ(read(fd, p, 2 * PAGE), (long)(2 * PAGE));
	EQ(p[PAGE], 0);
	return 0;
}
