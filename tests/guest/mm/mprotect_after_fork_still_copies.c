/* A private page that fork() has shared is still copied when mprotect() makes it writable again. */
#include "check.h"

static char *page;

static void write_after_mprotect(void)
{
	OK(mprotect(page, PAGE, PROT_READ));
	OK(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	*page = 'c';
	EQ(*page, 'c');
}

int main(void)
{
	page = anon(PAGE, PROT_READ | PROT_WRITE);
	*page = 'p';
	EQ(in_child(write_after_mprotect), 0);
	EQ(*page, 'p');
	/* The child is gone: the page is the parent's alone, and stays what it was. */
	write_after_mprotect();
	return 0;
}
