/* flags: -Wl,-z,execstack */
/* PT_GNU_STACK with PF_X: stack executable, heap and data not. */
#include "check.h"

static unsigned char in_data[] = {0xc3};

int main(void)
{
	unsigned char on_stack[] = {0xc3};
	char *heap = malloc(100);

	CHECK(strstr(map_of(on_stack), "rwxp"));
	CHECK(strstr(map_of(heap), "rw-p"));
	CHECK(strstr(map_of(in_data), "rw-p"));
	NO_FAULT(call_code, on_stack);
	FAULT(call_code, in_data, SIGSEGV, SEGV_ACCERR);
	return 0;
}
