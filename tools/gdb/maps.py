# SPDX-License-Identifier: MIT
"""The VMAs of an address space."""
import binprm
import kernel


class Maps(kernel.PidCommand):
    """VMAs of a process, byte for byte as /proc/PID/maps prints them.

    xmaps [-v] [PID]     -v adds flags, file and anon_vma; no PID: the running task
    xmaps -b             the one that an exec is building, which the task gets at begin-new-exec"""
    name = 'xmaps'

    def run(self, argv):
        pids = [a for a in argv if not a.startswith('-')]
        if '-b' in argv:
            mm = binprm.new_mm(binprm.needed())
        else:
            mm = kernel.mm_of(kernel.task_or_current(pids[0] if pids else ''))
        for v in kernel.vmas(mm):
            print(kernel.maps_line(v))
            if '-v' in argv:
                print('    vma %#x flags %#x file %#x anon_vma %#x chain %d' % (
                    int(v), int(v['vm_flags']), int(v['vm_file']), int(v['anon_vma']), int(v['anon_chain'])))


Maps()
