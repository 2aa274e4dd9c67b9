/* SPDX-License-Identifier: MIT */
/*
 * adjtimex: how the clock is corrected. The clock runs as it is; what a time daemon sets is kept
 * and returned.
 * Abridges Linux's kernel/time/ntp.c and timekeeping.c (do_adjtimex). Left out: every effect on the
 * clock; ADJ_SETOFFSET (-EOPNOTSUPP).
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/time.h>
#include <linux/timex.h>

#define PHASE_LIMIT 16000000  /* us: the clock may be wrong by this much, as nobody corrects it */
#define MAX_FREQ    32768000L /* of frequencies and their tolerance: 2^-16 ppm */
#define MIN_TICK    (900000 / USER_HZ)
#define MAX_TICK    (1100000 / USER_HZ)
#define USER_HZ	    100
#define STA_RW	    (0xffff & ~STA_RONLY)
/* Modes that old programs use: the offset that adjtime(3) still has to correct, always 0 here. */
#define MODE_ADJTIME   0x8000
#define MODE_SINGLE    (ADJ_OFFSET_SINGLESHOT & ~MODE_ADJTIME)
#define MODE_READ_ONLY 0x2000

static struct __kernel_timex ntp = {
	.maxerror = PHASE_LIMIT,
	.esterror = PHASE_LIMIT,
	.status = STA_UNSYNC,
	.constant = 2,
	.precision = 1,
	.tolerance = MAX_FREQ,
	.tick = 1000000 / USER_HZ,
};

static int check_modes(const struct __kernel_timex *tx)
{
	if (tx->modes & MODE_ADJTIME) {
		if (!(tx->modes & MODE_SINGLE))
			return -EINVAL;
		return !(tx->modes & MODE_READ_ONLY) && !capable(CAP_SYS_TIME) ? -EPERM : 0;
	}
	if (tx->modes && !capable(CAP_SYS_TIME))
		return -EPERM;
	if ((tx->modes & ADJ_TICK) && (tx->tick < MIN_TICK || tx->tick > MAX_TICK))
		return -EINVAL;
	return tx->modes & ADJ_SETOFFSET ? -EOPNOTSUPP : 0;
}

static void apply_modes(const struct __kernel_timex *tx)
{
	if (tx->modes & MODE_ADJTIME)
		return;
	if (tx->modes & ADJ_STATUS)
		ntp.status = (ntp.status & STA_RONLY) | (tx->status & STA_RW);
	if (tx->modes & ADJ_NANO)
		ntp.status |= STA_NANO;
	if (tx->modes & ADJ_MICRO)
		ntp.status &= ~STA_NANO;
	if (tx->modes & ADJ_FREQUENCY)
		ntp.freq = max(-MAX_FREQ, min(MAX_FREQ, (long)tx->freq));
	if (tx->modes & ADJ_MAXERROR)
		ntp.maxerror = tx->maxerror;
	if (tx->modes & ADJ_ESTERROR)
		ntp.esterror = tx->esterror;
	if (tx->modes & ADJ_TIMECONST)
		ntp.constant = max(0LL, min(10LL, tx->constant));
	if (tx->modes & ADJ_TAI)
		ntp.tai = tx->constant;
	if (tx->modes & ADJ_TICK)
		ntp.tick = tx->tick;
}

/* Returns the state of the clock: TIME_ERROR while it is not synchronized. */
static int do_adjtimex(struct __kernel_timex *tx)
{
	struct __kernel_timespec now;
	int err = check_modes(tx);

	if (err)
		return err;
	apply_modes(tx);
	ntp.modes = tx->modes;
	*tx = ntp;
	now = ns_to_timespec(ktime_get_real());
	tx->time.tv_sec = now.tv_sec;
	tx->time.tv_usec = tx->status & STA_NANO ? now.tv_nsec : now.tv_nsec / 1000;
	return tx->status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
}

/* Also written back after an error. */
long sys_adjtimex(void __user *utx)
{
	struct __kernel_timex tx;
	int ret;

	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	ret = do_adjtimex(&tx);
	return copy_to_user(utx, &tx, sizeof(tx)) ? -EFAULT : ret;
}

long sys_clock_adjtime(int clock, void __user *utx)
{
	struct __kernel_timex tx;
	int ret;

	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	if (clock >= MAX_CLOCKS || clock == CLOCK_SGI_CYCLE)
		return -EINVAL;
	ret = clock == CLOCK_REALTIME ? do_adjtimex(&tx) : -EOPNOTSUPP;
	return ret >= 0 && copy_to_user(utx, &tx, sizeof(tx)) ? -EFAULT : ret;
}
