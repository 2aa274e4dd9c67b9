/*
 * A program without PT_GNU_STACK has a stack that does not execute, as if the note asked for that.
 */
#include "check.h"
#include <elf.h>

/* A copy of this program whose PT_GNU_STACK has become a PT_NULL. */
static void copy_without_note(const char *path)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	int fd;

	copy_self(path, 0700);
	fd = OK(open(path, O_RDWR));
	EQ(pread(fd, &eh, sizeof(eh), 0), sizeof(eh));
	for (int i = 0; i < eh.e_phnum; i++) {
		off_t at = eh.e_phoff + i * sizeof(ph);

		EQ(pread(fd, &ph, sizeof(ph), at), sizeof(ph));
		if (ph.p_type != PT_GNU_STACK)
			continue;
		ph.p_type = PT_NULL;
		EQ(pwrite(fd, &ph, sizeof(ph), at), sizeof(ph));
	}
	close(fd);
}

int main(int argc, char **argv)
{
	char *args[] = {"x", "run", NULL};

	(void)argv;
	if (argc == 1) {
		copy_without_note("plain");
		execv("./plain", args);
		return 1;
	}
	CHECK(strstr(map_of(&argc), "rw-p"));
	return 0;
}
