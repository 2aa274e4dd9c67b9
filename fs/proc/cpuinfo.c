/* SPDX-License-Identifier: MIT */
/*
 * /proc/cpuinfo: what CPUID says.
 * Abridges Linux's arch/x86/kernel/cpu/proc.c and capflags.c; left out: flags
 * that are the kernel's own invention, bugs, microcode, cache and speed.
 */
#include "internal.h"
#include <string.h>
#include <asm/cpu.h>

#define LEAF_EXT_MAX	0x80000000
#define LEAF_EXT	0x80000001
#define LEAF_BRAND	0x80000002
#define LEAF_SIZES	0x80000008

/* One register of a leaf; names of bits 0 to 31, "" where Linux shows none. */
struct flag_word {
	u32 leaf;
	int reg;			/* 0 a, 1 b, 2 c, 3 d */
	const char *names[32];
};

static const struct flag_word flag_words[] = {
	{ 1, 3, { "fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", "", "sep", "mtrr", "pge",
		  "mca", "cmov", "pat", "pse36", "pn", "clflush", "", "dts", "acpi", "mmx", "fxsr", "sse", "sse2",
		  "ss", "ht", "tm", "ia64", "pbe" } },
	{ LEAF_EXT, 3, { [11] = "syscall", [19] = "mp", [20] = "nx", [22] = "mmxext", [25] = "fxsr_opt",
			 [26] = "pdpe1gb", [27] = "rdtscp", [29] = "lm", [30] = "3dnowext", [31] = "3dnow" } },
	{ 1, 2, { "pni", "pclmulqdq", "dtes64", "monitor", "ds_cpl", "vmx", "smx", "est", "tm2", "ssse3", "cid",
		  "sdbg", "fma", "cx16", "xtpr", "pdcm", "", "pcid", "dca", "sse4_1", "sse4_2", "x2apic", "movbe",
		  "popcnt", "tsc_deadline_timer", "aes", "xsave", "", "avx", "f16c", "rdrand", "hypervisor" } },
	{ LEAF_EXT, 2, { "lahf_lm", "cmp_legacy", "svm", "extapic", "cr8_legacy", "abm", "sse4a", "misalignsse",
			 "3dnowprefetch", "osvw", "ibs", "xop", "skinit", "wdt" } },
	{ 7, 1, { "fsgsbase", "tsc_adjust", "", "bmi1", "hle", "avx2", "", "smep", "bmi2", "erms", "invpcid",
		  "rtm", [16] = "avx512f", [17] = "avx512dq", [18] = "rdseed", [19] = "adx", [20] = "smap",
		  [21] = "avx512ifma", [23] = "clflushopt", [24] = "clwb", [28] = "avx512cd", [29] = "sha_ni",
		  [30] = "avx512bw", [31] = "avx512vl" } },
	{ 7, 2, { "", "avx512vbmi", "umip", "pku", [6] = "avx512_vbmi2", [8] = "gfni", [9] = "vaes",
		  [10] = "vpclmulqdq", [16] = "la57", [22] = "rdpid" } },
};

static u32 cpuid_max(u32 leaf)
{
	u32 a, b, c, d;

	cpuid_count(leaf & LEAF_EXT_MAX, 0, &a, &b, &c, &d);
	return a;
}

static void show_flags(struct seq_file *m)
{
	for (int i = 0; i < ARRAY_SIZE(flag_words); i++) {
		const struct flag_word *w = &flag_words[i];
		u32 r[4];

		if (cpuid_max(w->leaf) < w->leaf)
			continue;
		cpuid_count(w->leaf, 0, &r[0], &r[1], &r[2], &r[3]);
		for (int bit = 0; bit < 32; bit++)
			if ((r[w->reg] & BIT(bit)) && w->names[bit] && w->names[bit][0])
				seq_printf(m, " %s", w->names[bit]);
	}
}

static void show_model(struct seq_file *m)
{
	u32 a, b, c, d, level, text[13] = { 0 };
	unsigned int family, model;

	cpuid_count(0, 0, &level, &text[0], &text[2], &text[1]);
	cpuid_count(1, 0, &a, &b, &c, &d);
	family = a >> 8 & 15;
	model = a >> 4 & 15;
	if (family == 6 || family == 15)
		model |= (a >> 16 & 15) << 4;
	if (family == 15)
		family += a >> 20 & 255;
	seq_printf(m, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n", (char *)text, family, model);
	memset(text, 0, sizeof(text));
	for (int i = 0; i < 3 && cpuid_max(LEAF_BRAND) >= LEAF_BRAND + 2; i++)
		cpuid_count(LEAF_BRAND + i, 0, &text[4 * i], &text[4 * i + 1], &text[4 * i + 2], &text[4 * i + 3]);
	seq_printf(m, "model name\t: %s\nstepping\t: %u\n", text[0] ? (char *)text : "unknown", a & 15);
	seq_puts(m, "physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n");
	seq_printf(m, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n", level);
}

int proc_cpuinfo(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	u32 a, b, c, d, clflush;

	show_model(m);
	seq_puts(m, "flags\t\t:");
	show_flags(m);
	cpuid_count(1, 0, &a, &clflush, &c, &d);
	clflush = (clflush >> 8 & 255) * 8;
	a = 36 | 48 << 8;
	if (cpuid_max(LEAF_SIZES) >= LEAF_SIZES)
		cpuid_count(LEAF_SIZES, 0, &a, &b, &c, &d);
	return seq_printf(m, "\nbugs\t\t:\nclflush size\t: %u\ncache_alignment\t: %u\n"
			     "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
			  clflush, clflush, a & 255, a >> 8 & 255);
}
