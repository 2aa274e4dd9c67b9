/* SPDX-License-Identifier: MIT */
/* Interrupt lines of the 8259 pair (arch/x86/irq.c), and the drivers behind them. */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <types.h>

#define IRQ_TIMER	0
#define IRQ_KEYBOARD	1
#define IRQ_SERIAL	4
#define IRQ_VECTOR_BASE 0x20

typedef void (*irq_handler_t)(unsigned int irq);

void irq_init(void);
void request_irq(unsigned int irq, irq_handler_t handler); /* also unmasks */
/* calls the handler and ends the interrupt */
void do_irq(unsigned int irq);
unsigned long irq_count(unsigned int irq);
/* the current interrupt came in user mode */
extern bool irq_from_user;

/* Upward pointers, filled in by kernel/task/cpu_timers.c and kernel/tty/tty.c. */
extern void (*tick_handler)(bool user); /* every tick, interrupts off */
/* bytes from serial or keyboard, interrupts off */
extern void (*console_input)(const u8 *s, size_t n);

/* 16550 at 0x3f8; polled output at once, interrupt input after irq_init */
void serial_init(void);
void serial_input_init(void);
bool serial2_present(void);		     /* is there a second 16550, at 0x2f8? */
void serial2_write(const char *s, size_t n); /* bytes as they are; polled */
void vga_init(void);			     /* text mode 80x25 at 0xb8000, if there is one */
void keyboard_init(void);
void time_init(void); /* calibrates the TSC, reads the CMOS clock, starts the tick */

#endif
