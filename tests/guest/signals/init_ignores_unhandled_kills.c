/* Pid 1 survives SIGKILL, SIGSTOP and SIGTERM from root. */
#include "check.h"

int main(void)
{
	OK(kill(1, SIGKILL));
	OK(kill(1, SIGSTOP));
	OK(kill(1, SIGABRT));
	sleep_ms(20);
	OK(kill(1, 0));
	return 0;
}
