#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""QEMU's command line. Everything that boots a kernel takes its machine from this file.

  qemu.py [--ram=MIB] [--kvm=KERNEL] [--gdb=SOCKET] [--snapshots=FILE] WORDS...

It replaces itself by QEMU, with the options of the machine and then WORDS.
Without --kvm the processor is emulated, so that it is the same on every
computer. With --kvm it is the host's, if KERNEL boots with KVM there. --gdb: the machine is
stopped and waits for GDB at a socket. --snapshots: a qcow2 file for snapshots only.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
import plain  # noqa: E402

MEMORY = 256        # MiB
# The kernel ends a machine that panicked with this status, by a write to the device.
EXIT = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4']
PANIC = 3
KVM_SECONDS = 5     # emulated, it takes less than one
CPUINFO = '/proc/cpuinfo'
MACHINE = ['-machine', 'q35']
# No 5-level paging, no protection keys, and no fast string instructions: the emulator counts those byte by byte.
CPU = 'max,la57=off,pku=off,erms=off,fsrm=off'
EMULATED = ['-accel', 'tcg,thread=single', '-cpu', CPU]
KVM = ['-accel', 'kvm', '-cpu', 'host']


def kvm_is_there():
    """KVM that does without the processor's virtualisation (PVM) emulates each instruction of a kernel, slower than QEMU, and not all."""
    try:
        with open(CPUINFO) as f:
            helps = re.search(r'^flags\b.* (vmx|svm)\b', f.read(), re.M)
    except OSError:
        helps = True    # not known
    return bool(helps) and os.access('/dev/kvm', os.R_OK | os.W_OK)


def kvm(image):
    """'works' if the kernel @image boots with KVM, 'no' if there is none, 'untried' without the kernel, or 'fails'.

    Without an initramfs the kernel must end by a panic of its own. In some virtual machines QEMU aborts, or says that KVM failed and
    stands still.
    """
    if not kvm_is_there():
        return 'no'
    if not os.path.exists(image):
        return 'untried'
    command = ['qemu-system-x86_64', *MACHINE, *KVM, *EXIT, '-nodefaults', '-display', 'none', *kernel(image, cmdline='panic=-1')]
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as p:
            limit = threading.Timer(KVM_SECONDS, p.kill)
            limit.start()
            for line in p.stderr:
                if b'KVM internal error' in line:
                    p.kill()
            limit.cancel()
    except OSError:
        return 'fails'
    return 'works' if p.returncode == PANIC else 'fails'


def accelerator(image=None):
    """One thread, as there is one processor: in a thread of its own, a timer that comes just before an instruction ends GDB's step of that
    instruction at once, and GDB meets the breakpoint there a second time."""
    return EMULATED if image is None or kvm(image) != 'works' else KVM


def dies_with_parent():
    """Words to put before a command, so that it is killed when its parent ends for any reason."""
    return ['setpriv', '--pdeathsig', 'KILL'] if shutil.which('setpriv') else []


def machine(memory=MEMORY, with_kvm=None):
    """The options of the machine. Those for its kernel and its output follow them. @with_kvm: the kernel that KVM is tried with."""
    return dies_with_parent() + [
        'qemu-system-x86_64', *MACHINE, *accelerator(with_kvm), '-m', str(memory), '-smp', '1', '-no-reboot',
        '-net', 'none', *EXIT]


def kernel(image, initrd='', cmdline=''):
    """The options that load a kernel."""
    return ['-kernel', image, *(['-initrd', initrd] if initrd else []), '-append', cmdline]


def debugger(socket):
    """The options for a machine that is stopped before its first instruction and waits for GDB at @socket."""
    return ['-S', '-chardev', 'socket,path=%s,server=on,wait=off,id=gdb' % socket, '-gdb', 'chardev:gdb']


def snapshots(disk):
    return ['-drive', 'if=none,format=qcow2,file=%s,id=snapshots' % disk]


def main(words):
    ap = argparse.ArgumentParser(add_help=False, allow_abbrev=False)     # -hda is a word of QEMU
    ap.add_argument('--ram', default=MEMORY)
    ap.add_argument('--kvm')
    ap.add_argument('--gdb')
    ap.add_argument('--snapshots')
    a, rest = ap.parse_known_args(words)
    words = machine(a.ram, a.kvm) + (snapshots(a.snapshots) if a.snapshots else []) + (debugger(a.gdb) if a.gdb else []) + rest
    try:
        os.execvp(words[0], words)
    except OSError as e:
        sys.exit('qemu.py: %s' % plain.told(e))


if __name__ == '__main__':
    main(sys.argv[1:])
