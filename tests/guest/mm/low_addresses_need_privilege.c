/* Below mmap_min_addr a fixed mapping is EPERM for nobody; a low hint moves up. */
#include "check.h"

int main(void)
{
	become_nobody();
	ERR(mmap((void *)0x1000, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	    EPERM);
	ERR(mmap((void *)0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	    EPERM);
	EQ(mmap((void *)0x1000, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 0x10000);
	return 0;
}
