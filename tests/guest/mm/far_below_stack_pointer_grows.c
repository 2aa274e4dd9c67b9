/* A store far below the stack pointer makes the stack grow at once, inside the limit. */
#include "check.h"

int main(void)
{
	unsigned long lo, now;
	char *top = __builtin_frame_address(0);

	EQ(sscanf(map_of(top), "%lx", &lo), 1);
	NO_FAULT(write_byte, (char *)lo - (1 << 20));
	EQ(sscanf(map_of(top), "%lx", &now), 1);
	EQ(now, lo - (1 << 20));
	FAULT(write_byte, (char *)((unsigned long)top - (9 << 20)), SIGSEGV, SEGV_MAPERR);
	return 0;
}
