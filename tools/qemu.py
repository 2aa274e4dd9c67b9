#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""QEMU's command line. Everything that boots a kernel takes its machine from this file.

  qemu.py [--ram=MIB] [--kvm] [--gdb=SOCKET] [--snapshots=FILE] WORDS...

It replaces itself by QEMU, with the options of the machine and then WORDS.
Without --kvm the processor is emulated, so that it is the same on every
computer. With --kvm it is the host's, if KVM works there. --gdb: the machine is
stopped and waits for GDB at a socket. --snapshots: a qcow2 file for snapshots only.
"""
import argparse
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import plain  # noqa: E402

MEMORY = 256        # MiB
# No 5-level paging, no protection keys, and no fast string instructions: the emulator counts those byte by byte.
CPU = 'max,la57=off,pku=off,erms=off,fsrm=off'


def kvm_works():
    """Tries KVM: in some virtual machines /dev/kvm can be opened, but QEMU aborts when it uses it."""
    if not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return False
    try:
        return not subprocess.run(['qemu-system-x86_64', '-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-nodefaults', '-S',
                                   '-display', 'none', '-monitor', 'stdio'], input=b'quit\n', stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=10).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def accelerator(kvm=False):
    """One thread, as there is one processor: in a thread of its own, a timer that comes just before an instruction ends GDB's step of that
    instruction at once, and GDB meets the breakpoint there a second time."""
    if kvm and kvm_works():
        return ['-accel', 'kvm', '-cpu', 'host']
    return ['-accel', 'tcg,thread=single', '-cpu', CPU]


def dies_with_parent():
    """Words to put before a command, so that it is killed when its parent ends for any reason."""
    return ['setpriv', '--pdeathsig', 'KILL'] if shutil.which('setpriv') else []


def machine(memory=MEMORY, kvm=False):
    """The options of the machine. Those for its kernel and its output follow them."""
    return dies_with_parent() + [
        'qemu-system-x86_64', '-machine', 'q35', *accelerator(kvm), '-m', str(memory), '-smp', '1', '-no-reboot',
        '-net', 'none', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4']


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
    ap.add_argument('--kvm', action='store_true')
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
