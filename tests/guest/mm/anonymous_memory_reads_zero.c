/* Memory that nobody wrote reads as zero, and takes no frame of its own before a write. */
#include "check.h"

int main(void)
{
	size_t n = 16 << 20;
	unsigned char *p = (unsigned char *)anon(n, PROT_READ | PROT_WRITE);
	long before = proc_number("/proc/self/status", "VmRSS");

	for (size_t i = 0; i < n; i += PAGE)
		EQ(p[i] | p[i + PAGE - 1], 0);
	CHECK(proc_number("/proc/self/status", "VmRSS") < before + 1024);
	p[PAGE] = 7;
	EQ(p[PAGE], 7);
	EQ(p[0], 0);
	EQ(p[2 * PAGE], 0);
	return 0;
}
