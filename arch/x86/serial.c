/* SPDX-License-Identifier: MIT */
/*
 * The first serial port, a 16550 at 0x3f8: console "ttyS0". Output is polled, up to
 * sixteen bytes each time the FIFO is empty; input comes by interrupt once
 * serial_input_init has run. "\n" goes out as it is: the tty or printk made it "\r\n".
 * Abridges Linux's drivers/tty/serial/8250: one port, 115200 8N1, no flow control.
 */
#include <printk.h>
#include <asm/irq.h>

#define COM1	     0x3f8
#define UART_DATA    (COM1 + 0)
#define UART_IER     (COM1 + 1)
#define UART_FCR     (COM1 + 2)
#define UART_LCR     (COM1 + 3)
#define UART_MCR     (COM1 + 4)
#define UART_LSR     (COM1 + 5)
#define UART_SCRATCH (COM1 + 7)

#define IER_RECEIVED  0x01
#define FCR_ENABLE    0xc7 /* FIFOs on and cleared, interrupt at 14 bytes or a pause */
#define LCR_8N1	      0x03
#define LCR_DLAB      0x80
#define MCR_READY     0x0b /* DTR, RTS, and OUT2, which lets the interrupt through */
#define LSR_RECEIVED  0x01
#define LSR_THR_EMPTY 0x20
#define FIFO_SIZE     16
#define SPIN_LIMIT    100000 /* a port that never gets ready must not hang the kernel */

static bool present;

static void serial_write(const char *s, size_t n)
{
	while (n) {
		unsigned int spins = 0, room = FIFO_SIZE;

		while (!(inb(UART_LSR) & LSR_THR_EMPTY) && ++spins < SPIN_LIMIT)
			__builtin_ia32_pause();
		for (; n && room; n--, room--)
			outb(UART_DATA, *s++);
	}
}

static struct console serial_console = {
	.name = "ttyS0",
	.write = serial_write,
};

static void serial_interrupt(unsigned int irq __maybe_unused)
{
	u8 buf[64];
	size_t n = 0;

	while (n < sizeof(buf) && inb(UART_LSR) & LSR_RECEIVED)
		buf[n++] = inb(UART_DATA);
	if (n && console_input)
		console_input(buf, n);
}

void serial_init(void)
{
	outb(UART_SCRATCH, 0x5a);
	if (inb(UART_SCRATCH) != 0x5a)
		return;
	present = true;
	outb(UART_IER, 0);
	outb(UART_LCR, LCR_DLAB);
	outb(UART_DATA, 1); /* divisor 1: 115200 */
	outb(UART_IER, 0);
	outb(UART_LCR, LCR_8N1);
	outb(UART_FCR, FCR_ENABLE);
	outb(UART_MCR, MCR_READY);
	register_console(&serial_console);
}

void serial_input_init(void)
{
	if (!present)
		return;
	request_irq(IRQ_SERIAL, serial_interrupt);
	outb(UART_IER, IER_RECEIVED);
}
