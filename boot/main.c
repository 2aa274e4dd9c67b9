/* SPDX-License-Identifier: MIT */
/*
 * start_kernel initialises everything, in order: each step may use the steps above it. At the end
 * there are two tasks: this one becomes the idle loop, and pid 1 becomes /init.
 *
 * Abridges Linux's init/main.c. Left out: initcalls, a built-in initramfs, a disk as root.
 * Not on the road of an exec.
 */
#include <binfmts.h>
#include <boot_info.h>
#include <boot_params.h>
#include <fault_inject.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <kasan.h>
#include <namei.h>
#include <printk.h>
#include <reboot.h>
#include <sched.h>
#include <slab.h>
#include <tty.h>
#include <umh.h>
#include <asm/cpu.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <linux/fcntl.h>

#define EXON_VERSION "0.1"

static bool initramfs_ok;

static unsigned long ram_mib(void)
{
	unsigned long bytes = 0;
	unsigned int i;

	for (i = 0; i < boot_info.nr_ram; i++)
		bytes += boot_info.ram[i].end - boot_info.ram[i].start;
	return bytes >> 20;
}

static void banner(void)
{
	struct mem_range *rd = &boot_info.initrd;

	printk(KERN_NOTICE "Exon " EXON_VERSION ", x86_64, gcc " __VERSION__ "\n");
	printk(KERN_INFO "Loader: %s, RAM: %lu MiB, initramfs: %lu KiB\n", boot_info.loader,
	       ram_mib(), (rd->end - rd->start) >> 10);
	printk(KERN_NOTICE "Kernel command line: %s\n", boot_info.cmdline);
}

/* Unpacks the initramfs into the root directory; its memory is page cache then, or free. */
static void populate_rootfs(void)
{
	struct mem_range *rd = &boot_info.initrd;
	size_t size = rd->end - rd->start;
	int error;

	if (!size) {
		printk(KERN_ERR
		       "No initramfs was given (QEMU: -initrd FILE; GRUB: module2 FILE)\n");
		return;
	}
	error = unpack_initramfs(rd->start, size);
	if (error)
		printk(KERN_ERR "The initramfs of %lu KiB does not fit into %lu MiB of RAM\n",
		       size >> 10, ram_mib());
	initramfs_ok = !error;
}

/* Descriptors 0, 1 and 2 of init. */
static void console_on_rootfs(void)
{
	struct file *f = filp_open("/dev/console", O_RDWR, 0);
	int i, fd;

	if (IS_ERR(f)) {
		printk(KERN_ERR "Warning: unable to open an initial console.\n");
		return;
	}
	for (i = 0; i < 3; i++) {
		fd = get_unused_fd_flags(0);
		if (fd >= 0)
			fd_install(fd, get_file(f));
	}
	fput(f);
}

/* clang-format off */
/* What an errno of an exec means for an initramfs. */
static const char *exec_error_hint(int error)
{
	switch (-error) {
	case ENOENT: return "no such file, or the interpreter that it names is missing";
	case EACCES: return "not a regular file with execute permission";
	case ENOEXEC: return "neither an x86-64 ELF program nor a #! script";
	case ELIBBAD: return "its interpreter is not an ELF file for this machine";
	case ENOMEM: return "not enough memory";
	case ELOOP: return "too many links, or interpreters of interpreters";
	case EIO: return "the file ends too early";
	case E2BIG: return "the arguments are too long";
	}
	return "it cannot be loaded";
}
/* clang-format on */

static int run_init_process(const char *path)
{
	int error;

	init_argv[0] = path;
	printk(KERN_INFO "Run %s as init process\n", path);
	error = kernel_execve(path, init_argv, init_envp);
	if (error)
		printk(KERN_ERR "Failed to execute %s (error %d): %s\n", path, error,
		       exec_error_hint(error));
	else /* under "qemu -icount shift=0" a cycle is an instruction */
		printk(KERN_DEBUG "%s is loaded, %lu TSC cycles after the kernel's entry\n", path,
		       (unsigned long)(rdtsc() - boot_tsc));
	return error;
}

/*
 * Pid 1 in the kernel. After it has returned 0, the task goes to user mode, into the loaded
 * program.
 */
static int kernel_init(void *unused __maybe_unused)
{
	const char *init = init_option();
	int error;

	if (!boot_info.initrd.end)
		panic("no init to run: no initramfs was given");
	if (!initramfs_ok)
		panic("no init to run: the initramfs could not be unpacked");
	ptdump_check_wx();
	console_on_rootfs();
	fail_mark_init();
	error = run_init_process(ramdisk_init_option());
	if (error && init)
		error = run_init_process(init);
	if (!error)
		return 0;
	panic("no working init in the initramfs: %s (error %d): %s; try rdinit=",
	      init ? init : ramdisk_init_option(), error, exec_error_hint(error));
}

void start_kernel(u32 magic, phys_addr_t info)
{
	kasan_early_init();
	serial_init();		 /* messages can be seen */
	reboot_init();		 /* a panic can end the machine */
	setup_arch(magic, info); /* boot_info */
	parse_boot_params(boot_info.cmdline);
	banner();

	cpu_init();  /* per-CPU data behind GS */
	trap_init(); /* faults are reported from here on */
	fpu_init();
	mem_init(&boot_info); /* final page tables, frames */
	slab_init();	      /* kmalloc */
	cpu_init_late();
	vsyscall_init();
	vga_init();
	irq_init();
	time_init(); /* ktime_get; the tick waits for interrupts */

	sched_init(&init_task); /* init_task is current */
	task_init();
	cpu_timers_init(); /* the tick has its handler */
	fork_init();
	vfs_init(); /* an empty root directory */
	files_init();
	sysfs_init();
	proc_init();
	ramfs_init();
	devices_init();
	tty_init(); /* console_input has its handler */
	pty_init();
	script_binfmt_init(); /* the binary formats, in the order in which they are tried */
	elf_binfmt_init();

	serial_input_init();
	keyboard_init();
	local_irq_enable();
	populate_rootfs();
	usermodehelper_init();
	if (kernel_thread(kernel_init, NULL, "swapper") != 1)
		panic("the first task did not become pid 1");
	cpu_idle();
}
