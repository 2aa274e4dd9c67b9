/*
 * getrlimit and setrlimit themselves, which glibc does not call: a pointer that is not there is
 * EFAULT, NULL too.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	void *gone = anon(PAGE, PROT_NONE);
	struct rlimit lim = {2, 1};

	ERR(syscall(SYS_getrlimit, RLIMIT_CORE, NULL), EFAULT);
	ERR(syscall(SYS_getrlimit, RLIMIT_CORE, gone), EFAULT);
	ERR(syscall(SYS_getrlimit, 16, NULL), EINVAL);
	ERR(syscall(SYS_setrlimit, RLIMIT_CORE, NULL), EFAULT);
	ERR(syscall(SYS_setrlimit, 16, NULL), EFAULT);
	ERR(syscall(SYS_setrlimit, RLIMIT_CORE, &lim), EINVAL);
	OK(syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, NULL));
	ERR(syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, gone), EFAULT);
	ERR(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
	ERR(syscall(SYS_sched_getparam, 0, gone), EFAULT);
	return 0;
}
