/* MADV_DONTFORK memory is missing in the child, MADV_WIPEONFORK memory is zero there. */
#include "check.h"

static char *gone, *wiped, *kept;

static void child(void)
{
	FAULT(read_byte, gone, SIGSEGV, SEGV_MAPERR);
	EQ(wiped[0], 0);
	EQ(kept[0], 3);
}

int main(void)
{
	gone = anon(PAGE, PROT_READ | PROT_WRITE);
	wiped = anon(PAGE, PROT_READ | PROT_WRITE);
	kept = anon(PAGE, PROT_READ | PROT_WRITE);
	gone[0] = 1;
	wiped[0] = 2;
	kept[0] = 3;
	OK(madvise(gone, PAGE, MADV_DONTFORK));
	OK(madvise(wiped, PAGE, MADV_WIPEONFORK));
	OK(madvise(kept, PAGE, MADV_DONTFORK));
	OK(madvise(kept, PAGE, MADV_DOFORK));
	EQ(in_child(child), 0);
	EQ(gone[0] + wiped[0], 3);
	char *s = OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	ERR(madvise(s, PAGE, MADV_WIPEONFORK), EINVAL);
	return 0;
}
