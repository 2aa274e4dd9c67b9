/* SPDX-License-Identifier: MIT */
/*
 * The time without a system call: user-mode code of the vdso image. It reads a page that the kernel
 * keeps up to date (include/vdso.h). For what is not in that page it makes the system call.
 *
 * Abridges Linux's lib/vdso/gettimeofday.c and arch/x86/entry/vdso. Left out: time namespaces,
 * paravirtual clocks.
 * Not on the road of an exec.
 */
#include <vdso.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <asm/errno.h>
#include <asm/unistd_64.h>

#define NSEC_PER_SEC   1000000000UL
#define LOW_RES_NSEC   4000000 /* of the coarse clocks: a tick of 250 Hz */
#define EXPORT	       __attribute__((visibility("default")))
#define WEAK_ALIAS(of) __attribute__((weak, alias(#of), visibility("default")))

/* The first [vvar] page; vdso.lds puts it four pages before the image. */
extern const volatile struct vdso_data vvar_data __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts);
int __vdso_clock_getres(int clock, struct __kernel_timespec *res);
int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz);
__kernel_old_time_t __vdso_time(__kernel_old_time_t *t);
long __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused);
int clock_gettime(int clock, struct __kernel_timespec *ts) WEAK_ALIAS(__vdso_clock_gettime);
int clock_getres(int clock, struct __kernel_timespec *res) WEAK_ALIAS(__vdso_clock_getres);
int gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
	WEAK_ALIAS(__vdso_gettimeofday);
__kernel_old_time_t time(__kernel_old_time_t *t) WEAK_ALIAS(__vdso_time);
long getcpu(unsigned int *cpu, unsigned int *node, void *unused) WEAK_ALIAS(__vdso_getcpu);

static long syscall2(long number, long a, long b)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b)
			 : "rcx", "r11", "memory");
	return ret;
}

/* Waits while the kernel writes. Returns the count that must not have changed after reading. */
static u32 read_begin(void)
{
	u32 seq;

	while ((seq = vvar_data.seq) & 1)
		__builtin_ia32_pause();
	barrier();
	return seq;
}

static bool read_again(u32 seq)
{
	barrier();
	return vvar_data.seq != seq;
}

static u64 rdtsc_ordered(void)
{
	u32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return (u64)hi << 32 | lo;
}

static void set_timespec(struct __kernel_timespec *ts, u64 sec, u64 nsec)
{
	/* A loop, not a division, because there is hardly ever a second to carry. */
	for (; nsec >= NSEC_PER_SEC; nsec -= NSEC_PER_SEC)
		sec++;
	ts->tv_sec = sec;
	ts->tv_nsec = nsec;
}

/*
 * @real: CLOCK_REALTIME, otherwise CLOCK_MONOTONIC, or with @boot CLOCK_BOOTTIME. False: the system
 * call is needed.
 */
static __always_inline bool read_precise(bool real, bool boot, struct __kernel_timespec *ts)
{
	u64 sec, snsec, cycles, nsec;
	u32 seq;

	do {
		seq = read_begin();
		if (!vvar_data.clock_valid)
			return false;
		cycles = (rdtsc_ordered() - vvar_data.cycle_last) & vvar_data.mask;
		if ((s64)cycles < 0) /* another CPU updated after our rdtsc */
			cycles = 0;
		sec = real ? vvar_data.real_sec : vvar_data.mono_sec;
		snsec = real ? vvar_data.real_snsec : vvar_data.mono_snsec;
		nsec = (snsec + cycles * vvar_data.mult) >> vvar_data.shift;
		if (boot)
			nsec += vvar_data.boot_offset_nsec;
	} while (read_again(seq));
	set_timespec(ts, sec, nsec);
	return true;
}

static void read_coarse(bool real, struct __kernel_timespec *ts)
{
	u32 seq;

	do {
		seq = read_begin();
		ts->tv_sec = real ? vvar_data.real_coarse_sec : vvar_data.mono_coarse_sec;
		ts->tv_nsec = real ? vvar_data.real_coarse_nsec : vvar_data.mono_coarse_nsec;
	} while (read_again(seq));
}

EXPORT int __vdso_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	bool done = true;

	if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME)
		done = read_precise(clock == CLOCK_REALTIME, clock == CLOCK_BOOTTIME, ts);
	else if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		read_coarse(clock == CLOCK_REALTIME_COARSE, ts);
	else
		done = false;
	return done ? 0 : syscall2(__NR_clock_gettime, clock, (long)ts);
}

EXPORT int __vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	long nsec;

	if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME)
		nsec = 1;
	else if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		nsec = LOW_RES_NSEC;
	else
		return syscall2(__NR_clock_getres, clock, (long)res);
	if (res)
		set_timespec(res, 0, nsec);
	return 0;
}

EXPORT int __vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	struct __kernel_timespec ts;

	if (tv) {
		if (!read_precise(true, false, &ts))
			return syscall2(__NR_gettimeofday, (long)tv, (long)tz);
		tv->tv_sec = ts.tv_sec;
		tv->tv_usec = ts.tv_nsec / 1000;
	}
	if (tz) {
		tz->tz_minuteswest = vvar_data.tz_minuteswest;
		tz->tz_dsttime = vvar_data.tz_dsttime;
	}
	return 0;
}

EXPORT __kernel_old_time_t __vdso_time(__kernel_old_time_t *t)
{
	__kernel_old_time_t now = vvar_data.real_coarse_sec;

	if (t)
		*t = now;
	return now;
}

/* The limit of one GDT segment holds both numbers. */
EXPORT long __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused __maybe_unused)
{
	unsigned long limit;

	__asm__("lsl %1, %0" : "=r"(limit) : "r"((unsigned long)CPUNODE_SEG));
	if (cpu)
		*cpu = limit & VDSO_CPUNODE_MASK;
	if (node)
		*node = limit >> VDSO_CPUNODE_BITS;
	return 0;
}
