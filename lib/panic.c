/* SPDX-License-Identifier: MIT */
/*
 * panic: prints the reason and the names of the callers, then ends the machine.
 *
 *   rbp -> | caller's rbp | return address |   each frame points to the one of its caller;
 *          +--------------+----------------+   the last one is last_frame, with 0
 *
 * Abridges Linux's kernel/panic.c and arch/x86/kernel/unwind_frame.c. Left out: notifiers, crash
 * dumps, other processors. Not on the road of an exec.
 */
#include <printk.h>
#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/page.h>

#define TRACE_SPAN  (16 * 1024UL) /* bytes: no kernel stack is larger */
#define TRACE_DEPTH 32

void (*machine_exit)(void);
int panic_timeout;

/*
 * Each frame lies above the one before, within one stack: a broken chain ends the walk. Not inline,
 * so that the trace begins in panic.
 */
static noinline void dump_stack(void)
{
	unsigned long bp = (unsigned long)__builtin_frame_address(0), first = bp;
	int depth;

	printk(KERN_EMERG "Call trace:\n");
	for (depth = 0; depth < TRACE_DEPTH; depth++) {
		const unsigned long *frame = (const unsigned long *)bp;

		if (bp < PAGE_OFFSET || bp & 7 || bp - first >= TRACE_SPAN || !frame[1])
			return;
		/* - 1: a call that never returns may be the last instruction of its function. */
		printk(KERN_EMERG " [<%016lx>] %pS\n", frame[1], (void *)(frame[1] - 1));
		if (frame[0] <= bp)
			return;
		bp = frame[0];
	}
}

void panic(const char *fmt, ...)
{
	static bool panicking;
	char text[256];
	va_list ap;

	local_irq_disable();
	oops_in_progress = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printk(KERN_EMERG "Kernel panic - not syncing: %s\n", text);
	if (!panicking) { /* the backtrace itself may be what fails */
		panicking = true;
		dump_stack();
	}
	printk(KERN_EMERG "---[ end Kernel panic - not syncing: %s ]---\n", text);
	if (machine_exit)
		machine_exit();
	for (;;)
		cpu_relax();
}
