/* SPDX-License-Identifier: MIT */
/* fs/timerfd.c */
#ifndef TIMERFD_H
#define TIMERFD_H

/* CLOCK_REALTIME was set: timers with TFD_TIMER_CANCEL_ON_SET end. */
void timerfd_clock_was_set(void);

#endif
