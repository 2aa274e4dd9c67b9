/* SPDX-License-Identifier: MIT */
/*
 * The ways to end the machine: off, reset, halted, and what a panic does.
 *
 * Abridges Linux's arch/x86/kernel/reboot.c. Left out: ACPI tables; power-off writes to the
 * registers of QEMU's two chipsets.
 * Not on the road of an exec.
 */
#include <printk.h>
#include <reboot.h>
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/irqflags.h>

#define DEBUG_EXIT_PORT 0xf4 /* QEMU: -device isa-debug-exit,iobase=0xf4 */
#define RESET_PORT	0xcf9
#define I8042_COMMAND	0x64
#define Q35_PM1A_CNT	0x604
#define PIIX4_PM1A_CNT	0xb004
#define ACPI_SLP_EN	0x2000 /* with sleep type 0: soft off on both chipsets */

void machine_halt(void)
{
	local_irq_disable();
	for (;;)
		halt();
}

/* A read of an ISA port takes about a microsecond, with or without a working clock. */
static void delay_seconds(unsigned int seconds)
{
	u64 i;

	for (i = 0; i < seconds * 1000000UL; i++)
		inb(0x80);
}

void machine_power_off(void)
{
	local_irq_disable();
	outw(Q35_PM1A_CNT, ACPI_SLP_EN);
	outw(PIIX4_PM1A_CNT, ACPI_SLP_EN);
	delay_seconds(1); /* the chipset acts some time after the write */
	printk(KERN_EMERG "Power down. It is now safe to turn the machine off.\n");
	machine_halt();
}

/* Reset by the chipset, otherwise by the keyboard controller. "qemu -no-reboot" ends here. */
void machine_restart(void)
{
	local_irq_disable();
	outb(RESET_PORT, 0x02);
	outb(RESET_PORT, 0x06);
	outb(I8042_COMMAND, 0xfe);
	machine_halt();
}

/* "panic=": halt, or restart after so many seconds. */
static void end_after_panic(void)
{
	if (!panic_timeout)
		machine_halt();
	if (panic_timeout > 0)
		delay_seconds(panic_timeout);
	outb(DEBUG_EXIT_PORT, 1);
	machine_restart();
}

void reboot_init(void) { machine_exit = end_after_panic; }
