# SPDX-License-Identifier: MIT
"""The GDB commands of tools/gdb, in batch mode against real boots: a static program, a dynamic PIE, a script."""
import os
import subprocess
import tempfile
import time

import pytest

import vm
from conftest import TOP

PROGRAMS = {
    'busybox': '/bin/busybox true',
    'cat': '/bin/cat /proc/self/maps',
    'script': 'printf "#!/bin/cat\\n" > /tmp/script; chmod 755 /tmp/script; /tmp/script',
}

SESSION = r'''
xhelp
xstage
xstage nonsense
xmaps
ubreak %(ubreak)s
xstage copy-strings of %(name)s
continue
echo ==bprm\n
xbprm
xstage begin-new-exec start-thread of %(name)s
continue
continue
echo ==diff\n
xdiff
echo ==maps\n
xmaps
echo ==stack\n
xstack
echo ==auxv\n
xauxv
echo ==syms\n
xsyms
echo ==pwalk\n
xpwalk $_regs_ip
xpwalk exec_stage
echo ==ptes\n
xptes
echo ==ps\n
xps
xtask
xcpu
echo ==trace\n
xtrace
echo ==who\n
who-mapped $_stack
xsave here
xfault on
xstage off
tbreak *do_group_exit
continue
xfault off
echo ==back\n
xback here
xmaps
xdiff list
xdiff no such
monitor quit
'''


def gdb_session(tmp, kind):
    script = PROGRAMS[kind]
    initrd, disk, socket = (os.path.join(tmp, n) for n in ('initrd', 'snap.qcow2', 'gdb'))
    vm.pack(script + '\n', initrd)
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'], check=True)
    extra = ['-S', '-chardev', 'socket,path=%s,server=on,wait=off,id=gdb' % socket, '-gdb', 'chardev:gdb',
             '-monitor', 'none', '-drive', 'if=none,format=qcow2,file=%s,id=snapshots' % disk]
    qemu = subprocess.Popen(vm.qemu_command(vm.KERNEL['exon'], initrd, vm.CMDLINE['exon'] + ' norandmaps', extra=extra),
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    name = {'busybox': 'busybox', 'cat': 'cat', 'script': 'script'}[kind]
    commands = os.path.join(tmp, 'commands')
    with open(commands, 'w') as f:
        # An error must not end the session: each line for itself, as a student types it.
        for line in (SESSION % {'name': name, 'ubreak': 'cat:*0x555555557130'}).strip().split('\n'):
            line = line.replace('$_regs_ip', '((struct pt_regs *)((char *)boot_percpu.current->stack + 16384) - 1)->ip') \
                .replace('$_stack', 'boot_percpu.current->mm->start_stack')
            f.write('python run(%r)\n' % line)
    prelude = os.path.join(tmp, 'prelude.py')
    with open(prelude, 'w') as f:
        f.write('import gdb\ndef run(line):\n    try:\n        gdb.execute(line)\n    except gdb.error as e:\n        print("error:", e)\n')
    try:
        for _ in range(100):
            if os.path.exists(socket):
                break
            time.sleep(0.1)
        p = subprocess.run(['gdb', '-q', '-nx', '-batch', '-iex', 'set auto-load no', vm.KERNEL['exon'],
                            '-x', os.path.join(TOP, 'tools', 'gdb', 'exon.py'), '-ex', 'target remote ' + socket,
                            '-x', prelude, '-x', commands], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180)
    finally:
        qemu.kill()
        qemu.wait()
    return p.stdout.decode('utf-8', 'replace')


@pytest.fixture(scope='module', params=sorted(PROGRAMS))
def session(request):
    with tempfile.TemporaryDirectory() as tmp:
        return request.param, gdb_session(tmp, request.param)


def part(text, name):
    return text.split('==%s\n' % name, 1)[1].split('\n==', 1)[0]


def test_help_and_errors(session):
    text = session[1]
    assert 'who-mapped' in text and 'xback' in text
    assert 'no stage "nonsense"; xstage alone lists them' in text
    assert 'no stop at no is remembered' in text


def test_binprm(session):
    bprm = part(session[1], 'bprm')
    name = {'busybox': '/bin/busybox', 'cat': '/bin/cat', 'script': '/tmp/script'}[session[0]]
    assert 'filename             %s' % name in bprm
    assert 'point_of_no_return   False' in bprm


def test_areas_form(session):
    kind, text = session
    diff, maps = part(text, 'diff'), part(text, 'maps')
    program = '/bin/busybox' if kind == 'busybox' else '/bin/cat'
    assert '-> start-thread' in diff
    assert '+ ' in diff and program in diff and '[stack]' in diff
    assert maps.count(program) >= 4
    assert ('ld-linux' in maps) == (kind != 'busybox')
    assert '7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]' in maps


def test_stack_and_auxv(session):
    kind, text = session
    stack = part(text, 'stack')
    # The first exec of busybox is /init's mount.
    assert {'busybox': 'argc = 6', 'cat': 'argc = 2', 'script': 'argc = 2'}[kind] in stack
    assert 'AT_EXECFN' in stack and 'AT_PLATFORM' in stack and '"x86_64"' in stack
    assert part(text, 'auxv').count('AT_') == 21


def test_symbols(session):
    kind, text = session
    assert ('build/debian/bin/busybox' if kind == 'busybox' else 'build/debian/bin/cat') in part(text, 'syms')
    if kind != 'busybox':
        assert 'ld-linux' in part(text, 'syms')
    if kind == 'cat':
        assert 'breakpoint in /bin/cat' in text


def test_tables(session):
    pwalk = part(session[1], 'pwalk')
    assert pwalk.count('PML4') == 2 and ' P A G' in pwalk
    assert '[stack]' in part(session[1], 'ptes')


def test_trace_and_who_mapped(session):
    assert 'begin_new_exec' in part(session[1], 'trace')
    assert 'stage arg-pages: setup_arg_pages' in part(session[1], 'who')


def test_faults_and_going_back(session):
    kind, text = session
    assert 'fault pid' in text
    back = part(text, 'back')
    assert 'error:' not in back.split('[stack]')[0]
    assert back.count('[stack]') == 1
    assert part(text, 'maps').strip().split('\n')[0] in back
