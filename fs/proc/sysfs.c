/* SPDX-License-Identifier: MIT */
/*
 * The file system "sysfs": of all its directories only that of the processors, for lscpu(1) and
 * getconf(1). It consists of tables, as /proc does.
 * Abridges Linux's fs/sysfs/, drivers/base/cpu.c and topology.c. Left out: all other devices;
 * caches, links, power, vulnerabilities.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <asm/page.h>
#include <asm/statfs.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include "internal.h"

#define SYSFS_ROOT_INO 1
#define TEXT(n, value) PROC_REG(n, 0444, .text = value "\n")

/* One processor, which is the only one of its core, cluster, die and package. */
static const struct proc_entry topology[] = {TEXT("physical_package_id", "0"),
					     TEXT("die_id", "0"),
					     TEXT("cluster_id", "65535"),
					     TEXT("core_id", "0"),
					     TEXT("thread_siblings", "1"),
					     TEXT("thread_siblings_list", "0"),
					     TEXT("core_cpus", "1"),
					     TEXT("core_cpus_list", "0"),
					     TEXT("core_siblings", "1"),
					     TEXT("core_siblings_list", "0"),
					     TEXT("cluster_cpus", "1"),
					     TEXT("cluster_cpus_list", "0"),
					     TEXT("die_cpus", "1"),
					     TEXT("die_cpus_list", "0"),
					     TEXT("package_cpus", "1"),
					     TEXT("package_cpus_list", "0"),
					     {0}};

static const struct proc_entry cpu0[] = {PROC_DIR("topology", 0755, .children = topology), {0}};

static const struct proc_entry cpu[] = {PROC_DIR("cpu0", 0755, .children = cpu0),
					TEXT("online", "0"),
					TEXT("possible", "0"),
					TEXT("present", "0"),
					TEXT("offline", ""),
					TEXT("isolated", ""),
					TEXT("nohz_full", "(null)"),
					TEXT("kernel_max", "8191"),
					{0}};

static const struct proc_entry system_dir[] = {PROC_DIR("cpu", 0755, .children = cpu), {0}};
static const struct proc_entry devices[] = {PROC_DIR("system", 0755, .children = system_dir), {0}};
static const struct proc_entry root_entries[] = {PROC_DIR("devices", 0755, .children = devices),
						 {0}};
static const struct proc_entry sysfs_root = PROC_DIR("/sys", 0555, .children = root_entries);

static struct super_block *sysfs_mount(struct file_system_type *t)
{
	static struct super_block *sb;

	if (!sb)
		sb = proc_new_super(t, SYSFS_MAGIC, &sysfs_root, SYSFS_ROOT_INO);
	return sb ?: ERR_PTR(-ENOMEM);
}

static struct file_system_type sysfs_type = {.name = "sysfs", .mount = sysfs_mount};

void sysfs_init(void) { register_filesystem(&sysfs_type); }
