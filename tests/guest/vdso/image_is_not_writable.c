/*
 * [vdso] and [vvar] refuse stores, [vvar] reads; munmap() takes them away and system calls go on.
 */
#include "check.h"
#include <sys/auxv.h>

int main(void)
{
	char *vdso = (char *)getauxval(AT_SYSINFO_EHDR), line[256], *vvar = NULL;
	unsigned long lo, hi;
	struct timespec ts;
	FILE *f = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), f))
		if (strstr(line, "[vvar]") && sscanf(line, "%lx-%lx", &lo, &hi) == 2)
			vvar = (char *)lo;
	CHECK(vvar);
	EQ(hi - lo, 4 * PAGE);
	EQ(hi, vdso);
	FAULT(write_byte, vdso, SIGSEGV, SEGV_ACCERR);
	FAULT(write_byte, vvar, SIGSEGV, SEGV_ACCERR);
	NO_FAULT(read_byte, vvar);
	ERR(mprotect(vdso, PAGE, PROT_READ), EINVAL);
	OK(mprotect(vdso, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
	NO_FAULT(write_byte, vdso + 8);
	OK(munmap(vvar, 4 * PAGE));
	OK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts));
	FAULT(read_byte, vvar, SIGSEGV, SEGV_MAPERR);
	return 0;
}
