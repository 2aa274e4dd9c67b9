/* An old size of 0 maps shared memory a second time; private memory is EINVAL. */
#include "check.h"

int main(void)
{
	char *s =
		OK(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	char *v = anon(PAGE, PROT_READ | PROT_WRITE);

	strcpy(s, "twice");
	char *t = OK(mremap(s, 0, 2 * PAGE, MREMAP_MAYMOVE));
	CHECK(t != s);
	STREQ(t, "twice");
	t[0] = 'T';
	EQ(s[0], 'T');
	ERR(mremap(v, 0, PAGE, MREMAP_MAYMOVE), EINVAL);
	return 0;
}
