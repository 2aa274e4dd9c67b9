#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The spine: every function that execve, a page fault, fork, exit, wait and the mmap family can reach.

spine.py                the functions by file, with their lines of code
spine.py FUNCTION...    the calls by which each of them is reached

The folders below are left out: lib/, kernel/sched/ and kernel/trace/.
"""
import os
import sys

sys.dont_write_bytecode = True
import calls

ROOTS = '''
    sys_execve sys_execveat exc_page_fault sys_fork sys_vfork sys_clone sys_clone3 ret_from_fork_asm
    sys_exit sys_exit_group sys_wait4 sys_waitid
    sys_mmap sys_munmap sys_mprotect sys_brk sys_mremap sys_madvise
    entry_SYSCALL_64 common_trap
'''.split()

BELOW = ('lib', 'kernel/sched', 'kernel/trace')

# Calls through a pointer: the caller, the pointer, and the functions that are called in an exec.
POINTERS = [
    ('search_binary_handler', 'fmt->load_binary', 'load_elf_binary load_script'),
    ('vma_set_backing', 'f_op->mmap', 'generic_file_mmap'),
    ('vma_set_backing', 'shmem_file_setup', 'shm_file_setup'),
    ('do_fault_around', 'vm_ops->map_pages', 'filemap_map_pages'),
    ('do_read_fault', 'vm_ops->fault', 'filemap_fault vdso_fault vvar_fault'),
    ('move_vma', 'vm_ops->mremap', 'vdso_mremap'),
    ('find_block', 'more_frames', 'open_section'),
    ('do_mprotect', 'walk_vmas', 'protect_vma'),
    ('sys_madvise', 'walk_vmas', 'advise_vma'),
]

# Functions that the spine does not enter, and why.
CUTS = [
    ('nd_allows', 'only openat2 has rules for a walk'),
    ('do_irq', 'an interrupt is not part of what the task does'),
    ('handle_exception', 'of the exceptions only the page fault is on the road'),
    ('exc_debug', 'of the exceptions only the page fault is on the road'),
    ('die', 'a bug of the kernel: the exec ends'),
    ('load_gs_index', 'only a program that has loaded a selector into GS'),
    ('load_mm_ldt', 'only a program with segments of its own has a local table'),
    ('ldt_dup_context', 'only a program with segments of its own has a local table'),
    ('destroy_context_ldt', 'only a program with segments of its own has a local table'),
    ('dup_io_bitmap', 'only a program that was permitted I/O ports has a bitmap of them'),
    ('emulate_vsyscall', 'the page at 0xffffffffff600000 is for programs of 2007 and before'),
    ('out_of_memory', 'no memory is left: the exec ends'),
    ('early_alloc', 'only before the allocator is ready'),
    ('open_section', 'RAM that was not used so far is added, 8 MiB at a time'),
    ('do_signal', 'signals are delivered on the way out; an exec that succeeds has none'),
    ('rseq_handle_notify_resume', 'only a thread that lost the CPU leaves its restartable sequence; an exec has none yet'),
    ('do_notify_parent_cldstop', 'job control: a stop or a continuation, not an exit'),
    ('wait_task_stopped', 'job control: a stop or a continuation, not an exit'),
    ('wait_task_continued', 'job control: a stop or a continuation, not an exit'),
    ('kill_orphaned_pgrp', 'job control: only an exit that leaves stopped jobs behind'),
    ('disassociate_ctty', 'only a session leader gives its terminal up when it exits'),
    ('exit_robust_list', 'only threads that died with a mutex held leave such a list'),
    ('exit_pi_states', 'only threads that died with a lock held for which others wait have such states'),
    ('futex_wake', 'only a thread that is joined has a word that its exit clears'),
    ('inc_sigpending', 'only a limit on how many signals a user may have queued'),
    ('dec_sigpending', 'only a limit on how many signals a user may have queued'),
    ('account_user', 'only a limit on how much a user may have'),
    ('exit_itimers', 'only a process with timer_create has such timers'),
    ('locks_remove', 'only a file that was locked has such locks'),
    ('advise_file_or_fault', 'only MADV_REMOVE and MADV_POPULATE_*: no exec and no loader uses them'),
    ('vma_tree_insert', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('vma_tree_erase', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('vma_tree_hole', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('vma_tree_renew', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('vma_tree_start', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('vma_tree_room', 'only an address space of more than 64 VMAs has an index: an exec has some 25'),
    ('ptrace_event', 'only a task that is traced by ptrace gets there'),
    ('ptrace_init_child', 'only a task that is traced by ptrace gets there'),
    ('ptrace_unlink', 'only a task that is traced by ptrace gets there'),
    ('ptrace_trap_notify', 'only a task that is traced by ptrace gets there'),
    ('ptracer_capable', 'only a task that is traced by ptrace gets there'),
    ('syscall_trace_enter', 'only a task that is traced by ptrace gets there'),
    ('syscall_trace_exit', 'only a task that is traced by ptrace gets there'),
    ('exit_ptrace', 'only a task that is traced by ptrace gets there'),
    ('notify_tracer', 'only a task that is traced by ptrace gets there'),
    ('tracer_has_waited', 'only a task that is traced by ptrace gets there'),
    ('wait_task_traced', 'only a task that is traced by ptrace gets there'),
    ('load_debug_registers', 'only a tracer sets hardware breakpoints'),
    ('flush_debug_registers', 'only a tracer sets hardware breakpoints'),
    ('wait_tracees', 'only a tracer has tracees'),
    ('participate_in_stop', 'job control: only a thread that exits while its process is about to stop'),
    ('continue_process', 'job control: only SIGCONT continues a process'),
    ('wait_target_pidfd', 'only waitid with P_PIDFD'),
    ('age_ptes', 'hints about pages that may be dropped: no exec and no loader uses them'),
    ('handle_truncate', 'an exec opens its file to read, without O_TRUNC'),
    ('vfs_prepare_mode', 'an exec opens its file to read, without O_CREAT'),
]


def find(graph, name):
    """The function of that name: (file, name)."""
    found = [path for path in calls.sources() if name in calls.functions(path)]
    return (found[0], name) if len(found) == 1 else None


def table(graph):
    """(roots, {function: what its pointers lead to}, functions that are not entered)"""
    roots = [find(graph, name) for name in ROOTS]
    more = {}
    for caller, _, callees in POINTERS:
        more.setdefault(find(graph, caller), []).extend(find(graph, name) for name in callees.split())
    below = {f for callees in graph.calls.values() for f in callees if os.path.dirname(f[0]) in BELOW}
    return roots, more, below | {find(graph, name) for name, _ in CUTS}


def reached(graph):
    """{function: the function that led to it, or None for a root}, nearest first."""
    roots, more, cut = table(graph)
    seen, todo = {f: None for f in roots}, list(roots)
    for caller in todo:
        for f in sorted(graph.calls[caller]) + more.get(caller, []):
            if f not in seen and f not in cut:
                seen[f] = caller
                todo.append(f)
    return seen


def lines_of(f):
    return calls.code_lines(f[0], *calls.functions(f[0])[f[1]])


def total(graph):
    return sum(lines_of(f) for f in reached(graph))


def files(graph):
    """{file: [(lines, function), ...]}"""
    found = {}
    for f in reached(graph):
        found.setdefault(f[0], []).append((lines_of(f), f[1]))
    return found


def road(graph):
    """The files to read: at least ten lines of them are on the spine."""
    return [path for path, functions in files(graph).items() if sum(n for n, _ in functions) >= 10]


def check(graph):
    """What the tables above name must exist."""
    names = ROOTS + [n for caller, _, callees in POINTERS for n in [caller, *callees.split()]] + [n for n, _ in CUTS]
    return ['tools/spine.py names %s: there is no function of that name' % n for n in names if not find(graph, n)]


def main(names):
    if calls.build_is_old():
        sys.exit('spine: ' + calls.build_is_old())
    graph = calls.Graph()
    for text in check(graph):
        sys.exit('spine: ' + text)
    if names:
        led = reached(graph)
        for name in names:
            f, way = find(graph, name), []
            while f in led and f:
                way.append(f[1])
                f = led[f]
            print(' <- '.join(way) or '%s: not on the spine' % name)
        return
    for path, functions in sorted(files(graph).items()):
        print('%5d  %-26s %s' % (sum(n for n, _ in functions), path, ' '.join(name for _, name in functions)))
    print('%5d  in all, of %d files' % (total(graph), len(files(graph))))


if __name__ == '__main__':
    main(sys.argv[1:])
