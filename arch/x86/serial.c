/* SPDX-License-Identifier: MIT */
/*
 * Two serial ports, 16550s. The one at 0x3f8 is the console "ttyS0": output is polled, up to
 * sixteen bytes each time the FIFO is empty; input comes by interrupt after serial_input_init. "\n"
 * is sent unchanged: the tty or printk has already made it "\r\n". The one at 0x2f8 only sends:
 * results of a graded program must not mix with the output of the console.
 *
 * Abridges Linux's drivers/tty/serial/8250. Left out: everything but 115200 8N1, flow control.
 * Not on the road of an exec.
 */
#include <printk.h>
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/irq.h>

#define COM1 0x3f8
#define COM2 0x2f8
/* Offsets from a port's base. */
#define UART_DATA    0
#define UART_IER     1
#define UART_FCR     2
#define UART_LCR     3
#define UART_MCR     4
#define UART_LSR     5
#define UART_SCRATCH 7

#define IER_RECEIVED  0x01
#define FCR_ENABLE    0xc7 /* FIFOs on and cleared, interrupt at 14 bytes or a pause */
#define LCR_8N1	      0x03
#define LCR_DLAB      0x80
#define MCR_READY     0x0b /* DTR, RTS, and OUT2, which enables the interrupt */
#define LSR_RECEIVED  0x01
#define LSR_THR_EMPTY 0x20
#define FIFO_SIZE     16
#define SPIN_LIMIT    100000 /* a port that is never ready must not hang the kernel */

static bool present[2]; /* COM1, COM2 */

static void uart_write(u16 base, const char *s, size_t n)
{
	while (n) {
		unsigned int spins = 0, room = FIFO_SIZE;

		while (!(inb(base + UART_LSR) & LSR_THR_EMPTY) && ++spins < SPIN_LIMIT)
			cpu_relax();
		for (; n && room; n--, room--)
			outb(base + UART_DATA, *s++);
	}
}

static void serial_write(const char *s, size_t n) { uart_write(COM1, s, n); }

bool serial2_present(void) { return present[1]; }

void serial2_write(const char *s, size_t n) { uart_write(COM2, s, n); }

static struct console serial_console = {
	.name = "ttyS0",
	.write = serial_write,
};

static void serial_interrupt(unsigned int irq __maybe_unused)
{
	u8 buf[64];
	size_t n = 0;

	while (n < sizeof(buf) && inb(COM1 + UART_LSR) & LSR_RECEIVED)
		buf[n++] = inb(COM1 + UART_DATA);
	if (n && console_input)
		console_input(buf, n);
}

/* Returns whether there is a port at @base. */
static bool uart_init(u16 base)
{
	outb(base + UART_SCRATCH, 0x5a);
	if (inb(base + UART_SCRATCH) != 0x5a)
		return false;
	outb(base + UART_IER, 0);
	outb(base + UART_LCR, LCR_DLAB);
	outb(base + UART_DATA, 1); /* divisor 1: 115200 */
	outb(base + UART_IER, 0);
	outb(base + UART_LCR, LCR_8N1);
	outb(base + UART_FCR, FCR_ENABLE);
	outb(base + UART_MCR, MCR_READY);
	return true;
}

void serial_init(void)
{
	present[0] = uart_init(COM1);
	present[1] = uart_init(COM2);
	if (present[0])
		register_console(&serial_console);
}

void serial_input_init(void)
{
	if (!present[0])
		return;
	request_irq(IRQ_SERIAL, serial_interrupt);
	outb(COM1 + UART_IER, IER_RECEIVED);
}
