/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of exec: good and mutated ELF files, scripts, other files, with random argv, envp,
 * limits, descriptors, signals, users and personality, from one thread or several. Each step makes
 * one file and one child, which execs it. /t/image is what runs if the exec succeeds: it reports
 * through a pipe all that it sees.
 */
#include "twin.h"
#include <elf.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#define REPORT_FD  200
#define DIR	   "/tmp/twinexec"
#define NEW	   DIR "/x" /* the file of this step */
#define INTERP_OFF 0x600
#define NOTE_OFF   0x700
#define BLOB_OFF   0x1000

static unsigned char blob[0x4000], file[0x8000];
static size_t blob_len, file_len;
static unsigned long blob_entry;

/* argv and envp of this step. */
static char **args, **envs;

static const char *outcome(long r)
{
	static char text[24];

	sprintf(text, "%ld", r == -1 ? -(long)errno : r);
	return text;
}

#define SAY(call, format, ...) \
	do { \
		long r_ = (call); \
		say(format " = %s\n", __VA_ARGS__, outcome(r_)); \
	} while (0)

static void write_file(const char *name, const void *bytes, size_t len, int mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || fchmod(fd, mode))
		_exit(99);
	close(fd);
}

/* ---- ELF files -------------------------------------------------------------- */

static unsigned long odd_value(unsigned long old)
{
	static const unsigned long odd[] = {0,
					    1,
					    2,
					    3,
					    7,
					    8,
					    55,
					    56,
					    64,
					    255,
					    0xfff,
					    PAGE,
					    PAGE + 1,
					    2 * PAGE,
					    0xffff,
					    0x10000,
					    0x7fffffff,
					    0x80000000,
					    0xffffffff,
					    0x400000,
					    0x555555554000,
					    0x7ffff7fff000,
					    0x7ffffffff000,
					    0x7fffffffffff,
					    0x800000000000,
					    0xffffffffff600000,
					    1UL << 63,
					    -1UL};

	switch (below(5)) {
	case 0:
		return old + (one_in(2) ? 1 : -1) * (long)(one_in(2) ? 1 : PAGE);
	case 1:
		return old ^ 1UL << below(48);
	case 2:
		return random64() >> below(64);
	default:
		return PICK(odd);
	}
}

static Elf64_Phdr *add_phdr(unsigned int type, unsigned int flags, unsigned long off,
			    unsigned long vaddr, unsigned long filesz, unsigned long memsz)
{
	Elf64_Ehdr *e = (void *)file;
	Elf64_Phdr *p = (Elf64_Phdr *)(e + 1) + e->e_phnum++;

	*p = (Elf64_Phdr){type, flags, off, vaddr, vaddr, filesz, memsz, PAGE};
	return p;
}

static void add_interp(unsigned long base)
{
	static const char *const names[] = {
		DIR "/pie",  DIR "/pie",    DIR "/pie",	   DIR "/pie",
		DIR "/good", DIR "/broken", DIR "/script", DIR "/absent",
		DIR "/dir",  DIR "/nox",    DIR "/empty",  "pie",
		"",	     DIR "/link",   DIR "/large"};
	const char *name = PICK(names);
	size_t len = strlen(name) + !one_in(20);

	memcpy(file + INTERP_OFF, name, strlen(name) + 1);
	add_phdr(PT_INTERP, PF_R, INTERP_OFF, base + INTERP_OFF, len, len);
	say("interpreter \"%s\" %zu\n", name, len);
}

/* Program headers that tell the kernel less, or nothing. */
static void add_others(unsigned long base)
{
	static const unsigned int types[] = {PT_NOTE,	   PT_TLS,	    PT_DYNAMIC,
					     PT_PHDR,	   PT_GNU_EH_FRAME, PT_GNU_RELRO,
					     PT_NULL,	   PT_GNU_STACK,    PT_GNU_PROPERTY,
					     PT_GNU_STACK, PT_SHLIB,	    0x70000000};

	for (int n = below(4); n; n--) {
		unsigned int type = PICK(types);

		add_phdr(type, below(8), type == PT_PHDR ? 64 : NOTE_OFF,
			 base + (type == PT_PHDR ? 64 : NOTE_OFF), 64, 64);
	}
}

static unsigned long some_align(void)
{
	static const unsigned long align[] = {PAGE, PAGE,    PAGE,     0,     1,
					      16,   0x10000, 0x200000, 0x1001};

	return PICK(align);
}

static void add_data(unsigned long base)
{
	unsigned long off = BLOB_OFF + ((blob_len + 7) & -8), len = below(0x300);
	unsigned long vaddr = base + 0x5000 + (below(3) << 12) + (off & (PAGE - 1));
	unsigned long more = one_in(3) ? 0 : below(one_in(2) ? 0x4000 : 0x200);

	if (one_in(10))
		len = 0;
	add_phdr(PT_LOAD, one_in(6) ? below(8) : PF_R | PF_W, off, vaddr, len, len + more)
		->p_align = some_align();
	memset(file + off, 'd', len);
	file_len = off + len;
	if (one_in(5))
		add_phdr(PT_LOAD, PF_R | PF_W, off, vaddr + 0x10000, 0, below(0x5000));
}

/* A file that Linux takes, as a rule; @type is ET_EXEC or ET_DYN. */
static void good_elf(int type)
{
	static const unsigned long bases[] = {0x400000,	     0x400000,	     0x10000,
					      0x200000000,   0x555555555000, 0x40000000,
					      0x7ffff0000000};
	unsigned long base = type == ET_DYN && !one_in(4) ? 0 : PICK(bases);
	Elf64_Ehdr *e = (void *)file;

	memset(file, 0, sizeof(file));
	*e = (Elf64_Ehdr){.e_type = type,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = sizeof(*e),
			  .e_ehsize = sizeof(*e),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_entry = base + BLOB_OFF + blob_entry};
	memcpy(e->e_ident, ELFMAG "\2\1\1", 7);
	memcpy(file + BLOB_OFF, blob, blob_len);
	file_len = BLOB_OFF + blob_len;
	if (one_in(4))
		add_interp(base);
	if (one_in(2))
		add_phdr(PT_LOAD, PF_R, 0, base, BLOB_OFF, BLOB_OFF)->p_align = some_align();
	add_phdr(PT_LOAD, one_in(8) ? PF_R | PF_W | PF_X : PF_R | PF_X, BLOB_OFF, base + BLOB_OFF,
		 blob_len, blob_len)
		->p_align = some_align();
	if (!one_in(4))
		add_data(base);
	if (one_in(2))
		add_phdr(PT_GNU_STACK, one_in(4) ? 7 : 6, 0, 0, 0, 0);
	add_others(base);
}

static void say_headers(void)
{
	const Elf64_Ehdr *e = (void *)file;
	const Elf64_Phdr *p = (void *)(e + 1);

	say("elf type %d entry %#lx, %zu bytes\n", e->e_type, e->e_entry, file_len);
	for (int i = 0; i < e->e_phnum && i < 16; i++)
		say("  type %#x flags %d off %#lx vaddr %#lx filesz %#lx memsz %#lx align %#lx\n",
		    p[i].p_type, p[i].p_flags, p[i].p_offset, p[i].p_vaddr, p[i].p_filesz,
		    p[i].p_memsz, p[i].p_align);
}

static void mutate_field(size_t off, size_t size)
{
	unsigned long old = 0, new;

	memcpy(&old, file + off, size);
	new = odd_value(old);
	memcpy(file + off, &new, size);
	say("  %#zx: %zu bytes %#lx\n", off, size, new);
}

/* The offsets and sizes of the fields of both headers. */
static void mutate_elf(void)
{
	static const unsigned char ehdr[][2] = {{0, 4},	 {4, 1},  {5, 1},  {6, 1},  {7, 1},
						{16, 2}, {18, 2}, {20, 4}, {24, 8}, {32, 8},
						{40, 8}, {48, 4}, {52, 2}, {54, 2}, {56, 2}};
	static const unsigned char phdr[][2] = {{0, 4},	 {4, 4},  {8, 8},  {16, 8},
						{24, 8}, {32, 8}, {40, 8}, {48, 8}};
	int count = ((Elf64_Ehdr *)file)->e_phnum, i;

	for (int n = 1 + below(3); n; n--) {
		switch (below(6)) {
		case 0:
			i = below(LENGTH(ehdr));
			mutate_field(ehdr[i][0], ehdr[i][1]);
			break;
		case 1:
			mutate_field(below(INTERP_OFF + 32), 1);
			break;
		case 2:
			file_len = one_in(4) ? below(file_len) : file_len;
			break;
		default:
			i = below(LENGTH(phdr));
			mutate_field(64 + 56 * below(count) + phdr[i][0], phdr[i][1]);
		}
	}
	say("  %zu bytes\n", file_len);
}

/* ---- scripts and other files ------------------------------------------------ */

static const char *some_mode_text(int mode)
{
	static char text[16];

	sprintf(text, "%#o", mode);
	return text;
}

static int some_mode(void)
{
	static const int modes[] = {0755, 0755, 0755, 0755,  0755,  0700,  0111,  0711,
				    0644, 0,	0444, 04755, 02755, 06755, 04711, 02745};

	return PICK(modes);
}

static void script(void)
{
	static const char *const blanks[] = {"", "", "", " ", "\t", "  \t ", "\r"};
	static const char *const interps[] = {DIR "/good",
					      DIR "/good",
					      DIR "/pie",
					      DIR "/pie",
					      DIR "/script",
					      DIR "/script5",
					      DIR "/x",
					      DIR "/dir",
					      DIR "/absent",
					      DIR "/nox",
					      DIR "/suid",
					      DIR "/empty",
					      "good",
					      "",
					      DIR "/link",
					      DIR "/fifo",
					      "/proc/self/cwd/good"};
	static const char *const words[] = {"",	   "",	  " -a",     "\targ\t", " two words ",
					    " x ", " \r", " a\tb c", " #"};
	char *s = (char *)file, *end;

	memset(file, 0, sizeof(file));
	end = s + sprintf(s, "#!%s%s%s%s", PICK(blanks), PICK(interps), PICK(words), PICK(blanks));
	if (one_in(6)) {
		size_t pad = 90 + below(220);

		memset(end, one_in(2) ? ' ' : 'p', pad);
		end += pad;
	}
	if (one_in(8))
		s[below(end - s)] = one_in(2) ? 0 : '\n';
	if (!one_in(5))
		end = stpcpy(end, "\necho no\n");
	file_len = end - s;
	say("script of %zu bytes \"%.40s\"\n", file_len, s);
}

static void garbage(void)
{
	file_len = below(one_in(2) ? 8 : 300);
	for (size_t i = 0; i < file_len; i++)
		file[i] = one_in(2) ? random64() : '#';
	say("garbage of %zu bytes\n", file_len);
}

/* The file of this step. */
static void make_file(void)
{
	int mode = some_mode();

	switch (below(10)) {
	case 0:
	case 1:
	case 2:
		script();
		break;
	case 3:
		garbage();
		break;
	default:
		good_elf(one_in(2) ? ET_EXEC : ET_DYN);
		say_headers();
		if (one_in(2))
			mutate_elf();
	}
	write_file(NEW, file, file_len, mode);
	if (one_in(3)) {
		SAY(chown(NEW, one_in(2) ? NOBODY : 0, one_in(2) ? NOBODY : 0), "chown(%s)", NEW);
		chmod(NEW, mode);
	}
	say("mode %s\n", some_mode_text(mode));
}

/* What stays the same in all steps. */
static void standing_files(void)
{
	random_state = 0;
	do
		good_elf(ET_EXEC);
	while (((Elf64_Ehdr *)file)->e_phnum != 3 ||
	       ((Elf64_Phdr *)(file + 64))->p_type == PT_INTERP);
	write_file(DIR "/good", file, file_len, 0755);
	write_file(DIR "/nox", file, file_len, 0644);
	write_file(DIR "/suid", file, file_len, 06755);
	if (chown(DIR "/suid", 1000, 1000) || chmod(DIR "/suid", 06755))
		_exit(98);
	((Elf64_Ehdr *)file)->e_machine = EM_386;
	write_file(DIR "/broken", file, file_len, 0755);
	good_elf(ET_DYN);
	while (((Elf64_Phdr *)(file + 64))->p_type == PT_INTERP)
		good_elf(ET_DYN);
	write_file(DIR "/pie", file, file_len, 0755);
	((Elf64_Phdr *)(file + 64))->p_memsz = 1UL << 46;
	write_file(DIR "/large", file, file_len, 0755);
	write_file(DIR "/empty", "", 0, 0755);
	write_file(DIR "/script", "#!" DIR "/good of script\n", 29, 0755);
	write_file(DIR "/script2", "#!" DIR "/script 2\n", 26, 0755);
	write_file(DIR "/script3", "#!" DIR "/script2 3\n", 27, 0755);
	write_file(DIR "/script4", "#!" DIR "/script3 4\n", 27, 0755);
	write_file(DIR "/script5", "#!" DIR "/script4 5\n", 27, 0755);
	said->len = 0;
}

static const char *some_target(void)
{
	static const char *const names[] = {DIR "/good",
					    DIR "/pie",
					    DIR "/suid",
					    DIR "/script",
					    DIR "/script4",
					    DIR "/script5",
					    DIR "/dir",
					    DIR "/fifo",
					    DIR "/absent",
					    DIR "/link",
					    DIR "/loop",
					    DIR "/empty",
					    "x",
					    "./x",
					    "",
					    "/dev/null",
					    DIR "/good/x",
					    DIR "/x/",
					    DIR "/nox",
					    DIR "/dir/x",
					    "/proc/self/cwd/good",
					    DIR "/../twinexec/x",
					    "/proc/version"};

	return one_in(3) ? PICK(names) : NEW;
}

/* ---- what the exec inherits ------------------------------------------------- */

static void handler(int sig) { (void)sig; }

static void set_limit(void)
{
	static const int kinds[] = {RLIMIT_STACK,  RLIMIT_STACK, RLIMIT_STACK,	RLIMIT_AS,
				    RLIMIT_AS,	   RLIMIT_DATA,	 RLIMIT_NOFILE, RLIMIT_FSIZE,
				    RLIMIT_RTPRIO, RLIMIT_NICE,	 RLIMIT_CPU};
	static const unsigned long values[] = {0,	  4096,	    0x10000,  0x20000,	0x21000,
					       0x100000,  0x200000, 0x400000, 0x800000, 0x40000000,
					       1UL << 36, 30,	    201,      -1UL};
	int kind = PICK(kinds);
	struct rlimit limit;

	getrlimit(kind, &limit);
	limit.rlim_cur = kind == RLIMIT_CPU ? 60 : PICK(values);
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (one_in(4))
		limit.rlim_max = limit.rlim_cur;
	SAY(setrlimit(kind, &limit), "setrlimit(%d, %#lx, %#lx)", kind, (long)limit.rlim_cur,
	    (long)limit.rlim_max);
}

/* Never SIGALRM, which ends a program that runs for ever. */
static int some_signal(void)
{
	int sig = 1 + below(64);

	return sig == SIGALRM || sig == SIGKILL || sig == SIGSTOP || sig == 32 || sig == 33
		       ? SIGUSR1
		       : sig;
}

static void set_signal(void)
{
	struct sigaction sa = {.sa_handler = one_in(3) ? handler : one_in(2) ? SIG_IGN : SIG_DFL};
	stack_t stack = {.ss_sp = (void *)0x10000, .ss_size = 0x4000};
	int sig = some_signal();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	switch (below(4)) {
	case 0:
		SAY(sigprocmask(SIG_BLOCK, &set, NULL), "block(%d)", sig);
		break;
	case 1:
		sigprocmask(SIG_BLOCK, &set, NULL);
		SAY(one_in(2) ? raise(sig) : kill(getpid(), sig), "blocked, raise(%d)", sig);
		break;
	case 2:
		SAY(sigaltstack(&stack, NULL), "sigaltstack(%d)", 0);
		break;
	default:
		sa.sa_flags = one_in(2) ? SA_RESTART : SA_NODEFER;
		SAY(sigaction(sig, &sa, NULL), "sigaction(%d)", sig);
	}
}

static void set_descriptor(void)
{
	static const int flags[] = {O_RDONLY, O_RDONLY | O_CLOEXEC, O_PATH,
				    O_RDONLY | O_NONBLOCK | O_APPEND, O_PATH | O_CLOEXEC};
	int to = below(40), flag = PICK(flags), fd;

	if (one_in(4)) {
		SAY(close(to), "close(%d)", to);
		return;
	}
	fd = open(one_in(3) ? DIR : one_in(2) ? "/dev/zero" : DIR "/good", flag);
	SAY(fd == to ? to : dup3(fd, to, flag & O_CLOEXEC), "open(%#x) to %d", flag, to);
	if (one_in(3))
		lseek(to, below(100), SEEK_SET);
}

static void set_user(void)
{
	static const int bits[] = {SECBIT_NOROOT,
				   SECBIT_NO_SETUID_FIXUP,
				   SECBIT_KEEP_CAPS,
				   SECBIT_KEEP_CAPS_LOCKED,
				   SECBIT_NO_CAP_AMBIENT_RAISE,
				   SECBIT_NOROOT | SECBIT_NOROOT_LOCKED};
	gid_t groups[] = {1000, 5, NOBODY};

	switch (below(8)) {
	case 0:
		SAY(setgroups(below(4), groups), "setgroups(%d)", 0);
		SAY(setresgid(NOBODY, NOBODY, NOBODY), "setresgid(%d)", NOBODY);
		SAY(setresuid(NOBODY, NOBODY, NOBODY), "setresuid(%d)", NOBODY);
		break;
	case 1:
		SAY(setresuid(-1, NOBODY, -1), "setresuid(-1, %d, -1)", NOBODY);
		break;
	case 2:
		SAY(setresuid(NOBODY, 0, 1000), "setresuid(%d, 0, 1000)", NOBODY);
		break;
	case 3:
		SAY(setresgid(-1, 1000, NOBODY), "setresgid(-1, 1000, %d)", NOBODY);
		break;
	case 4:
		SAY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs(%d)", 1);
		break;
	case 5:
		SAY(prctl(PR_SET_SECUREBITS, PICK(bits)), "securebits(%d)", 0);
		break;
	case 6:
		SAY(prctl(PR_CAPBSET_DROP, below(41)), "capbset_drop(%d)", 0);
		break;
	default:
		SAY(prctl(PR_SET_KEEPCAPS, 1), "keepcaps(%d)", 1);
	}
}

static void set_personality(void)
{
	static const int bits[] = {ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT,
				   READ_IMPLIES_EXEC, ADDR_LIMIT_3GB, STICKY_TIMEOUTS,
				   WHOLE_SECONDS,     SHORT_INODE,    UNAME26,
				   ADDR_LIMIT_32BIT};
	int p = PICK(bits) | (one_in(2) ? PICK(bits) : 0);

	SAY(personality(p), "personality(%#x)", p);
}

static void set_other(void)
{
	switch (below(9)) {
	case 0:
		SAY(umask(below(01000)), "umask(%d)", 0);
		break;
	case 1:
		SAY(chdir(one_in(2) ? "/" : DIR "/dir"), "chdir(%d)", 0);
		break;
	case 2:
		SAY(prctl(PR_SET_NAME, "a name of a task"), "name(%d)", 0);
		break;
	case 3:
		SAY(prctl(PR_SET_PDEATHSIG, SIGUSR1), "deathsig(%d)", SIGUSR1);
		break;
	case 4:
		SAY(prctl(PR_SET_DUMPABLE, below(2)), "dumpable(%d)", 0);
		break;
	case 5:
		SAY(prctl(PR_SET_TIMERSLACK, 1000 + below(9)), "slack(%d)", 0);
		break;
	case 6:
		SAY(mlockall(MCL_CURRENT | MCL_FUTURE), "mlockall(%d)", 3);
		break;
	case 7:
		SAY(prctl(PR_SET_CHILD_SUBREAPER, 1), "reaper(%d)", 1);
		break;
	default:
		SAY(nice(5), "nice(%d)", 5);
	}
}

static void inherit(void)
{
	for (int n = below(5); n; n--) {
		switch (below(7)) {
		case 0:
		case 1:
			set_limit();
			break;
		case 2:
			set_signal();
			break;
		case 3:
			set_descriptor();
			break;
		case 4:
			set_user();
			break;
		case 5:
			set_personality();
			break;
		default:
			set_other();
		}
	}
}

/* ---- argv and envp ---------------------------------------------------------- */

static char *some_string(void)
{
	static const char *const words[] = {"",		"a", "-l", "PATH=/bin", "LD_PRELOAD=x",
					    "two words"};
	static const int lengths[] = {100, 4095, 4096, 131070, 131071, 131072, 131073, 200000};
	size_t len;
	char *s;

	if (one_in(40))
		return (char *)(one_in(2) ? 8 : 0x7ffffffff000);
	if (!one_in(25))
		return (char *)PICK(words);
	len = PICK(lengths);
	s = malloc(len + 1);
	memset(s, 'L', len);
	s[len] = 0;
	return s;
}

static char **some_strings(const char *name)
{
	size_t n = one_in(30) ? below(60000) : below(6);
	char **list = calloc(n + 1, sizeof(*list));

	if (one_in(25)) {
		list = one_in(2) ? NULL : (char **)0x7ffffffff000;
		say("%s at %p\n", name, (void *)list);
		return list;
	}
	for (size_t i = 0; i < n; i++)
		list[i] = i < 8 ? some_string() : i % 100 ? "many" : list[i % 8];
	say("%s: %zu strings\n", name, n);
	return list;
}

/* ---- the call --------------------------------------------------------------- */

enum way { EXECVE, EXECVE_AT, BY_FD, BY_PROC, WAYS };

static struct {
	enum way way;
	const char *path;
	int at_flags, fd_flags;
} how;

static long do_exec(void)
{
	char name[40];
	int fd;

	switch (how.way) {
	case EXECVE_AT:
		return syscall(SYS_execveat, AT_FDCWD, how.path, args, envs, how.at_flags);
	case BY_FD:
		fd = open(how.path, how.fd_flags);
		return syscall(SYS_execveat, fd, "", args, envs, AT_EMPTY_PATH | how.at_flags);
	case BY_PROC:
		sprintf(name, "/proc/self/fd/%d", open(how.path, how.fd_flags));
		return syscall(SYS_execve, name, args, envs);
	default:
		return syscall(SYS_execve, how.path, args, envs);
	}
}

static void choose_call(void)
{
	static const int at_flags[] = {0, 0, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1};
	static const int fd_flags[] = {
		O_RDONLY, O_PATH, O_PATH | O_CLOEXEC, O_RDONLY | O_CLOEXEC, O_PATH | O_NOFOLLOW,
		O_RDWR};

	how.way = one_in(3) ? (enum way)below(WAYS) : EXECVE;
	how.path = some_target();
	how.at_flags = PICK(at_flags);
	how.fd_flags = PICK(fd_flags) | O_NONBLOCK;
	say("exec %d \"%s\" %#x %#x\n", how.way, how.path, how.at_flags, how.fd_flags);
}

static void *exec_thread(void *arg)
{
	(void)arg;
	SAY(do_exec(), "in a thread: exec(%d)", how.way);
	_exit(1);
}

static void *idle_thread(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void exec_in_vfork(void)
{
	int status = 0;
	pid_t pid = vfork();

	if (!pid) {
		alarm(60);
		do_exec();
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	say("vfork: status %#x\n", status);
}

/* From a process of one thread, from a thread, with idle threads beside. */
static void exec_with_threads(void)
{
	pthread_t thread;
	int kind = below(8);

	if (kind == 1 && !pthread_create(&thread, NULL, exec_thread, NULL))
		idle_thread(NULL);
	if (kind == 2 && !pthread_create(&thread, NULL, idle_thread, NULL))
		say("with %s\n", "an idle thread");
	if (kind == 3)
		exec_in_vfork();
	SAY(do_exec(), "exec(%d)", how.way);
	_exit(1);
}

static void child(int to)
{
	alarm(60);
	dup2(to, REPORT_FD);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (one_in(30))
		SAY(open(how.path, O_WRONLY | O_NONBLOCK) < 0, "open for writing(%d)", 0);
	inherit();
	exec_with_threads();
}

/* What the image reports, until all who could write to the pipe have ended. */
static void say_report(int from)
{
	static char text[1 << 17];
	size_t len = 0;
	ssize_t n;

	while ((n = read(from, text + len, sizeof(text) - len)) > 0)
		len += n;
	say("%.*s", (int)len, text);
}

static void begin(void)
{
	static const struct rlimit no_core;
	int fd = open("/t/image", O_RDONLY);
	Elf64_Ehdr *e = (void *)blob;

	blob_len = read(fd, blob, sizeof(blob));
	close(fd);
	blob_len = ((Elf64_Phdr *)(e + 1))->p_filesz;
	blob_entry = e->e_entry - ((Elf64_Phdr *)(e + 1))->p_vaddr;
	alarm(600); /* a busy host: each child has an alarm of its own */
	setrlimit(RLIMIT_CORE, &no_core);
	umask(022);
	mkdir(DIR, 0755);
	mkdir(DIR "/dir", 0755);
	mkfifo(DIR "/fifo", 0755);
	chmod(DIR "/fifo", 0755);
	if (symlink("x", DIR "/link") + symlink("loop", DIR "/loop") < -2 || chdir(DIR))
		_exit(97);
	standing_files();
}

static void step(void)
{
	int status = 0, ends[2];
	pid_t pid;

	make_file();
	choose_call();
	args = some_strings("argv");
	envs = some_strings("envp");
	if (pipe2(ends, O_CLOEXEC))
		_exit(96);
	pid = fork();
	if (!pid)
		child(ends[1]);
	close(ends[1]);
	say_report(ends[0]);
	close(ends[0]);
	waitpid(pid, &status, 0);
	say("status %#x\n", status);
}

static void finish(void) {}
