/* SPDX-License-Identifier: MIT */
/*
 * The command line: which words are the kernel's, which are init's.
 *
 *   quiet console=ttyS0 single LANG=C usbcore.nousb -- -x A=B
 *   `--- the kernel's --´ argv  envp   a module's      `- argv
 *
 * Abridges Linux's init/main.c, kernel/params.c and lib/cmdline.c; the rules, the quotes and
 * the limits are Linux's, so that init sees the same argv and envp. Words that only Linux obeys
 * are known by name, lest they reach init.
 */
#include <boot_info.h>
#include <boot_params.h>
#include <mm.h>
#include <printk.h>
#include <string.h>

const char *init_argv[MAX_INIT_ARGS + 2] = {"init"};
const char *init_envp[MAX_INIT_ENVS + 2] = {"HOME=/", "TERM=linux"};

static const char *ramdisk_execute_command = "/init";
static const char *execute_command;

/* LILO puts "auto" before the user's words: arguments before init= are not meant for it. */
static void forget_arguments(void)
{
	memset(init_argv + 1, 0, sizeof(init_argv) - sizeof(init_argv[0]));
}

static void set_init(const char *val)
{
	execute_command = val;
	forget_arguments();
}

static void set_rdinit(const char *val)
{
	ramdisk_execute_command = val;
	forget_arguments();
}

static void set_quiet(const char *val __maybe_unused) { console_loglevel = 4; }

static void set_debug(const char *val __maybe_unused) { console_loglevel = 10; }

static void set_loglevel(const char *val)
{
	if (*val >= '0' && *val <= '9')
		console_loglevel = strtoul(val, NULL, 0);
}

static void set_panic(const char *val)
{
	panic_timeout = *val == '-' ? -(int)strtoul(val + 1, NULL, 0) : (int)strtoul(val, NULL, 0);
}

static void set_norandmaps(const char *val __maybe_unused) { randomize_va_space = 0; }

static void set_vsyscall(const char *val)
{
	if (!strcmp(val, "emulate"))
		vsyscall_mode = VSYSCALL_EMULATE;
	else if (!strcmp(val, "xonly"))
		vsyscall_mode = VSYSCALL_XONLY;
	else if (!strcmp(val, "none"))
		vsyscall_mode = VSYSCALL_NONE;
}

static const struct {
	const char *name;
	bool needs_value;
	void (*set)(const char *val);
} params[] = {
	{"init", true, set_init},
	{"rdinit", true, set_rdinit},
	{"quiet", false, set_quiet},
	{"debug", false, set_debug},
	{"loglevel", true, set_loglevel},
	{"panic", true, set_panic},
	{"norandmaps", false, set_norandmaps},
	{"vsyscall", true, set_vsyscall},
};

/* clang-format off */
/* Obeyed elsewhere (console=), or by Linux alone. Between spaces, '_' for '-'. */
static const char linux_words[] =
	" acpi acpi_backlight acpi_osi apic apparmor audit audit_backlog_limit boot_delay"
	" bootconfig cgroup_disable cgroup_enable clearcpuid clocksource cma console"
	" coredump_filter cpuidle crashkernel debug_boot_weak_hash debug_guardpage_minorder"
	" default_hugepagesz dis_ucode_ldr disable_ipv6 dma_debug dyndbg earlycon earlyprintk"
	" edd efi elfcorehdr fb_tunnels fips force_legacy fsck hashdist hest_disable highres"
	" hpet hugepages hugepagesz hugetlb_free_vmemmap ia32_emulation idle ignore_loglevel"
	" init_on_alloc init_on_free initcall_blacklist initcall_debug initrd initrdmem"
	" intel_idle intel_iommu intel_pstate intremap io_delay iommu ip irqaffinity irqfixup"
	" irqpoll isolcpus kaslr keepinitrd kgdboc kmemleak kpti l1tf load_ramdisk lockdown"
	" log_buf_len lpj lsm mce mds mem memhp_default_state memmap memory_corruption_check"
	" mitigations mminit_loglevel movable_node nfsroot nmi_watchdog no_console_suspend"
	" no_timer_check noapic noapictimer nocache noefi nohibernate nohz nohz_full nokaslr"
	" nolapic nolapic_timer nomce nomodeset nomodule nopat nopcid nopti nopv nordrand"
	" noreplace_smp noresume nosmap nosmep nosmp nosmt nospec_store_bypass_disable"
	" nospectre_v1 nospectre_v2 nosplash notsc nousb nowatchdog nox2apic noxsave numa"
	" numa_balancing oops page_owner page_poison panic_on_oops panic_on_taint panic_on_warn"
	" panic_print parport pause_on_oops pci pcie_aspm pcie_ports possible_cpus preempt"
	" print_fatal_signals profile pti ramdisk_size ramdisk_start randomize_kstack_offset"
	" rcupdate rdt reboot relax_domain_level reserve reset_devices resume resume_offset"
	" resumedelay resumewait retain_initrd retbleed ro rodata root rootdelay rootflags"
	" rootfstype rootwait rw security selinux skew_tick slab_nomerge slub_debug smt"
	" spec_store_bypass_disable spectre_v2 spectre_v2_user split_lock_detect"
	" stack_guard_gap swapaccount swiotlb sysrq_always_enabled thash_entries trace_event"
	" transparent_hugepage tsc tsx udbg_immortal unknown_nmi_panic user_debug vdso vdso32"
	" vga video vmalloc watchdog_thresh x2apic_phys ";
/* clang-format on */

/* The sysctls that Linux also takes as plain words. */
static const char sysctl_aliases[] =
	" hardlockup_all_cpu_backtrace hung_task_panic numa_zonelist_order"
	" softlockup_all_cpu_backtrace softlockup_panic ";

static char dash_to_underscore(char c) { return c == '-' ? '_' : c; }

static bool same_name(const char *a, const char *b)
{
	while (*a && dash_to_underscore(*a) == dash_to_underscore(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool in_words(const char *words, const char *name)
{
	char key[40] = " ";
	size_t i, n = strlen(name);

	if (n > sizeof(key) - 3)
		return false;
	for (i = 0; i < n; i++)
		key[i + 1] = dash_to_underscore(name[i]);
	key[n + 1] = ' ';
	return strstr(words, key) != NULL;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/*
 * Cuts the next word off @args, in place: *param, and *val behind its first '=' or NULL.
 * Quotes around the word or around the value go; spaces between quotes stay. Returns the rest.
 */
static char *next_arg(char *args, char **param, char **val)
{
	bool in_quote = *args == '"', quoted = in_quote;
	size_t i, equals = 0;

	args += quoted;
	for (i = 0; args[i] && (in_quote || !is_space(args[i])); i++) {
		if (!equals && args[i] == '=')
			equals = i;
		if (args[i] == '"')
			in_quote = !in_quote;
	}
	*param = args;
	*val = NULL;
	if (equals) {
		args[equals] = '\0';
		*val = args + equals + 1;
		if (**val == '"') {
			(*val)++;
			if (args[i - 1] == '"')
				args[i - 1] = '\0';
		}
	}
	if (quoted && i > 0 && args[i - 1] == '"')
		args[i - 1] = '\0';
	if (args[i])
		args[i++] = '\0';
	for (args += i; is_space(*args); args++)
		;
	return args;
}

/* Puts NAME=VALUE together again, without the quotes. */
static void join(char *param, char *val)
{
	char *equals = param + strlen(param);

	if (!val)
		return;
	*equals = '=';
	memmove(equals + 1, val, strlen(val) + 1);
}

static void add_argument(const char *word)
{
	unsigned int i;

	for (i = 0; init_argv[i]; i++)
		if (i == MAX_INIT_ARGS)
			panic("Too many boot init vars at `%s'", word);
	init_argv[i] = word;
}

/* A second value for a name takes the first one's place. @len: of the name. */
static void add_environment(const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; init_envp[i] && strncmp(word, init_envp[i], len + 1); i++)
		if (i == MAX_INIT_ENVS)
			panic("Too many boot env vars at `%s'", word);
	init_envp[i] = word;
}

static bool kernel_param(const char *param, const char *val)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		if (!same_name(param, params[i].name) || (params[i].needs_value && !val))
			continue;
		params[i].set(val);
		return true;
	}
	return in_words(linux_words, param);
}

static void boot_option(char *param, char *val)
{
	size_t len = strlen(param);

	if (kernel_param(param, val) || in_words(sysctl_aliases, param))
		return;
	if ((val && !strcmp(param, "BOOT_IMAGE")) || !strncmp(param, "kexec", 5))
		return;
	if (strchr(param, '.')) /* of a module that may be loaded later */
		return;
	join(param, val);
	if (val)
		add_environment(param, len);
	else
		add_argument(param);
}

static void report_unknown(void)
{
	const char *const *p;

	if (!init_argv[1] && !init_envp[2])
		return;
	printk(KERN_NOTICE "Unknown kernel command line parameters \"");
	for (p = &init_argv[1]; *p; p++)
		printk(KERN_NOTICE "%s%s", p == &init_argv[1] ? "" : " ", *p);
	for (p = &init_envp[2]; *p; p++)
		printk(KERN_NOTICE "%s%s", !init_argv[1] && p == &init_envp[2] ? "" : " ", *p);
	printk(KERN_NOTICE "\", will be passed to user space.\n");
}

void parse_boot_params(const char *cmdline)
{
	static char line[BOOT_CMDLINE_MAX]; /* init_argv and init_envp point into it */
	char *args = line, *param, *val;
	bool for_init = false;

	strscpy(line, cmdline, sizeof(line));
	while (is_space(*args))
		args++;
	while (*args) {
		args = next_arg(args, &param, &val);
		if (for_init) {
			join(param, val);
			add_argument(param);
		} else if (!val && !strcmp(param, "--")) {
			for_init = true;
			report_unknown();
		} else {
			boot_option(param, val);
		}
	}
	if (!for_init)
		report_unknown();
}

const char *ramdisk_init_option(void) { return ramdisk_execute_command; }

const char *init_option(void) { return execute_command; }
