/* SPDX-License-Identifier: MIT */
/* Programs that the kernel starts by itself: exec/umh.c. */
#ifndef UMH_H
#define UMH_H

#include <list.h>
#include <wait.h>

/* One program, until its exec has succeeded or failed. */
struct subprocess_info {
	const char *const *argv; /* argv[0] is its path */
	int (*init)(void *data); /* called in the new task, before its exec. 0 or -errno */
	void *data;
	/* of umh.c */
	struct list_head list;
	int retval;
	struct completion done;
};

void usermodehelper_init(void); /* before the first user task */
/* As root, in "/", with an empty environment. Returns when it runs: 0, or -errno. */
int call_usermodehelper_exec(struct subprocess_info *info);

#endif
