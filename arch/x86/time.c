/* SPDX-License-Identifier: MIT */
/*
 * The clocks: the TSC, measured once against the PIT, counts nanoseconds; channel 0 of the PIT
 * ticks HZ times a second; the CMOS clock has the date. Kernel and vdso compute the time from the
 * same struct vdso_data.
 *
 * Abridges Linux's arch/x86/kernel/tsc.c, rtc.c, kernel/time/timekeeping.c, vsyscall.c and
 * arch/x86/entry/vdso. Left out: NTP, leap seconds, other clock sources, suspend (CLOCK_BOOTTIME is
 * CLOCK_MONOTONIC).
 *
 *       |---- *_snsec ----|--- (tsc - cycle_last) * mult ---|
 *   second            last tick                            now
 */
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <printk.h>
#include <time.h>
#include <vdso.h>

#define PIT_HZ	 1193182UL
#define PIT_CH0	 0x40
#define PIT_CH2	 0x42
#define PIT_MODE 0x43
/* bit 0: gate of channel 2, bit 1: speaker, bit 5: its output */
#define PIT_GATE     0x61
#define CALIBRATE_MS 5
#define SPINS	     10000
#define CLOCK_SHIFT  24

#define CMOS_INDEX   0x70
#define CMOS_DATA    0x71
#define RTC_STATUS_A 10 /* bit 7: an update is under way */
#define RTC_STATUS_B 11 /* bit 1: 24 hours, bit 2: binary */
#define RTC_CENTURY  0x32

union vdso_data_store vdso_data_page __aligned(PAGE_SIZE);

static struct vdso_data *const vdata = &vdso_data_page.data;

/* ---- the clock --------------------------------------------------------- */

static void write_begin(void)
{
	WRITE_ONCE(vdata->seq, vdata->seq + 1);
	barrier();
}

static void write_end(void)
{
	barrier();
	WRITE_ONCE(vdata->seq, vdata->seq + 1);
}

/* 0 if the TSC seems to have gone backward. */
static u64 cycles_since_update(void)
{
	u64 now = rdtsc_ordered();

	return now > vdata->cycle_last ? now - vdata->cycle_last : 0;
}

/* @cycles after @snsec. Also correct after hours without a tick, when a machine was stopped. */
static unsigned __int128 snsec_after(u64 snsec, u64 cycles)
{
	return (unsigned __int128)cycles * vdata->mult + snsec;
}

static void advance(u64 *sec, u64 *snsec, u64 cycles)
{
	unsigned __int128 snow = snsec_after(*snsec, cycles);
	u64 ns = snow >> CLOCK_SHIFT, fraction = (u64)snow & (BIT(CLOCK_SHIFT) - 1);

	*sec += ns / NSEC_PER_SEC;
	*snsec = ns % NSEC_PER_SEC << CLOCK_SHIFT | fraction;
}

u64 tsc_to_ns(u64 tsc) { return (unsigned __int128)tsc * vdata->mult >> CLOCK_SHIFT; }

/* Sets all clocks to now. Between write_begin and write_end, interrupts off. */
static void update_clocks(void)
{
	u64 cycles = cycles_since_update();

	advance(&vdata->mono_sec, &vdata->mono_snsec, cycles);
	advance(&vdata->real_sec, &vdata->real_snsec, cycles);
	vdata->cycle_last += cycles;
}

static void update_coarse(void)
{
	vdata->mono_coarse_sec = vdata->mono_sec;
	vdata->mono_coarse_nsec = vdata->mono_snsec >> CLOCK_SHIFT;
	vdata->real_coarse_sec = vdata->real_sec;
	vdata->real_coarse_nsec = vdata->real_snsec >> CLOCK_SHIFT;
}

/* Reads as the vdso does: once more if a tick has come in between. */
static ktime_t read_clock(const u64 *sec, const u64 *snsec)
{
	u32 seq;
	u64 now;

	do {
		seq = READ_ONCE(vdata->seq);
		barrier();
		now = *sec * NSEC_PER_SEC +
		      (u64)(snsec_after(*snsec, cycles_since_update()) >> CLOCK_SHIFT);
		barrier();
	} while ((seq & 1) || seq != READ_ONCE(vdata->seq));
	return now;
}

ktime_t ktime_get(void) { return read_clock(&vdata->mono_sec, &vdata->mono_snsec); }

ktime_t ktime_get_real(void) { return read_clock(&vdata->real_sec, &vdata->real_snsec); }

/* A second that is the same before and after has no tick in between that changes it. */
static ktime_t read_coarse(const u64 *sec, const u64 *nsec)
{
	u64 s, ns;

	do {
		s = READ_ONCE(*sec);
		ns = READ_ONCE(*nsec);
	} while (s != READ_ONCE(*sec));
	return s * NSEC_PER_SEC + ns;
}

ktime_t ktime_get_coarse(void)
{
	return read_coarse(&vdata->mono_coarse_sec, &vdata->mono_coarse_nsec);
}

ktime_t ktime_get_coarse_real(void)
{
	return read_coarse(&vdata->real_coarse_sec, &vdata->real_coarse_nsec);
}

ktime_t ktime_real_offset(void)
{
	unsigned long flags = local_irq_save();
	s64 sec = vdata->real_sec - vdata->mono_sec, snsec = vdata->real_snsec - vdata->mono_snsec;

	local_irq_restore(flags);
	return sec * NSEC_PER_SEC + (snsec >> CLOCK_SHIFT);
}

void ktime_set_real(ktime_t now)
{
	unsigned long flags = local_irq_save();

	write_begin();
	update_clocks();
	vdata->real_sec = now / NSEC_PER_SEC;
	vdata->real_snsec = (u64)(now % NSEC_PER_SEC) << CLOCK_SHIFT;
	update_coarse();
	write_end();
	local_irq_restore(flags);
}

static void timer_interrupt(unsigned int irq __maybe_unused)
{
	write_begin();
	update_clocks();
	update_coarse();
	write_end();
	if (tick_handler)
		tick_handler(irq_from_user);
}

/* ---- the PIT ----------------------------------------------------------- */

/* Of channel 2; it goes down. */
static u32 pit_count(void)
{
	u8 low;

	outb(PIT_MODE, 0x80);
	low = inb(PIT_CH2);
	return low | inb(PIT_CH2) << 8;
}

/*
 * TSC cycles per second: both are read CALIBRATE_MS apart or more. Ports are read rarely, for in an
 * emulator they are slow. If the count came to its end, the processor was away: once more.
 */
static u64 calibrate_tsc(void)
{
	u32 from, now;
	u64 start, end;

	do {
		outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
		outb(PIT_MODE, 0xb0);
		outb(PIT_CH2, 0xff);
		outb(PIT_CH2, 0xff);
		from = pit_count();
		start = rdtsc_ordered();
		do {
			for (int i = 0; i < SPINS; i++)
				barrier();
			now = pit_count();
			end = rdtsc_ordered();
		} while (from - now < PIT_HZ * CALIBRATE_MS / 1000);
	} while (inb(PIT_GATE) & 0x20);
	return (end - start) * PIT_HZ / (from - now);
}

static void start_tick(void)
{
	u32 divisor = (PIT_HZ + HZ / 2) / HZ;

	outb(PIT_MODE, 0x34); /* channel 0, both bytes, rate generator */
	outb(PIT_CH0, divisor & 0xff);
	outb(PIT_CH0, divisor >> 8);
	request_irq(IRQ_TIMER, timer_interrupt);
}

/* ---- the CMOS clock ---------------------------------------------------- */

static u8 cmos_read(u8 reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static unsigned int rtc_field(u8 reg)
{
	u8 v = cmos_read(reg);

	return cmos_read(RTC_STATUS_B) & 4 ? v : (v >> 4) * 10 + (v & 15);
}

static unsigned int rtc_hour(void)
{
	bool pm = cmos_read(4) & 0x80;
	unsigned int h;

	if (cmos_read(RTC_STATUS_B) & 2)
		return rtc_field(4);
	h = rtc_field(4);
	if (pm)
		h -= cmos_read(RTC_STATUS_B) & 4 ? 0x80 : 80;
	return h % 12 + (pm ? 12 : 0);
}

/* Seconds since 1970. The years of the formula begin in March, so that the leap day is the last. */
static s64 mktime(unsigned int year, unsigned int mon, unsigned int day, unsigned int h,
		  unsigned int m, unsigned int s)
{
	s64 days;

	if (mon <= 2) {
		mon += 12;
		year--;
	}
	days = (s64)year * 365 + year / 4 - year / 100 + year / 400 + (153 * (mon - 3) + 2) / 5 +
	       day;
	return (((days - 719469) * 24 + h) * 60 + m) * 60 + s;
}

static s64 rtc_read(void)
{
	unsigned int year, century, second;
	s64 t;

	do {
		while (cmos_read(RTC_STATUS_A) & 0x80)
			;
		second = rtc_field(0);
		century = rtc_field(RTC_CENTURY);
		year = rtc_field(9) + (century >= 19 && century <= 21 ? century : 20) * 100;
		t = mktime(year, rtc_field(8), rtc_field(7), rtc_hour(), rtc_field(2), second);
	} while (second != rtc_field(0));
	return t;
}

/* After irq_init. */
void time_init(void)
{
	u64 hz = calibrate_tsc();
	s64 now = rtc_read();

	if (!hz)
		panic("the time-stamp counter does not count");
	vdata->mult = ((u64)NSEC_PER_SEC << CLOCK_SHIFT) / hz;
	vdata->shift = CLOCK_SHIFT;
	vdata->mask = ~0UL;
	vdata->clock_valid = 1;
	vdata->cycle_last = rdtsc_ordered();
	ktime_set_real(now * NSEC_PER_SEC);
	start_tick();
	printk("time: TSC %lu kHz, tick %u Hz\n", (unsigned long)hz / 1000, HZ);
}
