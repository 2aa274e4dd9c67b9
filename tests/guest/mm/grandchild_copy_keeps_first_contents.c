/* A page shared by three generations is copied for each writer; the last owner writes in place. */
#include "check.h"

static char *p;

static void grandchild(void)
{
	EQ(p[0], 'b');
	p[0] = 'c';
	EQ(p[1], 'a');
}

static void child(void)
{
	EQ(p[0], 'a');
	p[0] = 'b';
	EQ(in_child(grandchild), 0);
	EQ(p[0], 'b');
}

int main(void)
{
	p = anon(PAGE, PROT_READ | PROT_WRITE);
	memset(p, 'a', PAGE);
	for (int i = 0; i < 50; i++) {
		EQ(in_child(child), 0);
		EQ(p[0], 'a');
	}
	p[0] = 'z';
	EQ(p[0], 'z');
	return 0;
}
