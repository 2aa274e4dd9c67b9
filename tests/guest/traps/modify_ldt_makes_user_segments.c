/*
 * modify_ldt(2): whatever is asked for, the descriptor is a segment of user code or data. A fork
 * copies the table, threads share it, an exec starts without one.
 */
#include "traps/segments.h"
#include <pthread.h>

static unsigned long table[LDT_ENTRIES];

static int set(struct user_desc d, int func) { return modify_ldt(func, &d, sizeof(d)); }

static void errors(void)
{
	struct user_desc d = segment(0, DATA, 0);

	EQ(syscall(SYS_modify_ldt, 3, NULL, 0), (unsigned int)-ENOSYS);
	EQ(modify_ldt(-1, NULL, 0), -ENOSYS);
	EQ(modify_ldt(0, NULL, 0), 0);
	EQ(modify_ldt(0, NULL, 100), 0);
	EQ(modify_ldt(2, NULL, 8), -EFAULT);
	EQ(modify_ldt(2, table, 8), 8);
	EQ(modify_ldt(2, table, sizeof(table)), 128);
	EQ(modify_ldt(1, &d, sizeof(d) - 1), -EINVAL);
	EQ(modify_ldt(1, &d, sizeof(d) + 1), -EINVAL);
	EQ(modify_ldt(0x11, NULL, 0), -EINVAL);
	EQ(modify_ldt(0x11, NULL, sizeof(d)), -EFAULT);
	EQ(modify_ldt(1, NULL, sizeof(d)), -EFAULT);
	EQ(set(segment(LDT_ENTRIES, DATA, 0), 1), -EINVAL);
	EQ(set(segment(-1, DATA, 0), 0x11), -EINVAL);
	EQ(set(segment(0, CONFORMING, 0), 1), -EINVAL);
	EQ(set(segment(0, CONFORMING, 0), 0x11), -EINVAL);
	d.seg_32bit = 0; /* Debian's kernels have no segments of 16 bits */
	EQ(set(d, 1), -EINVAL);
	EQ(set(d, 0x11), -EINVAL);
	EQ(modify_ldt(0, table, sizeof(table)), 0); /* there is no table yet */
}

/* Every combination of the flags of an entry that the call takes. */
static void descriptors(void)
{
	for (unsigned int flags = 0; flags < 256; flags++) {
		struct user_desc d = {.entry_number = 5, .base_addr = 0x12345678, .limit = 0x9abcd};
		unsigned long want;
		unsigned int type;

		memcpy((char *)&d + 12, &flags, sizeof(flags));
		type = d.contents << 2 | !d.read_exec_only << 1 | 1;
		want = 0x5678abcdUL | 0x34UL << 32 | (unsigned long)(type | 0x70) << 40 |
		       (unsigned long)!d.seg_not_present << 47 | 9UL << 48 |
		       (unsigned long)d.useable << 52 | 1UL << 54 |
		       (unsigned long)d.limit_in_pages << 55 | 0x12UL << 56;
		if (!d.seg_32bit || (d.contents == CONFORMING && !d.seg_not_present)) {
			EQ(set(d, 0x11), -EINVAL);
			continue;
		}
		EQ(set(d, 0x11), 0);
		EQ(modify_ldt(0, table, sizeof(table)), sizeof(table));
		EQ(table[5], want);
		EQ(table[4], 0);
		EQ(table[6], 0);
		if (d.contents == CONFORMING)
			continue;
		EQ(set(d, 1), 0);
		EQ(modify_ldt(0, table, 48), 48);
		EQ(table[5], want & ~(1UL << 52));
	}
}

static void clearing(void)
{
	struct user_desc d = segment(5, DATA, 0), none = empty_segment(5);

	EQ(set(d, 0x11), 0);
	EQ(access_rights(SELECTOR(5)), 0xc0f300);
	EQ(segment_limit(SELECTOR(5)), 0xffffffff);
	EQ(set(none, 0x11), 0);
	EQ(access_rights(SELECTOR(5)), 0);
	EQ(set(d, 0x11), 0);
	EQ(set(none, 1), 0);
	EQ(access_rights(SELECTOR(5)), 0);
	EQ(set(d, 0x11), 0);
	d.limit = 0;
	EQ(set(d, 1), 0); /* no base and no limit: cleared, in the old form only */
	EQ(access_rights(SELECTOR(5)), 0);
	EQ(set(d, 0x11), 0);
	EQ(access_rights(SELECTOR(5)), 0xc0f300);
	EQ(segment_limit(SELECTOR(5)), 0xfff);
	none.lm = 1; /* is ignored */
	EQ(set(none, 0x11), 0);
	EQ(access_rights(SELECTOR(5)), 0);
	EQ(set(d, 0x11), 0);
	none.lm = 0;
	none.useable = 1;
	EQ(set(none, 1), 0);
	EQ(access_rights(SELECTOR(5)), 0);
}

static void reading(void)
{
	char *page = anon(2 * PAGE, PROT_READ | PROT_WRITE);

	OK(mprotect(page + PAGE, PAGE, PROT_NONE));
	EQ(modify_ldt(0, page + PAGE - 100, 100), 100);
	EQ(modify_ldt(0, page + PAGE - 100, 101), -EFAULT);
	EQ(modify_ldt(0, table, 1UL << 40), sizeof(table));
	EQ(modify_ldt(0, table, 0), 0);
}

static void *in_thread(void *arg)
{
	(void)arg;
	EQ(access_rights(SELECTOR(9)), 0xc0f300);
	set_segment(segment(8191, CODE, 0));
	return NULL;
}

static void sharing(void)
{
	pthread_t t;

	set_segment(segment(9, DATA, 0));
	EQ(pthread_create(&t, NULL, in_thread, NULL), 0);
	EQ(pthread_join(t, NULL), 0);
	EQ(access_rights(SELECTOR(8191)), 0xc0fb00);
	EQ(access_rights(SELECTOR(9)), 0xc0f300);
}

/* The copy of a child is its own. */
static void child(void)
{
	EQ(access_rights(SELECTOR(9)), 0xc0f300);
	EQ(access_rights(SELECTOR(8191)), 0xc0fb00);
	set_segment(empty_segment(9));
	EQ(access_rights(SELECTOR(9)), 0);
}

static void again(void) { EXEC_SELF("after exec"); }

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		EQ(access_rights(SELECTOR(9)), 0);
		EQ(modify_ldt(0, table, 8), 0);
		return 0;
	}
	become_nobody();
	errors();
	descriptors();
	clearing();
	reading();
	sharing();
	EQ(in_child(child), 0);
	EQ(access_rights(SELECTOR(9)), 0xc0f300);
	EQ(in_child(again), 0);
	EQ(access_rights(SELECTOR(9)), 0xc0f300);
	return 0;
}
