# SPDX-License-Identifier: MIT
"""Tasks, and the processor's control registers by name."""
import gdb

import kernel
import tables
from kernel import Command

STATES = {0: 'R', 1: 'S', 2: 'D', 4: 'T', 0x80: 'X', 0x102: 'D', 0x104: 'T'}
CR0 = [(0, 'PE'), (1, 'MP'), (3, 'TS'), (5, 'NE'), (16, 'WP'), (18, 'AM'), (31, 'PG')]
CR4 = [(4, 'PSE'), (5, 'PAE'), (7, 'PGE'), (9, 'OSFXSR'), (10, 'OSXMMEXCPT'), (11, 'UMIP'), (16, 'FSGSBASE'),
       (18, 'OSXSAVE'), (20, 'SMEP'), (21, 'SMAP')]
EFER = [(0, 'SCE'), (8, 'LME'), (10, 'LMA'), (11, 'NXE')]


class Ps(Command):
    """All tasks: pid, state, name, mm, and the top page table (CR3)."""
    name = 'xps'

    def run(self, argv):
        running, everyone = kernel.current(), list(kernel.tasks())
        print('  %5s %5s %-2s %-16s %-18s %-10s %s' % ('pid', 'tgid', '', 'comm', 'mm', 'cr3', 'task_struct'))
        for t in everyone:
            state = 'Z' if int(t['exit_state']) else STATES.get(int(t['__state']), '?')
            top = '%#x' % tables.table_of(t['mm']) if int(t['mm']) else '-'
            print('%s %5d %5d %-2s %-16s %#-18x %-10s %#x' % (
                '*' if running is not None and int(running) == int(t) else ' ', int(t['pid']), int(t['tgid']), state,
                kernel.comm(t), int(t['mm']), top, int(t)))


class Task(kernel.PidCommand):
    """One task: parent, credentials, user registers, the numbers of its mm.

    xtask [PID]"""
    name = 'xtask'

    def run(self, argv):
        t = kernel.task_or_current(argv[0] if argv else '')
        print('pid %d tgid %d ppid %d' % (int(t['pid']), int(t['tgid']), int(t['real_parent']['tgid'])))
        print('cred uid %d euid %d' % (int(t['cred']['uid']), int(t['cred']['euid'])))
        regs = kernel.pointer('struct pt_regs', int(t['stack']) + 8192 - gdb.lookup_type('struct pt_regs').sizeof)
        for name in ('ip', 'sp', 'ax', 'orig_ax', 'di', 'si', 'dx', 'flags'):
            print('user %-8s %#x' % (name, int(regs[name])))
        if int(t['mm']):
            mm = t['mm']
            for name in ('start_code', 'end_code', 'start_data', 'end_data', 'start_brk', 'brk', 'start_stack', 'mmap_base',
                         'arg_start', 'arg_end', 'env_start', 'env_end', 'total_vm', 'map_count'):
                print('mm   %-12s %#x' % (name, int(mm[name])))


class Cpu(Command):
    """Control registers with their bits by name, segment bases, and the last fault address."""
    name = 'xcpu'

    def run(self, argv):
        for name, bits in (('cr0', CR0), ('cr4', CR4), ('efer', EFER)):
            value = int(gdb.parse_and_eval('$' + name))
            print('%-10s %016x  %s' % (name, value, ' '.join(n for b, n in bits if value >> b & 1)))
        for name in ('cr2', 'cr3', 'fs_base', 'gs_base', 'k_gs_base'):
            print('%-10s %016x' % (name, int(gdb.parse_and_eval('$' + name)) & 0xffffffffffffffff))
        cs = int(gdb.parse_and_eval('$cs'))
        print('%-10s %016x  %s mode' % ('cs', cs, 'user' if cs & 3 else 'kernel'))


Ps()
Task()
Cpu()
