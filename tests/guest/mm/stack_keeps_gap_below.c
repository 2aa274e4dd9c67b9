/* The stack does not grow nearer than 256 pages to a mapping below it. */
#include "check.h"

int main(void)
{
	unsigned long lo;
	char *top = __builtin_frame_address(0);

	EQ(sscanf(map_of(top), "%lx", &lo), 1);
	char *wall = OK(mmap((void *)(lo - 600 * PAGE), PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	char *end = wall + PAGE;
	EQ(wall, lo - 600 * PAGE);
	NO_FAULT(write_byte, end + 256 * PAGE);
	FAULT(write_byte, end + 255 * PAGE, SIGSEGV, SEGV_MAPERR);
	OK(munmap(wall, PAGE));
	NO_FAULT(write_byte, end + 255 * PAGE);
	return 0;
}
