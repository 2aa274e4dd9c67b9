# SPDX-License-Identifier: MIT
"""The VMAs of an address space."""
import os
import re

import binprm
import guest
import kernel


def flag_names():
    """{bit: VM_*} of include/mm_types.h: the debugger does not know macros."""
    with open(os.path.join(guest.TOP, 'include', 'mm_types.h')) as f:
        return {int(bit, 16): name for name, bit in re.findall(r'^#define (VM_[A-Z_]+)\s+(0x[0-9a-f]{8})UL$', f.read(), re.M)}


class Maps(kernel.PidCommand):
    """VMAs of a process, byte for byte as /proc/PID/maps prints them.

    xmaps [-v] [PID]     -v adds the flags by name, file and anon_vma; no PID: the running task
    xmaps -b             the one that an exec is building, which the task gets at begin-new-exec"""
    name = 'xmaps'

    def run(self, argv):
        pids = [a for a in argv if not a.startswith('-')]
        if '-b' in argv:
            mm = binprm.new_mm(binprm.needed())
        else:
            mm = kernel.mm_of(kernel.task_or_current(pids[0] if pids else ''))
        names = flag_names() if '-v' in argv else {}
        for v in kernel.vmas(mm):
            print(kernel.maps_line(v))
            if '-v' in argv:
                print('    vma %#x file %#x anon_vma %#x chain %d' % (
                    int(v), int(v['vm_file']), int(v['anon_vma']), int(v['anon_chain'])))
                flags = int(v['vm_flags'])
                print('    flags %#x %s' % (flags, ' '.join(name for bit, name in sorted(names.items()) if flags & bit)))


Maps()
