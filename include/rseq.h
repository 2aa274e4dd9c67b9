/* SPDX-License-Identifier: MIT */
/* Restartable sequences of user programs: kernel/rseq.c. */
#ifndef _RSEQ_H
#define _RSEQ_H

#include <linux/rseq.h>
struct pt_regs;

/* kernel/rseq.c */
void rseq_handle_notify_resume(int sig, struct pt_regs *regs);

#endif
