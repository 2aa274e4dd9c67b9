# SPDX-License-Identifier: MIT
"""Boot Exon or Linux in QEMU with the same initramfs and get what a script prints there.

The initramfs is build/rootfs.cpio (or that of ROOT, or build/files.cpio, if the
user has added FILES: tools/files.py) followed by a small archive with /run.sh;
iso/rootfs/init runs that script, prints a mark before and after it, and powers
off. All comparisons use this file, so that only the kernel differs.
"""
import os
import re
import select
import subprocess
import sys
import tempfile
import time

import plain    # noqa: F401
import qemu

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, 'build')
# ROOT of the Makefile: the folder of a larger root tree, and its archive.
LARGER = os.environ.get('ROOT_TREE', '')
DEBIAN = os.path.join(BUILD, LARGER or 'debian')
ROOTFS = os.path.join(BUILD, (LARGER or 'rootfs') + '.cpio')
FILES = os.path.join(BUILD, 'files.cpio')
root = ROOTFS       # use_files() changes it
MEMORY = 2048 if LARGER else 512        # MiB, the same for both kernels: Linux computes some limits from it
# no_timer_check: on a busy computer Linux may find its timer broken, and panic. cryptomgr.notests: no tests of its own ciphers, which
# were a quarter of its boot. noreplace-smp: it need not patch each lock prefix for its one processor, which was a fifth.
CMDLINE = {'exon': 'console=ttyS0 panic=-1 quiet', 'linux': 'console=ttyS0 panic=-1 quiet nokaslr no_timer_check cryptomgr.notests noreplace-smp'}
KERNEL = {'exon': os.path.join(BUILD, 'exon.elf'), 'linux': os.path.join(BUILD, 'linux', 'vmlinux')}
# A line for a script: Linux starts modprobe, which is not there, for each program of an unknown format. Not without a path.
NO_MODPROBE = 'if [ -f /proc/sys/kernel/modprobe ]; then echo >/proc/sys/kernel/modprobe; fi\n'
# Exon built with DEBUG=1, and with KASAN=1.
for kind in ('debug', 'kasan'):
    CMDLINE[kind] = CMDLINE['exon']
    KERNEL[kind] = os.path.join(BUILD, kind, 'exon.elf')


class Failed(Exception):
    """The guest failed; the text says what was seen."""


def use_files():
    """The command runs in /root, where the user's own files are."""
    global root
    root = FILES


def folder():
    """Where the command runs."""
    return '/root' if root == FILES else '/'


def qemu_command(kernel, initrd, cmdline, memory=MEMORY, extra=()):
    """QEMU's command line, with the serial line on stdout. Without @kernel, @extra says what boots.

    With it there is no SATA controller: firmware and Linux would wait for its disks.
    """
    return (qemu.machine(memory) + ['-nodefaults', '-display', 'none', '-serial', 'stdio']
            + (['-machine', 'sata=off', *qemu.kernel(kernel, initrd, cmdline)] if kernel else []) + list(extra))


def boot(which, initrd, cmdline='', memory=MEMORY, seconds=120, extra=()):
    """Boot and return (everything on the serial line, QEMU's exit status, seconds). Status -1: time limit."""
    command = qemu_command(KERNEL[which], initrd, (CMDLINE[which] + ' ' + cmdline).strip(), memory, extra)
    start = time.time()
    with tempfile.TemporaryFile() as log:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            status = p.wait(seconds * float(os.environ.get('TIMEOUT_SCALE', '1')))
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            status = -1
        log.seek(0)
        text = log.read().decode('utf-8', 'replace').replace('\r\n', '\n')
    return text, status, time.time() - start


def watch(kernel, initrd, cmdline, seconds, extra=(), quiet=None):
    """Boot the file @kernel and yield all that its serial line has shown so far, whenever there is more.

    Ends with QEMU; the caller may stop earlier, which ends QEMU. Raises Failed at the time limit, or when nothing more has come for
    @quiet seconds.
    """
    end = time.monotonic() + seconds * float(os.environ.get('TIMEOUT_SCALE', '1'))
    seen = b''
    p = subprocess.Popen(qemu_command(kernel, initrd, cmdline, extra=extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT)
    try:
        while True:
            left = max(0, end - time.monotonic())
            if not select.select([p.stdout], [], [], min(left, quiet) if seen and quiet else left)[0]:
                raise Failed('time limit of %d s' % seconds)
            more = os.read(p.stdout.fileno(), 65536)
            if not more:
                return
            seen += more
            yield seen.decode('utf-8', 'replace').replace('\r\n', '\n')
    finally:
        p.kill()
        p.wait()
        p.stdout.close()


def pack(script, path, extra_args=()):
    """The root tree with @script as /run.sh, written to @path."""
    small = path + '.run'
    if root == FILES:
        script = 'cd %s\n' % folder() + script
    subprocess.run([sys.executable, os.path.join(TOP, 'tools', 'mkcpio.py'), '-o', small, '--text', 'run.sh:755=' + script]
                   + list(extra_args), check=True)
    with open(path, 'wb') as out:
        for part in (root, small):
            with open(part, 'rb') as f:
                out.write(f.read())
    os.unlink(small)


def run(which, script, cmdline='norandmaps', memory=MEMORY, seconds=120, extra_args=(), extra_qemu=()):
    """What /run.sh prints, and its exit status. Raises Failed when it does not reach its end."""
    with tempfile.TemporaryDirectory() as d:
        initrd = os.path.join(d, 'initrd.cpio')
        pack(script, initrd, extra_args)
        text, status, took = boot(which, initrd, cmdline, memory, seconds, extra_qemu)
    m = re.search(r'=== begin\n(.*)=== end (\d+)\n', text, re.S)
    if not m:
        raise Failed('%s did not finish the script (%s after %.0f s). The end of its console:\n%s' % (
            which, 'time limit' if status < 0 else 'QEMU ended with status %d' % status, took, text[-4000:]))
    return m.group(1), int(m.group(2))
