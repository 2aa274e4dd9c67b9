/* SPDX-License-Identifier: MIT */
/*
 * What user mode may do only as far as its task is permitted: use I/O ports, and read the time
 * stamp counter. The processor looks each port up in a bitmap behind the task state segment (TSS),
 * which is filled for the task that runs. IOPL in the flags stays 0: with it user code could
 * disable interrupts.
 *
 * Abridges Linux's arch/x86/kernel/ioport.c and __switch_to_xtra of process.c. Left out: sharing a
 * bitmap after a fork.
 * Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <errno.h>
#include <sched.h>
#include <slab.h>
#include <linux/prctl.h>

void load_io_bitmap(const struct thread_struct *th)
{
	static const u8 all_ports[IO_BITMAP_BYTES];

	set_io_bitmap(th->iopl_emul == 3 ? all_ports : th->io_bitmap);
}

bool dup_io_bitmap(struct thread_struct *th)
{
	if (!th->io_bitmap)
		return true;
	th->io_bitmap = kmemdup(th->io_bitmap, IO_BITMAP_BYTES);
	return th->io_bitmap;
}

/* With CR4.TSD user mode may not read the time stamp counter: #GP, so SIGSEGV. */
void load_tsc_mode(const struct thread_struct *th)
{
	unsigned long cr4 = read_cr4();

	write_cr4(th->no_tsc ? cr4 | X86_CR4_TSD : cr4 & ~X86_CR4_TSD);
}

void update_xtra(struct thread_struct *th)
{
	th->xtra = th->dr7 || th->io_bitmap || th->iopl_emul == 3 || th->no_tsc;
}

/* prctl(PR_SET_TSC). Children and new programs inherit it. 0 or -EINVAL. */
int set_tsc_mode(unsigned int mode)
{
	struct thread_struct *th = &current->thread;
	unsigned long irq;

	if (mode != PR_TSC_ENABLE && mode != PR_TSC_SIGSEGV)
		return -EINVAL;
	irq = local_irq_save();
	th->no_tsc = mode == PR_TSC_SIGSEGV;
	update_xtra(th);
	load_tsc_mode(th);
	local_irq_restore(irq);
	return 0;
}
