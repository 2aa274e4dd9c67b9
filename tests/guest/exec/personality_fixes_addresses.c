/* ADDR_NO_RANDOMIZE passes through exec and puts everything at the same place each time. */
#include "check.h"
#include <sys/personality.h>

static unsigned long where(void)
{
	unsigned long stack, lib = (unsigned long)&printf, brk = (unsigned long)sbrk(0);

	sscanf(map_of(&stack), "%*x-%lx", &stack);
	return stack * 7 + lib * 3 + brk;
}

int main(int argc, char **argv)
{
	char text[20];

	if (argc == 2) {
		EQ(personality(0xffffffff), ADDR_NO_RANDOMIZE);
		sprintf(text, "%lu", where());
		EXEC_SELF(argv[1], text);
	}
	if (argc == 3) {
		EQ(where(), strtoul(argv[2], NULL, 0));
		unsigned long end;
		EQ(sscanf(map_of(&end), "%*x-%lx", &end), 1);
		EQ(end, 0x7ffffffff000);
		return 0;
	}
	OK(personality(ADDR_NO_RANDOMIZE));
	EXEC_SELF("one");
}
