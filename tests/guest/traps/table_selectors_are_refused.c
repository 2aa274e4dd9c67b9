/*
 * A selector of the local descriptor table, which no process here has: SIGSEGV for loads, nothing
 * for LAR and VERR.
 */
#include "check.h"

static unsigned short selector;

static void load_ds(void) { asm volatile("mov %0, %%ds" ::"r"(selector)); }
static void load_es(void) { asm volatile("mov %0, %%es" ::"r"(selector)); }
static void load_fs(void) { asm volatile("mov %0, %%fs" ::"r"(selector)); }
static void load_gs(void) { asm volatile("mov %0, %%gs" ::"r"(selector)); }
static void load_ss(void) { asm volatile("mov %0, %%ss" ::"r"(selector)); }

static void far_jump(void)
{
	struct {
		unsigned int offset;
		unsigned short segment;
	} target = {0, selector};

	asm volatile("ljmpl *%0" ::"m"(target));
}

static void ask(void)
{
	unsigned int rights = 0x5555;
	unsigned char found;

	asm volatile("lar %2, %0; setz %1"
		     : "+r"(rights), "=qm"(found)
		     : "r"((unsigned int)selector));
	EQ(found, 0);
	EQ(rights, 0x5555);
	asm volatile("lsl %2, %0; setz %1"
		     : "+r"(rights), "=qm"(found)
		     : "r"((unsigned int)selector));
	EQ(found, 0);
	asm volatile("verr %1; setz %0" : "=qm"(found) : "r"(selector));
	EQ(found, 0);
	asm volatile("verw %1; setz %0" : "=qm"(found) : "r"(selector));
	EQ(found, 0);
}

int main(void)
{
	static void (*const loads[])(void) = {load_ds, load_es, load_fs,
					      load_gs, load_ss, far_jump};
	static const unsigned short selectors[] = {7, 0x37, 0xffff};

	become_nobody();
	for (unsigned int i = 0; i < 3; i++) {
		selector = selectors[i];
		for (unsigned int k = 0; k < 6; k++)
			EQ(in_child(loads[k]) & 0x7f, SIGSEGV);
		EQ(in_child(ask), 0);
	}
	return 0;
}
