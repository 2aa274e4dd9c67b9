# SPDX-License-Identifier: MIT
"""Backtraces that go on to the code that entered the kernel: a user program, or kernel code that a trap interrupted."""
import gdb
from gdb.unwinder import Unwinder, register_unwinder

import kernel

# The entry points of entry.asm, each with the label that follows it. At their calls into C, struct pt_regs is at rsp.
DOORS = (('entry_SYSCALL_64', 'common_trap'), ('common_trap', 'return_to_user'))
SAVED = {'rip': 'ip', 'rsp': 'sp', 'rbp': 'bp', 'rbx': 'bx', 'r12': 'r12', 'r13': 'r13', 'r14': 'r14', 'r15': 'r15'}


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Doors(Unwinder):
    def __init__(self):
        super().__init__('exon-doors')
        self.ranges = [tuple(int(kernel.symbol('(unsigned long)&' + name)) for name in pair) for pair in DOORS]

    def __call__(self, pending):
        pc, sp = pending.read_register('rip'), pending.read_register('rsp')
        if not any(start <= int(pc) & 0xffffffffffffffff < end for start, end in self.ranges):
            return None
        regs = kernel.pointer('struct pt_regs', int(sp) & 0xffffffffffffffff)
        info = pending.create_unwind_info(FrameId(sp, pc))
        for register, field in SAVED.items():
            info.add_saved_register(register, regs[field].cast(pending.read_register(register).type))
        return info


register_unwinder(None, Doors(), replace=True)
