/* A child of init that never called setsid() or setpgid() is in group 0 of session 0. */
#include "check.h"

int main(void)
{
	EQ(getpgrp(), 0);
	EQ(getsid(0), 0);
	EQ(getpgid(1), 0);
	EQ(getsid(1), 0);
	return 0;
}
