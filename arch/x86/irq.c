/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of devices: the pair of 8259 controllers, and the local APIC, which passes them on as
 * in an old PC ("virtual wire"). UEFI firmware does not set it up that way.
 *
 * Abridges Linux's arch/x86/kernel/i8259.c and the virtual wire part of apic.c. Left out: I/O APIC,
 * MSI, sharing, threads.
 * Not on the road of an exec.
 *
 *   timer keyboard - serial ..(IRQ 0-7)   IRQ 8-15
 *        \_____ master 8259 ______/ IRQ 2 __ slave 8259
 *                    |
 *              LINT0 of the local APIC (ExtINT) -> vector 0x20 + irq
 */
#include <asm/cpu.h>
#include <asm/current.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/pgtable.h>
#include <printk.h>
#include <slab.h>

#define PIC_MASTER   0x20
#define PIC_SLAVE    0xa0
#define PIC_EOI	     0x20
#define PIC_READ_ISR 0x0b
#define PIC_CASCADE  2
#define NR_IRQS	     16

#define APIC_ENABLED	 BIT(11)
#define APIC_X2		 BIT(10)
#define APIC_TPR	 0x80
#define APIC_SPIV	 0xf0
#define APIC_LVT_TIMER	 0x320
#define APIC_LVT_LINT0	 0x350
#define APIC_LVT_LINT1	 0x360
#define APIC_MASKED	 0x10000
#define APIC_DM_EXTINT	 0x700
#define APIC_DM_NMI	 0x400
#define APIC_SOFT_ENABLE 0x100
#define SPURIOUS_VECTOR	 0xff
#define MSR_X2APIC	 0x800

void (*tick_handler)(bool user);
void (*console_input)(const u8 *s, size_t n);
bool irq_from_user;

static irq_handler_t irq_handlers[NR_IRQS];
static unsigned long irq_counts[NR_IRQS];
static u16 irq_mask = 0xffff & ~BIT(PIC_CASCADE);

static void pic_write_mask(void)
{
	outb(PIC_MASTER + 1, irq_mask & 0xff);
	outb(PIC_SLAVE + 1, irq_mask >> 8);
}

/* ICW1: edges, cascade, ICW4 follows. ICW2: vectors. ICW3: line of the slave. ICW4: 8086 mode. */
static void pic_init(void)
{
	outb(PIC_MASTER, 0x11);
	outb(PIC_SLAVE, 0x11);
	outb(PIC_MASTER + 1, IRQ_VECTOR_BASE);
	outb(PIC_SLAVE + 1, IRQ_VECTOR_BASE + 8);
	outb(PIC_MASTER + 1, 1 << PIC_CASCADE);
	outb(PIC_SLAVE + 1, PIC_CASCADE);
	outb(PIC_MASTER + 1, 1);
	outb(PIC_SLAVE + 1, 1);
	pic_write_mask();
}

static void apic_write(volatile u8 *base, u32 reg, u32 v)
{
	if (base)
		*(volatile u32 *)(base + reg) = v;
	else
		wrmsr(MSR_X2APIC + (reg >> 4), v);
}

static void apic_virtual_wire(void)
{
	u64 msr;
	volatile u8 *base = NULL;

	if (!(cpuid(1, 0).edx & BIT(9)))
		return;
	msr = rdmsr(MSR_APIC_BASE);
	if (!(msr & APIC_ENABLED))
		return; /* LINT0 is then the INTR pin */
	if (!(msr & APIC_X2)) {
		base = ioremap(msr & PTE_PFN_MASK, PAGE_SIZE);
		if (!base)
			panic("cannot map the local APIC");
	}
	apic_write(base, APIC_TPR, 0);
	apic_write(base, APIC_SPIV, APIC_SOFT_ENABLE | SPURIOUS_VECTOR);
	apic_write(base, APIC_LVT_TIMER, APIC_MASKED);
	apic_write(base, APIC_LVT_LINT0, APIC_DM_EXTINT);
	apic_write(base, APIC_LVT_LINT1, APIC_DM_NMI);
}

void irq_init(void)
{
	pic_init();
	apic_virtual_wire();
}

void request_irq(unsigned int irq, irq_handler_t handler)
{
	unsigned long flags = local_irq_save();

	BUG_ON(irq >= NR_IRQS || irq_handlers[irq]);
	irq_handlers[irq] = handler;
	irq_mask &= ~BIT(irq);
	pic_write_mask();
	local_irq_restore(flags);
}

unsigned long irq_count(unsigned int irq) { return irq < NR_IRQS ? irq_counts[irq] : 0; }

/* Lines 7 and 15 also fire when a request was withdrawn: then their in-service bit is clear. */
static bool irq_is_spurious(unsigned int irq)
{
	u16 port = irq < 8 ? PIC_MASTER : PIC_SLAVE;

	if (irq % 8 != 7)
		return false;
	outb(port, PIC_READ_ISR);
	if (inb(port) & 0x80)
		return false;
	if (irq == 15)
		outb(PIC_MASTER, PIC_EOI); /* the cascade itself was real */
	return true;
}

void do_irq(unsigned int irq)
{
	if (irq >= NR_IRQS || irq_is_spurious(irq))
		return;
	this_cpu()->in_irq++;
	irq_counts[irq]++;
	if (irq_handlers[irq])
		irq_handlers[irq](irq);
	if (irq >= 8)
		outb(PIC_SLAVE, PIC_EOI);
	outb(PIC_MASTER, PIC_EOI);
	this_cpu()->in_irq--;
}
