/* SPDX-License-Identifier: MIT */
/*
 * The command line: some words are for the kernel, the others for init.
 *
 *   quiet console=ttyS0 single LANG=C usbcore.nousb -- -x A=B
 *   `--- the kernel's --´ argv  envp   a module's      `- argv
 *
 * Abridges Linux's init/main.c, kernel/params.c and lib/cmdline.c. Rules, quotes and limits are
 * Linux's, so that init gets the same argv and envp. Parameters that only Linux has must not reach
 * init either: a list below has the common ones. Left out: the rare ones, early parameters.
 * Not on the road of an exec.
 */
#include <boot_info.h>
#include <boot_params.h>
#include <fault_inject.h>
#include <mm.h>
#include <printk.h>
#include <string.h>

const char *init_argv[MAX_INIT_ARGS + 2] = {"init"};
const char *init_envp[MAX_INIT_ENVS + 2] = {"HOME=/", "TERM=linux"};

static const char *ramdisk_execute_command = "/init";
static const char *execute_command;

/* LILO writes "auto" before the user's words: arguments before init= are not for init. */
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
static void set_loglevel(const char *val) { console_loglevel = strtoul(val, NULL, 0); }
static void set_norandmaps(const char *val __maybe_unused) { randomize_va_space = 0; }

static void set_panic(const char *val)
{
	panic_timeout = *val == '-' ? -(int)strtoul(val + 1, NULL, 0) : (int)strtoul(val, NULL, 0);
}

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
} params[] = {{"console", true, console_choose}, {"init", true, set_init},
	      {"rdinit", true, set_rdinit},	 {"quiet", false, set_quiet},
	      {"debug", false, set_debug},	 {"loglevel", true, set_loglevel},
	      {"panic", true, set_panic},	 {"norandmaps", false, set_norandmaps},
	      {"vsyscall", true, set_vsyscall},	 DEBUG_PARAMS};

/* Parameters that only Linux has, with '_' for '-', each between spaces. */
static const char linux_words[] =
	" acpi apic apparmor audit clocksource earlycon earlyprintk hugepages idle"
	" ignore_loglevel init_on_alloc initcall_debug initrd intel_iommu iommu kaslr lsm mem"
	" mitigations nmi_watchdog noapic nokaslr nolapic nomodeset nopti nosmap nosmep nosmp"
	" nox2apic nowatchdog oops panic_on_oops panic_on_warn pci pti ramdisk_size"
	" randomize_kstack_offset reboot resume ro root rootdelay rootflags rootfstype rootwait"
	" rw security selinux splash swapaccount transparent_hugepage tsc vdso vga video ";

/*
 * Cuts the next word off @args, in place: *param, and in *val what follows its first '=', or NULL.
 * Quotes around the word or the value are removed; spaces between quotes stay. Returns the rest.
 */
static char *next_arg(char *args, char **param, char **val)
{
	bool in_quote = *args == '"', quoted = in_quote;
	size_t i, equals = 0;

	args += quoted;
	for (i = 0; args[i] && (in_quote || !isspace(args[i])); i++) {
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
	for (args += i; isspace(*args); args++)
		;
	return args;
}

/* Joins the two to NAME=VALUE again, without the quotes. */
static void join(char *param, char *val)
{
	char *equals = param + strlen(param);

	if (!val)
		return;
	*equals = '=';
	memmove(equals + 1, val, strlen(val) + 1);
}

/* Adds @word to a list that ends in NULL, or replaces one that begins with the same @len bytes. */
static void add_word(const char **list, unsigned int max, const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; list[i] && (!len || strncmp(word, list[i], len)); i++)
		if (i == max)
			panic("Too many boot vars at `%s'", word);
	list[i] = word;
}

static void add_argument(const char *word) { add_word(init_argv, MAX_INIT_ARGS, word, 0); }

static bool kernel_param(const char *param, const char *val)
{
	char key[40] = " ", *name = key + 1, *end;
	unsigned int i;

	strscpy(name, param, sizeof(key) - 2);
	for (end = name; *end; end++)
		if (*end == '-')
			*end = '_';
	for (i = 0; i < ARRAY_SIZE(params); i++) {
		if (!strcmp(name, params[i].name) && (val || !params[i].needs_value)) {
			params[i].set(val);
			return true;
		}
	}
	*end = ' ';
	return strstr(linux_words, key) != NULL;
}

static void boot_option(char *param, char *val)
{
	size_t len = strlen(param);

	if (kernel_param(param, val))
		return;
	if ((val && !strcmp(param, "BOOT_IMAGE")) || !strncmp(param, "kexec", 5))
		return;
	if (strchr(param, '.')) /* of a module that may be loaded later */
		return;
	join(param, val);
	if (val) /* the last value of a name is the one that counts */
		add_word(init_envp, MAX_INIT_ENVS, param, len + 1);
	else
		add_argument(param);
}

void parse_boot_params(const char *cmdline)
{
	static char line[BOOT_CMDLINE_MAX]; /* init_argv and init_envp point into it */
	char *args = line, *param, *val;
	bool for_init = false;

	strscpy(line, cmdline, sizeof(line));
	while (isspace(*args))
		args++;
	while (*args) {
		args = next_arg(args, &param, &val);
		if (for_init) {
			join(param, val);
			add_argument(param);
		} else if (!val && !strcmp(param, "--")) {
			for_init = true;
		} else {
			boot_option(param, val);
		}
	}
}

const char *ramdisk_init_option(void) { return ramdisk_execute_command; }

const char *init_option(void) { return execute_command; }
