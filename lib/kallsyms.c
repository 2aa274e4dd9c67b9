/* SPDX-License-Identifier: MIT */
/*
 * Finds the function that contains an address, for backtraces and %pS.
 *
 * Abridges Linux's kernel/kallsyms.c. Left out: variables, compressed names, modules.
 * Not on the road of an exec.
 */
#include <kallsyms.h>
#include <asm/sections.h>

const char *kallsyms_lookup_size(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	u32 low = 0, high = kallsyms_count, rel;

	if (addr < (unsigned long)_text || addr >= (unsigned long)_etext || !kallsyms_count)
		return NULL;
	rel = addr - (unsigned long)_text;
	while (high - low > 1) { /* table[low].offset <= rel < table[high].offset */
		u32 mid = (low + high) / 2;

		if (kallsyms_table[mid].offset <= rel)
			low = mid;
		else
			high = mid;
	}
	if (rel < kallsyms_table[low].offset)
		return NULL;
	*offset = rel - kallsyms_table[low].offset;
	*size = (high < kallsyms_count ? kallsyms_table[high].offset : _etext - _text) -
		kallsyms_table[low].offset;
	return kallsyms_names + kallsyms_table[low].name;
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *offset)
{
	unsigned long size;

	return kallsyms_lookup_size(addr, offset, &size);
}
