/* sysinfo(): memory as in /proc/meminfo, uptime as CLOCK_BOOTTIME, processes counted. */
#include "check.h"
#include <sys/sysinfo.h>

int main(void)
{
	struct sysinfo si;

	OK(sysinfo(&si));
	EQ(si.mem_unit, 1);
	EQ(si.totalram >> 10, proc_number("/proc/meminfo", "MemTotal"));
	CHECK(labs((long)(si.freeram >> 10) - proc_number("/proc/meminfo", "MemFree")) < 8192);
	CHECK(labs(si.uptime - (long)seconds(CLOCK_BOOTTIME)) <= 1);
	EQ(si.totalswap, 0);
	CHECK(si.procs >= 3);
	return 0;
}
