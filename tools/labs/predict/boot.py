# SPDX-License-Identifier: MIT
"""The VMAs of a program at the end of its exec: boot Exon with it as the first process, and stop it there with GDB.

The kernel executes what rdinit= names before anything else, so the first stop at the
stage start-thread is the exec in question; the words behind `--` are its arguments.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
import qemu     # noqa: E402
import vm       # noqa: E402

GDB = os.path.join(vm.TOP, 'tools', 'gdb', 'exon.py')
MARK = '==vmas'
MAX_LINE = 1900     # the kernel keeps 2048 bytes, and vm.py has words of its own
VSYSCALL = {'emulate': 'r-xp', 'xonly': '--xp'}


def kernel_word(word):
    """A word as the kernel's command line carries it."""
    if not word or '"' in word or '\n' in word:
        raise vm.Failed('the kernel\'s command line cannot carry the argument %r: it is empty, or has a quote or a '
                        'newline in it' % word)
    return '"%s"' % word if ' ' in word or '\t' in word else word


def command_line(words, extra=''):
    """norandmaps, the words of the student's own, and the program with its arguments."""
    line = ' '.join(['norandmaps'] + ([extra] if extra else []) + ['rdinit=' + kernel_word(words[0])])
    if words[1:]:
        line = ' '.join([line, '--'] + [kernel_word(w) for w in words[1:]])
    if len(line) > MAX_LINE:
        raise vm.Failed('the arguments are too long for the kernel\'s command line: %d letters of %d' % (
            len(line), MAX_LINE))
    return line


def gate_line(cmdline):
    """The line of [vsyscall]. It is printed for every process but is in no list of VMAs, so GDB does not find it."""
    modes = [w.split('=', 1)[1] for w in cmdline.split() if w.startswith('vsyscall=')]
    perms = VSYSCALL.get(modes[-1]) if modes else None
    start = 0xffffffffff600000
    return ['%08x-%08x %s 00000000 00:00 0 ' % (start, start + 4096, perms) + ' ' * 17 + '[vsyscall]'] if perms else []


def start_qemu(folder, cmdline, files, log):
    """Exon, stopped before its first instruction; GDB is waited for at folder/gdb."""
    initrd, socket = os.path.join(folder, 'initrd.cpio'), os.path.join(folder, 'gdb')
    vm.pack('', initrd, files)
    words = vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' ' + cmdline,
                            extra=[*qemu.debugger(socket), '-monitor', 'none'])
    guest = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    while not os.path.exists(socket) and guest.poll() is None:
        time.sleep(0.05)
    return guest, socket


def ask_gdb(socket, seconds):
    """What GDB prints of the VMAs when the first exec has finished; '' if it never did."""
    command = [os.environ.get('GDB', 'gdb'), '-q', '-nx', '-batch', '-iex', 'set auto-load no', vm.KERNEL['exon'], '-x', GDB]
    for line in ('target remote ' + socket, 'xstage start-thread', 'continue', 'echo %s\\n' % MARK, 'xmaps'):
        command += ['-ex', line]
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=seconds * float(os.environ.get('TIMEOUT_SCALE', '1')))
    except subprocess.TimeoutExpired:
        return ''
    return p.stdout.decode('utf-8', 'replace').partition(MARK + '\n')[2]


def vmas_after_exec(words, cmdline='', files=(), seconds=120):
    """The lines of /proc/PID/maps when the exec of words[0] has finished, before its first instruction.

    @words: the program's path in the root tree, and its arguments. @cmdline: more words for the kernel.
    @files: more arguments for mkcpio.py, e.g. ['--file', 'root/prog:755=./prog']. Raises vm.Failed.
    """
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, 'log'), 'w+b') as log:
        guest, socket = start_qemu(folder, command_line(words, cmdline), files, log)
        try:
            said = ask_gdb(socket, seconds)
        finally:
            guest.kill()
            guest.wait()
        log.seek(0)
        console = log.read().decode('utf-8', 'replace')
    lines = [l for l in said.splitlines() if l[:1] in set('0123456789abcdef') and '-' in l]
    if not lines:
        raise vm.Failed('the exec of %s did not come to its end. The end of Exon\'s console:\n%s' % (
            words[0], console[-2000:].strip() or '(nothing was printed)'))
    return lines + gate_line(cmdline)
