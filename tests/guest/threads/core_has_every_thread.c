/*
 * The core of a process of many threads has the registers of each, and one NT_FILE note of all its
 * mapped files.
 */
#include "check.h"
#include <elf.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/procfs.h>

#define THREADS	  500
#define MAPPINGS  1500
#define LONG_NAME "a_folder_with_a_name_of_many_letters_that_each_of_its_files_has_in_front"

static pid_t ids[THREADS];
static int ready[2];

static void *sleeper(void *id)
{
	*(pid_t *)id = gettid();
	OK(write(ready[1], "", 1));
	for (;;)
		pause();
}

/* Every second page of a file is mapped: none of the mappings can merge. */
static void map_files(void)
{
	int fd;

	OK(mkdir(LONG_NAME, 0755));
	fd = OK(open(LONG_NAME "/file", O_RDWR | O_CREAT, 0644));
	OK(ftruncate(fd, PAGE));
	for (int i = 0; i < MAPPINGS; i++) {
		char *p = OK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0));

		OK(munmap(p + PAGE, PAGE));
	}
}

static void die(void)
{
	pthread_attr_t attr;
	pthread_t t;
	char c;

	OK(setrlimit(RLIMIT_CORE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}));
	OK(pipe(ready));
	map_files();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 4 * PAGE);
	for (int i = 0; i < THREADS; i++)
		EQ(pthread_create(&t, &attr, sleeper, &ids[i]), 0);
	for (int i = 0; i < THREADS; i++)
		OK(read(ready[0], &c, 1));
	int fd = OK(open("ids", O_WRONLY | O_CREAT | O_TRUNC, 0644));
	EQ(write(fd, ids, sizeof(ids)), sizeof(ids));
	abort();
}

static char *whole_file(const char *name, size_t *size)
{
	int fd = OK(open(name, O_RDONLY));
	char *p;

	*size = OK(lseek(fd, 0, SEEK_END));
	p = OK(mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0));
	close(fd);
	return p;
}

static bool one_of_ids(pid_t pid)
{
	for (int i = 0; i < THREADS; i++)
		if (ids[i] == pid) {
			ids[i] = 0;
			return true;
		}
	return false;
}

/* NT_FILE: count, page size, then three words for each mapping, then the names. */
static void check_files(const unsigned long *desc, size_t size)
{
	const char *name = (const char *)(desc + 2 + 3 * desc[0]);
	int ours = 0;

	EQ(desc[1], PAGE);
	for (unsigned long i = 0; i < desc[0]; i++) {
		ours += strstr(name, LONG_NAME "/file") != NULL;
		name += strlen(name) + 1;
	}
	EQ(ours, MAPPINGS);
	EQ(name, (const char *)desc + size);
	CHECK(size > 64 * 1024);
}

int main(void)
{
	size_t size, of_ids;
	int status = in_child(die), threads = 0, registers = 0, files = 0;

	CHECK(WIFSIGNALED(status) && WCOREDUMP(status));
	EQ(WTERMSIG(status), SIGABRT);
	memcpy(ids, whole_file("ids", &of_ids), sizeof(ids));
	char *core = whole_file("core", &size);
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)core;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(core + e->e_phoff);

	EQ(ph->p_type, PT_NOTE);
	for (char *p = core + ph->p_offset; p < core + ph->p_offset + ph->p_filesz;) {
		const Elf64_Nhdr *n = (const Elf64_Nhdr *)p;
		const char *desc = p + sizeof(*n) + (n->n_namesz + 3) / 4 * 4;

		if (n->n_type == NT_PRSTATUS)
			threads += one_of_ids(((const struct elf_prstatus *)desc)->pr_pid);
		registers += n->n_type == NT_FPREGSET;
		if (n->n_type == NT_FILE) {
			check_files((const unsigned long *)desc, n->n_descsz);
			files++;
		}
		p = (char *)desc + (n->n_descsz + 3) / 4 * 4;
	}
	EQ(threads, THREADS);
	EQ(registers, THREADS + 1);
	EQ(files, 1);
	OK(unlink("core"));
	OK(unlink("ids"));
	return 0;
}
