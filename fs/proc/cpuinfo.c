/* SPDX-License-Identifier: MIT */
/*
 * /proc/cpuinfo: what CPUID says of the processor.
 * Abridges Linux's arch/x86/kernel/cpu/proc.c and common.c. Left out: flags that Linux makes up
 * itself (rep_good, nopl), bugs, clock rate, bogomips, sizes of caches and TLBs.
 * Not on the road of an exec.
 */
#include <seq_file.h>
#include <string.h>
#include <asm/cpu.h>
#include "internal.h"

#define FEATURES     0x80000001
#define BRAND	     0x80000002 /* and the next two */
#define ADDRESS_BITS 0x80000008

/* The names of the 32 bits of each register; "-": Linux shows none. */
static const char *const features[] = {
	/* 1.edx */
	"fpu - de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts "
	"acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
	/* 80000001.edx */
	"- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - "
	"lm 3dnowext 3dnow",
	/* 1.ecx */
	"pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - "
	"pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand "
	"hypervisor",
	/* 80000001.ecx */
	"lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs "
	"xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext "
	"ptsc perfctr_llc mwaitx - -",
	/* 7.ebx */
	"fsgsbase tsc_adjust - bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f "
	"avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd "
	"sha_ni avx512bw avx512vl",
	/* 7.ecx */
	"- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni "
	"avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - - cldemote - movdiri "
	"movdir64b enqcmd - -",
};

static void show_flags(struct seq_file *m)
{
	struct cpuid_regs one = cpuid(1, 0), ext = cpuid(FEATURES, 0), seven = cpuid(7, 0);
	const u32 words[ARRAY_SIZE(features)] = {one.edx, ext.edx,   one.ecx,
						 ext.ecx, seven.ebx, seven.ecx};

	seq_puts(m, "flags\t\t:");
	for (int i = 0; i < ARRAY_SIZE(features); i++) {
		const char *name = features[i];

		for (int bit = 0; bit < 32; bit++) {
			const char *end = strchr(name, ' ') ?: name + strlen(name);

			if (words[i] & BIT(bit) && *name != '-') {
				seq_putc(m, ' ');
				seq_write(m, name, end - name);
			}
			name = end + 1;
		}
	}
	seq_putc(m, '\n');
}

/* 12 bytes of the vendor, or 48 of the model. */
static void show_name(struct seq_file *m, u32 leaf, char name[3 * sizeof(struct cpuid_regs) + 1])
{
	struct cpuid_regs r = cpuid(leaf, 0);

	if (!leaf) {
		memcpy(name, &r.ebx, 4);
		memcpy(name + 4, &r.edx, 4);
		memcpy(name + 8, &r.ecx, 4);
		name[12] = 0;
	} else {
		for (int i = 0; i < 3; i++) {
			r = cpuid(leaf + i, 0);
			memcpy(name + i * sizeof(r), &r, sizeof(r));
		}
		name[3 * sizeof(r)] = 0;
	}
	seq_printf(m, "%s\n", name);
}

int proc_cpuinfo(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	char name[3 * sizeof(struct cpuid_regs) + 1];
	u32 one = cpuid(1, 0).eax, bits = cpuid(ADDRESS_BITS, 0).eax;
	u32 family = one >> 8 & 0xf, model = one >> 4 & 0xf;

	if (family >= 6)
		model |= one >> 12 & 0xf0;
	if (family == 0xf)
		family += one >> 20 & 0xff;
	seq_puts(m, "processor\t: 0\nvendor_id\t: ");
	show_name(m, 0, name);
	seq_printf(m, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: ", family, model);
	show_name(m, BRAND, name);
	seq_printf(m,
		   "stepping\t: %u\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\n"
		   "cpu cores\t: 1\napicid\t\t: 0\ninitial apicid\t: 0\nfpu\t\t: yes\n"
		   "fpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
		   one & 0xf, cpuid(0, 0).eax);
	show_flags(m);
	return seq_printf(m,
			  "clflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: %u bits "
			  "physical, %u bits virtual\npower management:\n\n",
			  bits & 0xff, bits >> 8 & 0xff);
}
