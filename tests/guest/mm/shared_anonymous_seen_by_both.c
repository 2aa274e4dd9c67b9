/* MAP_SHARED memory is one memory for parent and child, pages touched before and after fork(). */
#include "check.h"

static volatile int *p;

static void child(void)
{
	EQ(p[0], 5);
	p[0] = 6;
	p[PAGE] = 7;
}

int main(void)
{
	p = OK(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	p[0] = 5;
	EQ(in_child(child), 0);
	EQ(p[0], 6);
	EQ(p[PAGE], 7);
	return 0;
}
