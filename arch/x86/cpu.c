/* SPDX-License-Identifier: MIT */
/*
 * Sets up the processor: its features (CPUID), its segments, its task state segment with the
 * emergency stacks, its control registers, and the per-CPU data behind GS. Runs before there is an
 * allocator.
 *
 * Abridges Linux's arch/x86/kernel/cpu/common.c. Left out: differences between models, errata,
 * mitigations, more than one processor.
 * Not on the road of an exec.
 *
 *   GDT   0x10 kernel cs | 0x18 kernel ds | 0x23 user32 cs | 0x2b user ds | 0x33 user cs
 *         0x40 TSS | 0x50 LDT | 0x7b cpu number
 *   TSS   rsp0 = kernel stack of current | IST 1 #DF | IST 2 NMI | IST 3 #MC | bitmap of I/O ports
 */
#include <asm/cpu.h>
#include <asm/current.h>
#include <asm/desc.h>
#include <asm/ldt.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <vdso.h>

/* Intel SDM vol. 3A, 8.7: the 64-bit TSS. */
struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7]; /* [0] is IST 1 */
	u64 reserved2;
	u16 reserved3;
	u16 iomap_base;
	u8 io_bitmap[IO_BITMAP_BYTES];
	u8 io_end; /* ones: the processor may read a byte more */
} __packed;

struct desc_ptr {
	u16 limit;
	u64 base;
} __packed;

#define DESC_TSS     0x89UL /* present, and not busy */
#define DESC_LDT     0x82UL
#define NO_IO_BITMAP sizeof(struct tss) /* beyond the limit: user code may use no port */

#define IST_STACK_SIZE (2 * PAGE_SIZE)
#define DR7_RESET      0x400UL
#define PAT_RESET      0x0007040600070406UL /* WB, WT, UC-, UC, twice */

struct cpu_features boot_cpu;

struct percpu boot_percpu;
static struct tss boot_tss;
static u8 early_ist_stack[IST_STACK_SIZE] __aligned(PAGE_SIZE);

/* 64-bit code has no limits: only type, DPL, L (0x00af) and D (0x00cf) matter. */
static u64 gdt[GDT_ENTRIES] __aligned(64) = {
	[GDT_ENTRY_KERNEL_CS] = 0x00af9b000000ffffUL,
	[GDT_ENTRY_KERNEL_DS] = 0x00cf93000000ffffUL,
	[GDT_ENTRY_USER32_CS] = 0x00cffb000000ffffUL,
	[GDT_ENTRY_USER_DS] = 0x00cff3000000ffffUL,
	[GDT_ENTRY_USER_CS] = 0x00affb000000ffffUL,
	[GDT_ENTRY_CPUNODE] = 0x0040f50000000000UL, /* its limit is node << 12 | cpu: 0 */
};

/* A descriptor of the system: two slots. */
static void set_system_desc(unsigned int entry, u64 type, const void *start, size_t size)
{
	u64 base = (u64)start;

	gdt[entry] = (size - 1) | (base & 0xffffff) << 16 | type << 40 | (base >> 24 & 0xff) << 56;
	gdt[entry + 1] = base >> 32;
}

void set_ldt(const void *base, unsigned int entries)
{
	if (base)
		set_system_desc(GDT_ENTRY_LDT, DESC_LDT, base, entries * LDT_ENTRY_SIZE);
	__asm__ volatile("lldt %w0" : : "r"(base ? GDT_ENTRY_LDT * 8 : 0) : "memory");
}

void set_io_bitmap(const u8 *bitmap)
{
	if (bitmap)
		memcpy(boot_tss.io_bitmap, bitmap, sizeof(boot_tss.io_bitmap));
	boot_tss.iomap_base = bitmap ? offsetof(struct tss, io_bitmap) : NO_IO_BITMAP;
}

static void load_segments(void)
{
	struct desc_ptr ptr = {sizeof(gdt) - 1, (u64)gdt};

	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmovl %2, %%eax\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs\n\t"
			 "lldt %%ax\n\t" /* no local table: its selectors fault */
			 "ltr %w3"
			 :
			 : "m"(ptr), "i"(__KERNEL_CS), "i"(__KERNEL_DS), "r"(GDT_ENTRY_TSS * 8)
			 : "rax", "memory");
}

static bool bit(u32 reg, unsigned int n) { return reg >> n & 1; }

static void identify_cpu(struct cpu_features *c)
{
	u32 max = cpuid(0, 0).eax, max_ext = cpuid(0x80000000, 0).eax;
	struct cpuid_regs r = cpuid(1, 0);

	c->hwcap = r.edx;
	c->pge = bit(r.edx, 13);
	c->xsave = bit(r.ecx, 26);
	if (max >= 7) {
		r = cpuid(7, 0);
		c->fsgsbase = bit(r.ebx, 0);
		c->smep = bit(r.ebx, 7);
		c->smap = bit(r.ebx, 20);
		c->umip = bit(r.ecx, 2);
	}
	if (max_ext >= 0x80000001) {
		r = cpuid(0x80000001, 0);
		c->nx = bit(r.edx, 20);
		c->rdtscp = bit(r.edx, 27);
	}
	c->hwcap2 = c->fsgsbase ? 2 : 0;
}

/*
 * Each register gets exactly these bits, whatever firmware and loader have set: another bit could
 * permit user code something that the kernel does not expect.
 */
static void setup_control_registers(const struct cpu_features *c)
{
	unsigned long cr4 = X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;

	write_cr0(X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM |
		  X86_CR0_PG);
	if (c->hwcap & BIT(7))
		cr4 |= X86_CR4_MCE;
	if (c->pge)
		cr4 |= X86_CR4_PGE;
	if (c->smep)
		cr4 |= X86_CR4_SMEP;
	if (c->smap)
		cr4 |= X86_CR4_SMAP;
	if (c->umip)
		cr4 |= X86_CR4_UMIP;
	if (c->fsgsbase)
		cr4 |= X86_CR4_FSGSBASE;
	if (c->xsave)
		cr4 |= X86_CR4_OSXSAVE;
	write_cr4(cr4);
	wrmsr(MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA | (c->nx ? EFER_NXE : 0));
}

/* No breakpoints, no traces of branches, no SYSENTER; memory types as after reset. */
static void setup_other_registers(const struct cpu_features *c)
{
	write_dr7(DR7_RESET);
	write_dr6(DR6_RESERVED);
	wrmsr(MSR_DEBUGCTL, 0);
	wrmsr(MSR_SYSENTER_CS, 0);
	wrmsr(MSR_SYSENTER_ESP, 0);
	wrmsr(MSR_SYSENTER_EIP, 0);
	if (c->hwcap & BIT(16))
		wrmsr(MSR_PAT, PAT_RESET);
	if (c->rdtscp)
		wrmsr(MSR_TSC_AUX, 0); /* node << 12 | cpu, for the vdso's getcpu */
}

void cpu_init(void)
{
	identify_cpu(&boot_cpu);
	for (int i = 0; i < NR_IST; i++)
		boot_tss.ist[i] = (u64)(early_ist_stack + IST_STACK_SIZE);
	boot_tss.io_end = 0xff;
	set_io_bitmap(NULL);
	set_system_desc(GDT_ENTRY_TSS, DESC_TSS, &boot_tss, sizeof(boot_tss));
	load_segments();
	boot_percpu.self = &boot_percpu;
	wrmsr(MSR_GS_BASE, (u64)&boot_percpu);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_FS_BASE, 0);
	setup_control_registers(&boot_cpu);
	setup_other_registers(&boot_cpu);
	if (!boot_cpu.nx)
		panic("This processor has no NX bit: Exon cannot keep data from being executed");
}

void cpu_init_late(void)
{
	for (int i = 0; i < NR_IST; i++) {
		char *stack = vmalloc(IST_STACK_SIZE);

		if (!stack)
			panic("no memory for the emergency stacks");
		boot_tss.ist[i] = (u64)(stack + IST_STACK_SIZE);
	}
}

void set_kernel_stack(void *top)
{
	boot_tss.rsp[0] = (u64)top;
	this_cpu()->kernel_stack = (unsigned long)top;
}
