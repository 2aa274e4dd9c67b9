/* One read of /proc/self/maps returns as many whole lines as fit into a page. */
#include "check.h"

static char text[1 << 16];

int main(void)
{
	char *p = anon(400 * PAGE, PROT_NONE), *last;
	ssize_t n, line;
	int fd;

	for (int i = 0; i < 400; i += 2)
		OK(mprotect(p + i * PAGE, PAGE, PROT_READ));
	fd = OK(open("/proc/self/maps", O_RDONLY));
	for (int i = 0; i < 3; i++) {
		n = OK(read(fd, text, sizeof(text)));
		EQ(text[n - 1], '\n');
		text[n - 1] = '\0';
		last = strrchr(text, '\n');
		line = text + n - (last + 1); /* the next one is as long */
		CHECK(n < (ssize_t)PAGE && n + line >= (ssize_t)PAGE);
	}
	return 0;
}
