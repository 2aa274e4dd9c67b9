/* SPDX-License-Identifier: MIT */
/*
 * /proc/exec_trace: the exec film as text, one exec after the other; /proc/PID/exec_trace: that of
 * one process, with what happened between the stages and after them; /proc/exec_trace.jsonl: all
 * records for programs, one JSON object per line (docs/film.md has the fields). A reader sees only
 * records of processes that he may look into. Linux has no such files.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <errno.h>
#include <kallsyms.h>
#include <mm_trace.h>
#include <mm_types.h>
#include <printk.h>
#include <sched.h>
#include <seq_file.h>
#include <string.h>
#include <time.h>
#include <trace.h>
#include <linux/capability.h>
#include "internal.h"

#define JSON_VERSION 1
#define HEADER	     ((void *)1) /* the record before all others */
#define ROW	     "  %-25s %-27s %8s %-10s %-20s %s\n"

static const char *const mm_trace_kind_names[NR_MM_TRACE_KINDS] = {
#define X(constant, name) [MM_TRACE_##constant] = name,
	MM_TRACE_KINDS(X)
#undef X
};

static const struct exec_trace *stage_at(u64 seq)
{
	return &exec_trace_ring[seq % TRACE_RING_SIZE];
}
static const struct mm_trace *event_at(u64 seq) { return &mm_trace_ring[seq % MM_TRACE_SIZE]; }

static u64 oldest_stage(void)
{
	return exec_trace_seq > TRACE_RING_SIZE ? exec_trace_seq - TRACE_RING_SIZE + 1 : 1;
}

static u64 oldest_event(void)
{
	return mm_trace_seq > MM_TRACE_SHOWN ? mm_trace_seq - MM_TRACE_SHOWN + 1 : 1;
}

/* The task that made the records of a time: the newest that is not younger. */
static const struct trace_task *task_at(u64 time)
{
	static const struct trace_task unknown = {.owner = {TRACE_PRIVATE, TRACE_PRIVATE}};
	u64 low = trace_task_seq > TRACE_TASKS ? trace_task_seq - TRACE_TASKS : 0;
	u64 high = trace_task_seq;

	while (low < high) {
		u64 middle = (low + high + 1) / 2;

		if (trace_tasks[middle % TRACE_TASKS].time <= time)
			low = middle;
		else
			high = middle - 1;
	}
	return low && trace_task_seq - low < TRACE_TASKS ? &trace_tasks[low % TRACE_TASKS]
							 : &unknown;
}

/* The capability is checked last, because its use sets PF_SUPERPRIV. */
static bool may_see(u64 time, bool open)
{
	struct trace_owner owner = task_at(time)->owner;
	const struct cred *c = current->cred;

	return (open && owner.uid != TRACE_PRIVATE && c->fsuid == owner.uid &&
		c->fsgid == owner.gid) ||
	       capable(CAP_SYS_PTRACE);
}

static bool may_see_stage(const struct exec_trace *t) { return may_see(t->time, true); }

/* The record that has the calls, user_ip and mm_flags of @t: @t, or the first VMA of its fork. */
static const struct mm_trace *first_of(const struct mm_trace *t)
{
	while (t->kind & MM_TRACE_SAME)
		t--;
	return t;
}

static bool may_see_event(const struct mm_trace *t)
{
	return may_see(t->time, trace_mm_open(first_of(t)->mm_flags));
}

static u32 kind_of(const struct mm_trace *t) { return t->kind & ~(MM_TRACE_USER | MM_TRACE_SAME); }

static bool is_vma(const struct mm_trace *t) { return kind_of(t) < MM_TRACE_UNMAP; }
static bool is_fault(const struct mm_trace *t) { return kind_of(t) >= MM_TRACE_PAGE; }

/* ---- as text: one exec a record ------------------------------------------- */

/* A row of the text: a stage or an event, or stages whose VMAs lie side by side. */
struct row {
	char what[40];
	unsigned long start, end, vm_flags; /* flags: of the first VMA */
	char letters[48];		    /* of each VMA, as in "r rx rw" */
	char name[64], where[96];
};

/* The exec that is being shown. */
struct reel {
	struct seq_file *m;
	const struct mm_struct *mm; /* the new address space */
	u64 begin;		    /* TSC */
	s32 pid;
	u64 event;	  /* the next event to look at */
	const char *name; /* of the VMA that was changed last */
	bool full;	  /* each event a row; otherwise they are counted */
	bool in_list;	  /* a line of stages that changed no VMA is not at its end */
	u64 time;	  /* of .row; 0: none waits for stages that belong to it */
	struct row row;
	unsigned int count[NR_MM_TRACE_KINDS];
};

/* The return address of call @i that led to @t, innermost first; 0: there are no more. */
static unsigned long call_of(const struct mm_trace *t, int i)
{
	const u32 *calls = t->kind & MM_TRACE_USER ? mm_trace_user_calls : first_of(t)->calls;

	return i < MM_TRACE_CALLS && calls[i] ? KERNEL_BASE | calls[i] : 0;
}

static const char *called(const struct mm_trace *t, int i)
{
	unsigned long offset;

	return kallsyms_lookup(call_of(t, i) - 1, &offset) ?: "?";
}

/* The new part of a split is linked like a new VMA: only the calls differ. */
static const char *kind_name(const struct mm_trace *t)
{
	for (int i = 0; kind_of(t) == MM_TRACE_VMA && i < 3; i++)
		if (!strcmp(called(t, i), "__split_vma"))
			return "split";
	return mm_trace_kind_names[kind_of(t)];
}

/* The letters of a VMA's permissions, as in "rx". */
static const char *letters(unsigned long vm_flags)
{
	static const char *const of[] = {"-", "r", "w", "rw", "x", "rx", "wx", "rwx"};

	return of[vm_flags & (VM_READ | VM_WRITE | VM_EXEC)];
}

static void show_row(const struct reel *r, u64 time, const struct row *row)
{
	char range[40] = "", size[24] = "", perm[8] = "";
	unsigned long flags = row->vm_flags;

	if (row->end) {
		snprintf(range, sizeof(range), "%lx-%lx", row->start, row->end);
		snprintf(size, sizeof(size), "%luK", (row->end - row->start) / 1024);
	}
	if (flags)
		snprintf(perm, sizeof(perm), "%c%c%c%c", flags & VM_READ ? 'r' : '-',
			 flags & VM_WRITE ? 'w' : '-', flags & VM_EXEC ? 'x' : '-',
			 flags & VM_MAYSHARE ? 's' : 'p');
	seq_printf(r->m, "%9lu" ROW, tsc_to_ns(time - r->begin) / 1000, row->what, range, size,
		   strchr(row->letters, ' ') ? row->letters : perm, row->name, row->where);
}

/* Returns the system call or exception that caused the record, otherwise its outermost function. */
static const char *cause_of(const struct mm_trace *t)
{
	const char *name = "?";

	for (int i = 0; call_of(t, i); i++) {
		name = called(t, i);
		if (!strncmp(name, "sys_", 4) || !strncmp(name, "exc_", 4))
			break;
	}
	return name;
}

static void show_event(struct reel *r, const struct mm_trace *t)
{
	struct row row = {.start = t->start, .end = t->end, .vm_flags = t->vm_flags};

	r->count[kind_of(t)]++;
	if (is_vma(t))
		r->name = t->name[0] ? t->name : t->vm_flags & VM_GROWSDOWN ? "[stack]" : "";
	if (!r->full)
		return;
	snprintf(row.what, sizeof(row.what), "  %s%s", is_fault(t) ? "page: " : "", kind_name(t));
	snprintf(row.name, sizeof(row.name), "%s", t->name);
	snprintf(row.where, sizeof(row.where), "%s", cause_of(t));
	show_row(r, t->time, &row);
}

/* The memory of an mm that is gone is used for the next one. */
static bool is_end(const struct mm_trace *t)
{
	return kind_of(t) == MM_TRACE_UNMAP && !t->start && t->end == TASK_SIZE;
}

/* The events of the new address space before the time @until. */
static void show_events(struct reel *r, u64 until)
{
	for (; r->event <= mm_trace_seq; r->event++) {
		const struct mm_trace *t = event_at(r->event);

		if (t->time > until)
			break;
		if (t->mm != r->mm)
			continue;
		if (is_end(t))
			r->mm = NULL;
		else if (may_see_event(t))
			show_event(r, t);
	}
}

/* The newest VMA that the process made before stage mm-init is that of the new address space. */
static void find_mm(struct reel *r, const struct exec_trace *first)
{
	for (u64 e = oldest_event(); e <= mm_trace_seq; e++) {
		const struct mm_trace *t = event_at(e);

		if (t->time > first->time)
			break;
		if (kind_of(t) == MM_TRACE_VMA && task_at(t->time)->pid == r->pid) {
			r->mm = t->mm;
			r->event = e;
			r->begin = t->time;
		}
	}
}

static const char *stage_name(const struct reel *r, const struct exec_trace *t)
{
	if (t->site->stage == EXEC_STAGE_VDSO)
		return t->vm_flags & VM_EXEC ? "[vdso]" : "[vvar]";
	if (t->vm_flags & VM_GROWSDOWN)
		return "[stack]";
	return t->vm_flags ? r->name : "";
}

static void show_waiting(struct reel *r)
{
	if (r->in_list)
		seq_putc(r->m, '\n');
	if (r->time)
		show_row(r, r->time, &r->row);
	r->in_list = false;
	r->time = 0;
}

static void append(char *list, size_t size, const char *separator, const char *more)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len && more[0] ? separator : "", more);
}

/* Unless it is the last word already. */
static void append_new(char *list, size_t size, const char *separator, const char *more)
{
	const char *last = strrchr(list, ' ');

	if (strcmp(last ? last + 1 : list, more))
		append(list, size, separator, more);
}

/* Whether @t belongs to the row that waits: its VMA begins at the end of that, or lies inside. */
static bool joins(const struct reel *r, const struct exec_trace *t)
{
	const struct row *row = &r->row;

	return r->time && !t->error && t->end &&
	       (!row->end || t->start == row->end ||
		(t->start >= row->start && t->end <= row->end));
}

static void join(struct reel *r, const struct exec_trace *t)
{
	struct row *row = &r->row;
	char where[64];

	snprintf(where, sizeof(where), "%s:%u", t->site->function, t->site->line);
	append_new(row->what, sizeof(row->what), ", ", exec_stage_names[t->site->stage]);
	append_new(row->name, sizeof(row->name), " ", stage_name(r, t));
	append_new(row->where, sizeof(row->where), ", ", where);
	if (!row->end) {
		row->start = t->start;
		row->vm_flags = t->vm_flags;
	}
	if (t->end > row->end && t->vm_flags)
		append(row->letters, sizeof(row->letters), " ", letters(t->vm_flags));
	row->end = max(row->end, t->end);
}

/* A stage that changed no VMA stands in a line with its like, without a time. */
static bool only_listed(const struct reel *r, const struct exec_trace *t)
{
	return !r->full && !t->end && !t->error && t->site->stage != EXEC_STAGE_START_THREAD;
}

static void show_stage(struct reel *r, const struct exec_trace *t)
{
	if (only_listed(r, t)) {
		if (!r->in_list)
			show_waiting(r);
		seq_printf(r->m, "%s%s", r->in_list ? ", " : "           ",
			   exec_stage_names[t->site->stage]);
		r->in_list = true;
		return;
	}
	if (!joins(r, t)) {
		show_waiting(r);
		r->row = (struct row){};
		r->time = t->time;
	}
	join(r, t);
	if (t->error)
		snprintf(r->row.where + strlen(r->row.where), 16, " error %d", t->error);
	if (r->full)
		show_waiting(r);
}

static void show_counts(struct reel *r)
{
	const char *before = "     then  ";

	show_waiting(r);
	for (int i = 0; i < NR_MM_TRACE_KINDS; i++) {
		if (!r->count[i])
			continue;
		seq_printf(r->m, "%s%s%s %u", before, i == MM_TRACE_PAGE ? "pages: " : "",
			   mm_trace_kind_names[i], r->count[i]);
		before = ", ";
	}
	seq_putc(r->m, '\n');
}

/* The exec whose stage mm-init has number @seq, up to the next exec of the same process. */
static void show_exec(struct seq_file *m, u64 seq, bool full)
{
	const struct exec_trace *first = stage_at(seq), *t = first;
	const struct trace_task *by = task_at(first->time);
	struct reel r = {.m = m,
			 .full = full,
			 .name = "",
			 .begin = first->time,
			 .pid = by->pid,
			 .event = mm_trace_seq + 1};

	find_mm(&r, first);
	seq_printf(m, "\npid %d, an exec by %s\n", by->pid, by->comm);
	for (u64 s = seq; s <= exec_trace_seq; s++) {
		t = stage_at(s);
		if (task_at(t->time)->pid != r.pid || !may_see_stage(t))
			continue;
		if (s != seq && t->site->stage == EXEC_STAGE_MM_INIT)
			break;
		show_events(&r, t->time);
		show_stage(&r, t);
		if (t->site->stage == EXEC_STAGE_START_THREAD)
			memset(r.count, 0, sizeof(r.count));
	}
	show_events(&r, UINT64_MAX);
	show_counts(&r);
}

/* The first exec from stage number *pos on, of the file's process if it has one. */
static void *find_exec(struct seq_file *m, loff_t *pos)
{
	const struct task_struct *of = container_of(m, struct proc_file, seq)->task;

	for (u64 s = max((u64)*pos, oldest_stage()); s <= exec_trace_seq; s++) {
		const struct exec_trace *t = stage_at(s);

		if (t->site->stage != EXEC_STAGE_MM_INIT ||
		    (of && of->tgid != task_at(t->time)->pid) || !may_see_stage(t))
			continue;
		*pos = s;
		return (void *)(s + 1);
	}
	return NULL;
}

static void *film_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? find_exec(m, pos) : HEADER;
}

static void *film_next(struct seq_file *m, void *v __maybe_unused, loff_t *pos)
{
	++*pos;
	return find_exec(m, pos);
}

static void film_stop(struct seq_file *m __maybe_unused, void *v __maybe_unused) {}

static int film_show(struct seq_file *m, void *v)
{
	if (v != HEADER) {
		show_exec(m, (u64)v - 1, container_of(m, struct proc_file, seq)->task);
		return 0;
	}
	if (oldest_stage() > 1 || oldest_event() > 1)
		seq_printf(m, "lost: the oldest %lu stages and %lu events\n", oldest_stage() - 1,
			   oldest_event() - 1);
	return seq_printf(m, "       us" ROW, "what", "start-end", "size", "perm", "name",
			  "function:line");
}

const struct seq_operations proc_exec_trace_ops = {
	.start = film_start,
	.next = film_next,
	.stop = film_stop,
	.show = film_show,
};

/* "0" stops the film and "1" goes on with it. */
ssize_t proc_set_exec_trace(const struct proc_entry *e __maybe_unused,
			    struct task_struct *t __maybe_unused, char *text, size_t n)
{
	if (n < 1 || (text[0] != '0' && text[0] != '1'))
		return -EINVAL;
	exec_trace_on = text[0] == '1';
	trace_task_known = false;
	return n;
}

/* ---- for programs: JSON lines -------------------------------------------- */

/* Position: the numbers of the next stage (high half) and of the next event. 0: the header. */
#define POS(stage, event) ((loff_t)((stage) << 32 | (event)))

static void *json_at(loff_t *pos)
{
	u64 stage = max((u64)*pos >> 32, oldest_stage());
	u64 event = max((u64)(u32)*pos, oldest_event());

	for (;;) {
		bool more = event <= mm_trace_seq;

		*pos = POS(stage, event);
		if (more &&
		    (stage > exec_trace_seq || event_at(event)->time < stage_at(stage)->time)) {
			if (may_see_event(event_at(event)))
				return (void *)event_at(event);
			event++;
		} else if (stage <= exec_trace_seq) {
			if (may_see_stage(stage_at(stage)))
				return (void *)stage_at(stage);
			stage++;
		} else {
			return NULL;
		}
	}
}

static bool is_event(const void *v)
{
	return v >= (void *)mm_trace_ring && v < (void *)(mm_trace_ring + MM_TRACE_SIZE);
}

static void *json_start(struct seq_file *m __maybe_unused, loff_t *pos)
{
	return *pos ? json_at(pos) : HEADER;
}

static void *json_next(struct seq_file *m __maybe_unused, void *v, loff_t *pos)
{
	if (v != HEADER)
		*pos += is_event(v) ? 1 : POS(1UL, 0UL);
	return json_at(pos);
}

static void json_string(struct seq_file *m, const char *key, const char *text)
{
	seq_printf(m, ",\"%s\":\"", key);
	for (const u8 *p = (const u8 *)text; *p; p++) {
		if (*p < ' ' || *p >= 0x7f || *p == '"' || *p == '\\')
			seq_printf(m, "\\u%04x", *p);
		else
			seq_putc(m, *p);
	}
	seq_putc(m, '"');
}

static void json_range(struct seq_file *m, unsigned long start, unsigned long end,
		       unsigned long vm_flags, unsigned long pgoff)
{
	seq_printf(m, ",\"start\":\"%lx\",\"end\":\"%lx\",\"flags\":\"%lx\",\"pgoff\":%lu", start,
		   end, vm_flags, pgoff);
}

/* The number of the record in @slot of a ring whose newest is @newest. */
static u64 number_of(u64 slot, u64 newest, u64 size) { return newest - (newest - slot) % size; }

static void json_task(struct seq_file *m, u64 time)
{
	const struct trace_task *by = task_at(time);

	seq_printf(m, ",\"ns\":%lu,\"pid\":%d", tsc_to_ns(time), by->pid);
	json_string(m, "comm", by->comm);
}

static void json_stage(struct seq_file *m, const struct exec_trace *t)
{
	seq_printf(m, "{\"seq\":%lu",
		   number_of(t - exec_trace_ring, exec_trace_seq, TRACE_RING_SIZE));
	json_task(m, t->time);
	seq_printf(m, ",\"stage\":\"%s\",\"function\":\"%s\",\"line\":%u,\"error\":%d",
		   exec_stage_names[t->site->stage], t->site->function, t->site->line, t->error);
	json_range(m, t->start, t->end, t->vm_flags, t->pgoff);
	seq_puts(m, "}\n");
}

/* "mm" distinguishes address spaces without showing their kernel addresses. */
static void json_event(struct seq_file *m, const struct mm_trace *t)
{
	unsigned long offset;

	seq_printf(m, "{\"event\":%lu", number_of(t - mm_trace_ring, mm_trace_seq, MM_TRACE_SIZE));
	json_task(m, t->time);
	seq_printf(m, ",\"mm\":%lu,\"kind\":\"%s\"", (unsigned long)t->mm >> 6 & 0xfffff,
		   kind_name(t));
	json_range(m, t->start, t->end, t->vm_flags, t->pgoff);
	json_string(m, "name", t->name);
	seq_printf(m, ",\"ip\":\"%lx\",\"calls\":[", first_of(t)->user_ip);
	for (int i = 0; call_of(t, i); i++) {
		const char *name = kallsyms_lookup(call_of(t, i) - 1, &offset);

		seq_printf(m, "%s\"%s+%lu\"", i ? "," : "", name ?: "?", offset);
	}
	seq_puts(m, "]}\n");
}

static int json_show(struct seq_file *m, void *v)
{
	if (v == HEADER)
		seq_printf(m, "{\"version\":%d,\"lost_stages\":%lu,\"lost_events\":%lu}\n",
			   JSON_VERSION, oldest_stage() - 1, oldest_event() - 1);
	else if (is_event(v))
		json_event(m, v);
	else
		json_stage(m, v);
	return 0;
}

const struct seq_operations proc_exec_trace_jsonl_ops = {
	.start = json_start,
	.next = json_next,
	.stop = film_stop,
	.show = json_show,
};
