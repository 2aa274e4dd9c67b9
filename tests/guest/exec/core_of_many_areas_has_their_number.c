/*
 * A core file of 65,535 segments or more: e_phnum is PN_XNUM, and sh_info of the only section
 * header, at the end, has their number.
 */
#include "check.h"
#include <elf.h>

#define AREAS 66000L

static void put_proc(const char *file, const char *text)
{
	int fd = OK(open(file, O_WRONLY | O_TRUNC));

	EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void crash(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	char *p = OK(mmap(NULL, AREAS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	for (long i = AREAS - 1; i > 0; i -= 2)
		OK(mprotect(p + i * PAGE, PAGE, PROT_READ));
	OK(setrlimit(RLIMIT_CORE, &all));
	put_proc("/proc/self/coredump_filter", "1"); /* anonymous private memory only */
	abort();
}

int main(void)
{
	char old[32];
	int fd, status, n;
	Elf64_Ehdr e;
	Elf64_Shdr sh;
	Elf64_Phdr ph;
	long loads = 0;
	struct stat st;

	fd = OK(open("/proc/sys/vm/max_map_count", O_RDONLY));
	n = OK(read(fd, old, sizeof(old) - 1));
	old[n] = 0;
	close(fd);
	put_proc("/proc/sys/vm/max_map_count", "70000");
	put_proc("/proc/sys/kernel/core_pattern", "/tmp/core.xnum");
	status = in_child(crash);
	put_proc("/proc/sys/vm/max_map_count", old);
	put_proc("/proc/sys/kernel/core_pattern", "core");
	CHECK(WCOREDUMP(status));
	fd = OK(open("/tmp/core.xnum", O_RDONLY));
	EQ(read(fd, &e, sizeof(e)), sizeof(e));
	EQ(e.e_phnum, PN_XNUM);
	EQ(e.e_shnum, 1);
	EQ(e.e_shentsize, sizeof(sh));
	EQ(e.e_shstrndx, SHN_UNDEF);
	OK(fstat(fd, &st));
	EQ(st.st_size, e.e_shoff + sizeof(sh));
	EQ(pread(fd, &sh, sizeof(sh), e.e_shoff), sizeof(sh));
	EQ(sh.sh_type, SHT_NULL);
	EQ(sh.sh_size, 1);
	CHECK(sh.sh_info > AREAS);
	for (unsigned int i = 0; i < sh.sh_info; i++) {
		EQ(pread(fd, &ph, sizeof(ph), e.e_phoff + i * sizeof(ph)), sizeof(ph));
		loads += ph.p_type == PT_LOAD;
	}
	EQ(loads, sh.sh_info - 1);
	unlink("/tmp/core.xnum");
	return 0;
}
