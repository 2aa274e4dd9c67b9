/* SPDX-License-Identifier: MIT */
/*
 * The I/O ports that a task may use in user mode. The processor looks each port up in a bitmap
 * behind the task state segment (TSS), which is filled for the task that runs. IOPL in the flags
 * stays 0: with it user code could disable interrupts.
 *
 * Abridges Linux's arch/x86/kernel/ioport.c and __switch_to_xtra of process.c. Left out: sharing a
 * bitmap after a fork.
 * Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/processor.h>
#include <slab.h>

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

void update_xtra(struct thread_struct *th)
{
	th->xtra = th->dr7 || th->io_bitmap || th->iopl_emul == 3;
}
