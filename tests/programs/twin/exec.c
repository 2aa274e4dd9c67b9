/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of exec: good and mutated ELF files, scripts, other files, with random argv, envp,
 * limits, descriptors, signals, users and personality, from one thread or several. Each step makes
 * one file and one child, which execs it, and changes nothing for the next one: a program is short.
 * /t/image is what runs if the exec succeeds. exec_shown.h has what the steps are made of.
 */
#define STEPS (1 + below(4))
#include "twin.h"
#include "exec_shown.h"
#include <elf.h>
#include <linux/securebits.h>

#define INTERP_OFF 0x600
#define NOTE_OFF   0x700

/* ---- the file as statements ------------------------------------------------- */

static void say_save(const char *name, int mode)
{
	say("save(\"%s\", %#o);\n", name, mode);
	save(name, mode);
}

/* The bytes of the file that are not those of a plain one. */
static void say_file(const char *name, int mode)
{
	static unsigned char plain[sizeof(file)];

	say("new_file(%zu);\n", file_len);
	plain_file(plain, file_len);
	for (size_t off = 0, n; off < file_len; off += n) {
		n = file_len - off < 32 ? file_len - off : 32;
		if (!memcmp(file + off, plain + off, n))
			continue;
		say("bytes(%#zx, \"", off);
		for (size_t i = 0; i < n; i++)
			say("%02x", file[off + i]);
		say("\");\n");
	}
	say_save(name, mode);
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
	say("# interpreter \"%s\" %zu\n", name, len);
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

	say("# elf type %d entry %#lx, %zu bytes\n", e->e_type, e->e_entry, file_len);
	for (int i = 0; i < e->e_phnum && i < 16; i++)
		say("#  type %#x flags %d off %#lx vaddr %#lx filesz %#lx memsz %#lx align %#lx\n",
		    p[i].p_type, p[i].p_flags, p[i].p_offset, p[i].p_vaddr, p[i].p_filesz,
		    p[i].p_memsz, p[i].p_align);
}

static void mutate_field(size_t off, size_t size)
{
	unsigned long old = 0, new;

	memcpy(&old, file + off, size);
	new = odd_value(old);
	memcpy(file + off, &new, size);
	say("#  %#zx: %zu bytes %#lx\n", off, size, new);
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
}

/* ---- scripts and other files ------------------------------------------------ */

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
}

static void garbage(void)
{
	file_len = below(one_in(2) ? 8 : 300);
	for (size_t i = 0; i < file_len; i++)
		file[i] = one_in(2) ? random64() : '#';
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
	say_file(NEW, mode);
	if (one_in(3)) {
		uid_t uid = one_in(2) ? NOBODY : 0, gid = one_in(2) ? NOBODY : 0;

		STEP(chown(NEW, uid, gid), "chown(NEW, %d, %d)", uid, gid);
		STEP(chmod(NEW, mode), "chmod(NEW, %#o)", mode);
	}
}

static void standing_script(const char *name, const char *text)
{
	file_len = strlen(text);
	memcpy(file, text, file_len);
	say_file(name, 0755);
}

/* What stays the same in all steps. */
static void standing_files(void)
{
	random_state = 0;
	do
		good_elf(ET_EXEC);
	while (((Elf64_Ehdr *)file)->e_phnum != 3 ||
	       ((Elf64_Phdr *)(file + 64))->p_type == PT_INTERP);
	say_file(DIR "/good", 0755);
	say_save(DIR "/nox", 0644);
	say_save(DIR "/suid", 06755);
	STEP(chown(DIR "/suid", 1000, 1000), "chown(DIR \"/suid\", %d, %d)", 1000, 1000);
	STEP(chmod(DIR "/suid", 06755), "chmod(DIR \"/suid\", %#o)", 06755);
	((Elf64_Ehdr *)file)->e_machine = EM_386;
	say_file(DIR "/broken", 0755);
	good_elf(ET_DYN);
	while (((Elf64_Phdr *)(file + 64))->p_type == PT_INTERP)
		good_elf(ET_DYN);
	say_file(DIR "/pie", 0755);
	((Elf64_Phdr *)(file + 64))->p_memsz = 1UL << 46;
	say_file(DIR "/large", 0755);
	memset(file, 0, sizeof(file));
	standing_script(DIR "/empty", "");
	standing_script(DIR "/script", "#!" DIR "/good of script\n");
	standing_script(DIR "/script2", "#!" DIR "/script 2\n");
	standing_script(DIR "/script3", "#!" DIR "/script2 3\n");
	standing_script(DIR "/script4", "#!" DIR "/script3 4\n");
	standing_script(DIR "/script5", "#!" DIR "/script4 5\n");
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

static void set_limit(void)
{
	static const int kinds[] = {RLIMIT_STACK,  RLIMIT_STACK, RLIMIT_STACK,	RLIMIT_AS,
				    RLIMIT_AS,	   RLIMIT_DATA,	 RLIMIT_NOFILE, RLIMIT_FSIZE,
				    RLIMIT_RTPRIO, RLIMIT_NICE,	 RLIMIT_CPU};
	static const unsigned long values[] = {0,	  4096,	    0x10000,  0x20000,	0x21000,
					       0x100000,  0x200000, 0x400000, 0x800000, 0x40000000,
					       1UL << 36, 30,	    201,      -1UL};
	int kind = PICK(kinds);
	struct rlimit l;

	getrlimit(kind, &l);
	l.rlim_cur = kind == RLIMIT_CPU ? 60 : PICK(values);
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	if (one_in(4))
		l.rlim_max = l.rlim_cur;
	STEP(setrlimit(kind, &l), "limit(%d, %#lx, %#lx)", kind, (long)l.rlim_cur,
	     (long)l.rlim_max);
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
	int sig = some_signal(), way = below(3), flags = one_in(2) ? SA_RESTART : SA_NODEFER;

	switch (below(4)) {
	case 0:
		STEP(block(sig), "block(%d)", sig);
		break;
	case 1:
		STEP(block(sig), "block(%d)", sig);
		if (one_in(2))
			STEP(raise(sig), "raise(%d)", sig);
		else
			STEP(kill(getpid(), sig), "kill(getpid(), %d)", sig);
		break;
	case 2:
		STEP(alternate_stack(), "alternate_stack(%s)", "");
		break;
	default:
		STEP(action(sig, way, flags), "action(%d, %d, %#x)", sig, way, flags);
	}
}

static void set_descriptor(void)
{
	static const int flags[] = {O_RDONLY, O_RDONLY | O_CLOEXEC, O_PATH,
				    O_RDONLY | O_NONBLOCK | O_APPEND, O_PATH | O_CLOEXEC};
	static const char *const names[] = {DIR, "/dev/zero", DIR "/good"};
	int to = below(40), flag = PICK(flags), off = below(100);
	const char *name = PICK(names);

	if (one_in(4)) {
		STEP(close(to), "close(%d)", to);
		return;
	}
	STEP(open_at(to, name, flag), "open_at(%d, \"%s\", %#x)", to, name, flag);
	if (one_in(3))
		STEP(lseek(to, off, SEEK_SET), "lseek(%d, %d, SEEK_SET)", to, off);
}

/* prctl with one number. */
static void option(int option, long value)
{
	STEP(prctl(option, value, 0, 0, 0), "prctl(%d, %ld, 0, 0, 0)", option, value);
}

static void set_ids(int user, int real, int effective, int saved)
{
	if (user)
		STEP(setresuid(real, effective, saved), "setresuid(%d, %d, %d)", real, effective,
		     saved);
	else
		STEP(setresgid(real, effective, saved), "setresgid(%d, %d, %d)", real, effective,
		     saved);
}

static void set_user(void)
{
	static const int bits[] = {SECBIT_NOROOT,
				   SECBIT_NO_SETUID_FIXUP,
				   SECBIT_KEEP_CAPS,
				   SECBIT_KEEP_CAPS_LOCKED,
				   SECBIT_NO_CAP_AMBIENT_RAISE,
				   SECBIT_NOROOT | SECBIT_NOROOT_LOCKED};
	int n = below(4);

	switch (below(8)) {
	case 0:
		STEP(set_groups(n), "set_groups(%d)", n);
		set_ids(0, NOBODY, NOBODY, NOBODY);
		set_ids(1, NOBODY, NOBODY, NOBODY);
		break;
	case 1:
		set_ids(1, -1, NOBODY, -1);
		break;
	case 2:
		set_ids(1, NOBODY, 0, 1000);
		break;
	case 3:
		set_ids(0, -1, 1000, NOBODY);
		break;
	case 4:
		option(PR_SET_NO_NEW_PRIVS, 1);
		break;
	case 5:
		option(PR_SET_SECUREBITS, PICK(bits));
		break;
	case 6:
		option(PR_CAPBSET_DROP, below(41));
		break;
	default:
		option(PR_SET_KEEPCAPS, 1);
	}
}

static void set_personality(void)
{
	static const int bits[] = {ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT,
				   READ_IMPLIES_EXEC, ADDR_LIMIT_3GB, STICKY_TIMEOUTS,
				   WHOLE_SECONDS,     SHORT_INODE,    UNAME26,
				   ADDR_LIMIT_32BIT};
	int p = PICK(bits) | (one_in(2) ? PICK(bits) : 0);

	STEP(personality(p), "personality(%#x)", p);
}

static void set_other(void)
{
	const char *dir = one_in(2) ? "/" : DIR "/dir", *name = "a name of a task";
	int mask = below(01000);

	switch (below(9)) {
	case 0:
		STEP(umask(mask), "umask(%#o)", mask);
		break;
	case 1:
		STEP(chdir(dir), "chdir(\"%s\")", dir);
		break;
	case 2:
		STEP(prctl(PR_SET_NAME, name), "prctl(PR_SET_NAME, \"%s\")", name);
		break;
	case 3:
		option(PR_SET_PDEATHSIG, SIGUSR1);
		break;
	case 4:
		option(PR_SET_DUMPABLE, below(2));
		break;
	case 5:
		option(PR_SET_TIMERSLACK, 1000 + below(9));
		break;
	case 6:
		STEP(mlockall(MCL_CURRENT | MCL_FUTURE), "mlockall(%d)", MCL_CURRENT | MCL_FUTURE);
		break;
	case 7:
		option(PR_SET_CHILD_SUBREAPER, 1);
		break;
	default:
		STEP(nice(5), "nice(%d)", 5);
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

/* Also says it. */
static char *some_string(void)
{
	static const char *const words[] = {"",		"a", "-l", "PATH=/bin", "LD_PRELOAD=x",
					    "two words"};
	static const int lengths[] = {100, 4095, 4096, 131070, 131071, 131072, 131073, 200000};
	unsigned long bad = one_in(2) ? 8 : 0x7ffffffff000;
	const char *word = PICK(words);
	int len = PICK(lengths);

	if (one_in(40)) {
		say(" (char *)%#lx,", bad);
		return (char *)bad;
	}
	if (one_in(25)) {
		say(" letters(%d),", len);
		return letters(len);
	}
	say(" \"%s\",", word);
	return (char *)word;
}

static char **some_strings(const char *name)
{
	unsigned long n = one_in(30) ? below(60000) : below(6),
		      bad = one_in(2) ? 0 : 0x7ffffffff000;
	char *first[8] = {NULL};

	if (one_in(25)) {
		say("%s = (char **)%#lx;\n", name, bad);
		return (char **)bad;
	}
	say("%s = strings(%lu, (char *[8]){", name, n);
	for (unsigned long i = 0; i < n && i < 8; i++)
		first[i] = some_string();
	say("%s});\n", n >= 8 ? "" : " NULL");
	return strings(n, first);
}

/* ---- the call --------------------------------------------------------------- */

static void child(void)
{
	static const int at_flags[] = {0, 0, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1};
	static const int fd_flags[] = {
		O_RDONLY, O_PATH, O_PATH | O_CLOEXEC, O_RDONLY | O_CLOEXEC, O_PATH | O_NOFOLLOW,
		O_RDWR};
	enum way way = one_in(3) ? (enum way)below(WAYS) : EXECVE;
	enum from from = one_in(2) ? (enum from)below(FROMS) : ALONE;
	int at = PICK(at_flags), flags = PICK(fd_flags) | O_NONBLOCK;
	const char *path = some_target();

	if (one_in(30))
		STEP(open_at(50, path, O_WRONLY | O_NONBLOCK), "open_at(50, \"%s\", %#x)", path,
		     O_WRONLY | O_NONBLOCK);
	inherit();
	say("exec_file(%d, %d, \"%s\", %#x, %#x);\n", from, way, path, at, flags);
	exec_file(from, way, path, at, flags);
}

static void begin(void)
{
	int fd = OK(open("/t/image", O_RDONLY));
	Elf64_Ehdr *e = (void *)blob;

	OK(read(fd, blob, sizeof(blob)));
	close(fd);
	blob_len = ((Elf64_Phdr *)(e + 1))->p_filesz;
	blob_entry = e->e_entry - ((Elf64_Phdr *)(e + 1))->p_vaddr;
	alarm(600); /* a busy host: each child has an alarm of its own */
	enter_dir();
	say("start_exec(image, %#lx);\n", blob_entry);
	standing_files();
}

static void step(void)
{
	const char *text;
	pid_t pid;

	make_file();
	args = some_strings("args");
	envs = some_strings("envs");
	say("if (!(pid = start_child())) {\n");
	pid = start_child();
	if (!pid)
		child();
	text = report(); /* the child says its steps until then */
	say("}\n");
	say_text("report()", text);
	say("EQ(status_of(pid), %#x);\n", status_of(pid));
}

static void finish(void) {}
