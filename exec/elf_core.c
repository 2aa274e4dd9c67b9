/* SPDX-License-Identifier: MIT */
/*
 * The ELF core file: registers and memory of a process that a signal ends, for GDB.
 * Abridges elf_core_dump of Linux's fs/binfmt_elf.c. Not on the road of an exec.
 *
 *   Ehdr ET_CORE | PT_NOTE, PT_LOAD for each VMA | notes | (page) VMA | VMA | ...
 *
 *   notes: NT_PRSTATUS of the thread that died, NT_PRPSINFO, NT_SIGINFO,
 *   NT_AUXV, NT_FILE, NT_FPREGSET, NT_386_IOPERM (if it may use I/O ports), NT_X86_XSTATE; then
 *   NT_PRSTATUS, NT_FPREGSET, NT_386_IOPERM, NT_X86_XSTATE of each other thread
 *
 * The other threads do not run during the dump: the kernel is not preempted, and writing to a file
 * in memory does not sleep.
 */
#include <binfmts.h>
#include <coredump.h>
#include <elf.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <namei.h>
#include <printk.h>
#include <ptrace.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <linux/limits.h>

#define NOTES_ROOM    (16 * 1024) /* of the buffer at first, bytes: enough for a few threads */
#define MAX_FILE_NOTE (4 << 20)	  /* bytes: a longer NT_FILE is left out, as in Linux */

/* Bits of /proc/PID/coredump_filter. */
enum {
	FILTER_ANON_PRIVATE,
	FILTER_ANON_SHARED,
	FILTER_MAPPED_PRIVATE,
	FILTER_MAPPED_SHARED,
	FILTER_ELF_HEADERS
};

/* A copy of a VMA, and how many of its bytes go into the file. */
struct core_vma {
	unsigned long start, end, flags, dump_size, pgoff;
	struct file *file;
	bool faultable; /* a missing page can come from a file or the kernel */
};

/* All notes, in one buffer: their size must be known before the headers are written. */
struct core_notes {
	char *buf;
	size_t size, room; /* bytes in use, bytes there are */
	bool failed;	   /* no memory for one of them */
};

static bool filter(const struct coredump_params *cprm, int bit)
{
	return cprm->mm_flags & BIT(MMF_DUMP_FILTER_SHIFT + bit);
}

/* The first page of a program or library identifies it: GDB finds the build-id there. */
static bool is_elf_header(const struct vm_area_struct *v)
{
	char magic[SELFMAG];

	return v->vm_pgoff == 0 && (v->vm_flags & VM_READ) &&
	       ((v->vm_file->f_inode->i_mode & 0111) ||
		(copy_from_user(magic, (void __user *)v->vm_start, SELFMAG) == 0 &&
		 memcmp(magic, ELFMAG, SELFMAG) == 0));
}

/* How many bytes of a VMA the filter selects. */
static unsigned long vma_dump_size(const struct coredump_params *cprm, struct vm_area_struct *v)
{
	unsigned long whole = v->vm_end - v->vm_start;

	if (arch_vma_name(v))
		return whole;
	if (v->vm_flags & (VM_IO | VM_DONTDUMP))
		return 0;
	if (v->vm_flags & VM_SHARED) {
		bool named = v->vm_file && v->vm_file->f_inode->i_nlink;

		return filter(cprm, named ? FILTER_MAPPED_SHARED : FILTER_ANON_SHARED) ? whole : 0;
	}
	if (v->anon_vma && filter(cprm, FILTER_ANON_PRIVATE))
		return whole;
	if (!v->vm_file)
		return 0;
	if (filter(cprm, FILTER_MAPPED_PRIVATE))
		return whole;
	return filter(cprm, FILTER_ELF_HEADERS) && is_elf_header(v) ? PAGE_SIZE : 0;
}

static struct core_vma describe_vma(const struct coredump_params *cprm, struct vm_area_struct *v)
{
	return (struct core_vma){
		.start = v->vm_start,
		.end = v->vm_end,
		.flags = v->vm_flags,
		.pgoff = v->vm_pgoff,
		.file = v->vm_file,
		.faultable = v->vm_ops && v->vm_ops->fault,
		.dump_size = vma_dump_size(cprm, v),
	};
}

/* Describes all VMAs and the gate VMA, *count in all. NULL: no memory. */
static struct core_vma *snapshot_vmas(const struct coredump_params *cprm, int *count)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *gate = get_gate_vma(mm);
	struct core_vma *list = vmalloc((mm->map_count + 1) * sizeof(*list)), *c = list;

	if (!list)
		return NULL;
	for (struct vm_area_struct *v = mm->mmap; v; v = v->vm_next)
		*c++ = describe_vma(cprm, v);
	if (gate)
		*c++ = describe_vma(cprm, gate);
	*count = c - list;
	return list;
}

/* ---- notes --------------------------------------------------------------- */

/* Makes room for @more bytes, in a buffer of twice the size if need be. False: no memory. */
static bool grow_notes(struct core_notes *n, size_t more)
{
	size_t room = n->room ? n->room : NOTES_ROOM;
	char *buf;

	while (n->size + more > room)
		room *= 2;
	if (room == n->room)
		return true;
	buf = vmalloc(room);
	if (!buf)
		return false;
	memcpy(buf, n->buf, n->size);
	vfree(n->buf);
	n->buf = buf;
	n->room = room;
	return true;
}

static void add_note(struct core_notes *n, const char *name, unsigned int type, const void *desc,
		     size_t size)
{
	Elf64_Nhdr head = {strlen(name) + 1, size, type};
	size_t name_room = ALIGN((size_t)head.n_namesz, 4);
	size_t total = sizeof(head) + name_room + ALIGN(size, 4);
	char *p;

	if (n->failed || !grow_notes(n, total)) {
		n->failed = true;
		return;
	}
	p = n->buf + n->size;
	memset(p, 0, total);
	memcpy(p, &head, sizeof(head));
	memcpy(p + sizeof(head), name, head.n_namesz);
	memcpy(p + sizeof(head) + name_room, desc, size);
	n->size += total;
}

static struct elf_timeval to_timeval(u64 ns)
{
	return (struct elf_timeval){ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / NSEC_PER_USEC};
}

static void fill_gregs(struct elf_gregs *g, struct task_struct *t)
{
	memcpy(g->pt_regs, task_pt_regs(t), sizeof(g->pt_regs));
	g->fs_base = t->thread.fsbase;
	g->gs_base = t->thread.gsbase;
	g->ds = t->thread.ds;
	g->es = t->thread.es;
	g->fs = t->thread.fsindex;
	g->gs = t->thread.gsindex;
}

static void add_prstatus(struct core_notes *n, struct task_struct *t, const kernel_siginfo_t *info)
{
	struct elf_prstatus s = {
		.si_signo = info->si_signo,
		.pr_cursig = info->si_signo,
		.pr_sigpend = t->pending.signal,
		.pr_sighold = t->blocked,
		.pr_pid = t->pid,
		.pr_ppid = t->real_parent->tgid,
		.pr_pgrp = pid_nr(task_pgrp(t)),
		.pr_sid = pid_nr(task_session(t)),
		.pr_utime = to_timeval(t->utime),
		.pr_stime = to_timeval(t->stime),
		.pr_cutime = to_timeval(t->signal->cutime),
		.pr_cstime = to_timeval(t->signal->cstime),
		.pr_fpvalid = 1,
	};

	fill_gregs(&s.pr_reg, t);
	add_note(n, "CORE", NT_PRSTATUS, &s, sizeof(s));
}

static void add_prpsinfo(struct core_notes *n)
{
	struct mm_struct *mm = current->mm;
	struct elf_prpsinfo p = {
		.pr_sname = 'R',
		.pr_nice = current->nice,
		.pr_flag = current->flags,
		.pr_uid = current->cred->uid,
		.pr_gid = current->cred->gid,
		.pr_pid = current->tgid,
		.pr_ppid = current->real_parent->tgid,
		.pr_pgrp = pid_nr(task_pgrp(current)),
		.pr_sid = pid_nr(task_session(current)),
	};
	size_t len = min(mm->arg_end - mm->arg_start, sizeof(p.pr_psargs) - 1);

	strscpy(p.pr_fname, current->comm, sizeof(p.pr_fname));
	len -= copy_from_user(p.pr_psargs, (void __user *)mm->arg_start, len);
	for (size_t i = 0; i < len; i++)
		if (!p.pr_psargs[i])
			p.pr_psargs[i] = ' ';
	add_note(n, "CORE", NT_PRPSINFO, &p, sizeof(p));
}

static void add_auxv(struct core_notes *n)
{
	const unsigned long *auxv = current->mm->saved_auxv;
	size_t words = 0;

	do
		words += 2;
	while (auxv[words - 2] != AT_NULL);
	add_note(n, "CORE", NT_AUXV, auxv, words * sizeof(long));
}

/*
 * NT_FILE: count, page size, {start, end, page offset} x count, then the names. Returns its length,
 * or 0 if @size bytes are too few. The names are first written after room for all VMAs, then moved
 * down.
 */
static size_t fill_files(unsigned long *note, size_t size, const struct core_vma *list, int count)
{
	char *names = (char *)(note + 2 + 3 * count), *end = (char *)note + size, *p = names;
	unsigned long *entry = note + 2;

	for (const struct core_vma *c = list; c < list + count; c++) {
		const char *name = c->file ? d_path(&c->file->f_path, p, end - p) : NULL;

		if (name == ERR_PTR(-ENAMETOOLONG))
			return 0;
		if (!name || IS_ERR(name))
			continue;
		memmove(p, name, end - name);
		p += strlen(p) + 1;
		*entry++ = c->start;
		*entry++ = c->end;
		*entry++ = c->pgoff;
	}
	note[0] = (entry - note - 2) / 3;
	note[1] = PAGE_SIZE;
	memmove(entry, names, p - names);
	return (char *)entry + (p - names) - (char *)note;
}

/* Tries 64 bytes for each VMA, then a quarter more each time, as Linux does. No VMA: no note. */
static void add_files(struct core_notes *n, const struct core_vma *list, int count)
{
	size_t size = count * 64, used = 0;

	while (size && !used && size < MAX_FILE_NOTE) {
		unsigned long *note = vmalloc(PAGE_ALIGN(size));

		if (!note)
			return;
		used = fill_files(note, PAGE_ALIGN(size), list, count);
		if (used)
			add_note(n, "CORE", NT_FILE, note, used);
		vfree(note);
		size = PAGE_ALIGN(size) * 5 / 4;
	}
}

static void add_fpregs(struct core_notes *n, struct task_struct *t)
{
	add_note(n, "CORE", NT_FPREGSET, ptrace_get_fpu(t, false), FXSAVE_SIZE);
	if (t->thread.io_bitmap)
		add_note(n, "LINUX", NT_386_IOPERM, t->thread.io_bitmap, IO_BITMAP_BYTES);
	if (boot_cpu.xsave)
		add_note(n, "LINUX", NT_X86_XSTATE, ptrace_get_fpu(t, true), boot_cpu.xstate_size);
}

static void add_thread(struct core_notes *n, struct task_struct *t, const kernel_siginfo_t *info)
{
	add_prstatus(n, t, info);
	add_fpregs(n, t);
}

/* False: no memory for all of them. */
static bool fill_notes(struct core_notes *n, const struct coredump_params *cprm,
		       const struct core_vma *list, int count)
{
	struct task_struct *t;
	siginfo_t info;

	fpu_save(current->thread.fpu);
	copy_siginfo_to_external(&info, cprm->siginfo);
	save_user_segments(current);
	add_prstatus(n, current, cprm->siginfo);
	add_prpsinfo(n);
	add_note(n, "CORE", NT_SIGINFO, &info, sizeof(info));
	add_auxv(n);
	add_files(n, list, count);
	add_fpregs(n, current);
	for_each_thread(current, t)
		if (t != current && !t->exit_state)
			add_thread(n, t, cprm->siginfo);
	return !n->failed;
}

/* ---- the file ------------------------------------------------------------ */

/*
 * @segs: program headers. If e_phnum cannot hold their number it is PN_XNUM, and the number is in
 * the only section header, at @shoff, behind all else.
 */
static bool write_ehdr(struct coredump_params *cprm, int segs, unsigned long shoff)
{
	bool extended = segs >= PN_XNUM;
	Elf64_Ehdr e = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(e),
		.e_ehsize = sizeof(e),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = extended ? PN_XNUM : segs,
		.e_shoff = extended ? shoff : 0,
		.e_shentsize = extended ? sizeof(Elf64_Shdr) : 0,
		.e_shnum = extended,
	};

	return dump_emit(cprm, &e, sizeof(e));
}

static bool write_extnum(struct coredump_params *cprm, int segs)
{
	Elf64_Shdr sh = {.sh_type = SHT_NULL, .sh_size = 1, .sh_info = segs};

	return segs < PN_XNUM || dump_emit(cprm, &sh, sizeof(sh));
}

/* Where the contents of the VMAs end in the file. */
static unsigned long end_of_data(const struct core_vma *list, int count, size_t notes)
{
	unsigned long end =
		PAGE_ALIGN(sizeof(Elf64_Ehdr) + (count + 1) * sizeof(Elf64_Phdr) + notes);

	for (const struct core_vma *c = list; c < list + count; c++)
		end += c->dump_size;
	return end;
}

static bool write_phdrs(struct coredump_params *cprm, const struct core_vma *list, int count,
			size_t notes)
{
	unsigned long offset = sizeof(Elf64_Ehdr) + (count + 1) * sizeof(Elf64_Phdr);
	Elf64_Phdr ph = {.p_type = PT_NOTE, .p_offset = offset, .p_filesz = notes};

	if (!dump_emit(cprm, &ph, sizeof(ph)))
		return false;
	offset = PAGE_ALIGN(offset + notes);
	for (const struct core_vma *c = list; c < list + count; c++) {
		ph = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_offset = offset,
			.p_align = PAGE_SIZE,
			.p_vaddr = c->start,
			.p_memsz = c->end - c->start,
			.p_filesz = c->dump_size,
			.p_flags = (c->flags & VM_READ ? PF_R : 0) |
				   (c->flags & VM_WRITE ? PF_W : 0) |
				   (c->flags & VM_EXEC ? PF_X : 0),
		};
		if (!dump_emit(cprm, &ph, sizeof(ph)))
			return false;
		offset += c->dump_size;
	}
	return true;
}

/*
 * A page that was never touched becomes a hole: a dump must not allocate memory for it. A missing
 * page table is skipped as a whole. Moves *addr on; false: the dump ends.
 */
static bool write_page(struct coredump_params *cprm, const struct core_vma *c, unsigned long *addr)
{
	unsigned long next = *addr + PAGE_SIZE, end = c->start + c->dump_size;
	unsigned int level;
	pte_t *pte = lookup_address(current->mm->pgd, *addr, &level);
	struct page *page = ERR_PTR(-EFAULT);
	bool ok = !fatal_signal_pending(current);

	mmap_read_lock(current->mm);
	if (c->faultable || (pte && pte_present(*pte)))
		page = get_user_page(current->mm, *addr, false, true);
	else if (!pte)
		next = min(ALIGN(*addr + 1, PAGE_SIZE << 9 * (level - 1)), end);
	mmap_read_unlock(current->mm);
	if (IS_ERR(page)) {
		dump_skip(cprm, next - *addr);
	} else {
		ok = dump_emit(cprm, page_address(page), PAGE_SIZE);
		put_page(page);
	}
	*addr = next;
	return ok;
}

static bool write_vmas(struct coredump_params *cprm, const struct core_vma *list, int count)
{
	unsigned long a;

	dump_skip(cprm, PAGE_ALIGN(cprm->pos) - cprm->pos);
	for (const struct core_vma *c = list; c < list + count; c++)
		for (a = c->start; a < c->start + c->dump_size;)
			if (!write_page(cprm, c, &a))
				return false;
	return true;
}

int elf_core_dump(struct coredump_params *cprm)
{
	struct core_notes n = {0};
	int count, has_dumped = 0;
	struct core_vma *list = snapshot_vmas(cprm, &count);

	if (!list || !fill_notes(&n, cprm, list, count))
		goto out;
	has_dumped = 1;
	if (write_ehdr(cprm, count + 1, end_of_data(list, count, n.size)) &&
	    write_phdrs(cprm, list, count, n.size) && dump_emit(cprm, n.buf, n.size) &&
	    write_vmas(cprm, list, count))
		write_extnum(cprm, count + 1);
out:
	vfree(n.buf);
	vfree(list);
	return has_dumped;
}
