# SPDX-License-Identifier: MIT
"""FILES: programs of the user's own in the guest, with their libraries; and what is said of those that cannot run there."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import debian
import files
import prog
import vm
from conftest import TOP

CC = os.environ.get('CROSS', '') + 'gcc'
MAIN = 'int puts(const char *); int main(int argc, char **argv) { for (int i = 0; i < argc; i++) puts(argv[i]); return 3; }'


def compile_to(path, source, *words):
    subprocess.run([CC, '--sysroot=' + os.path.join(vm.BUILD, 'sysroot'), '-x', 'c', '-', '-x', 'none', '-o', str(path), *words], input=source,
                   text=True, check=True)
    return str(path)


def library(folder, name, source, versions=''):
    """A shared library of that soname in its own folder, to link with."""
    folder.mkdir(exist_ok=True)
    (folder / 'map').write_text(versions)
    return compile_to(folder / name, source, '-shared', '-nostdlib', '-fPIC', '-Wl,-soname,' + name,
                      *(['-Wl,--version-script=%s' % (folder / 'map')] if versions else []))


@pytest.fixture
def own(tmp_path, monkeypatch):
    """FILES of a test: own(words) makes the archive, in a folder of its own."""
    monkeypatch.setattr(files, 'TREE', str(tmp_path / 'tree'))
    monkeypatch.setattr(vm, 'FILES', str(tmp_path / 'files.cpio'))
    monkeypatch.setattr(vm, 'root', vm.FILES)
    return lambda *words: files.main(' '.join(str(w) for w in words))


def said(own, *words):
    """The one line that refuses them."""
    with pytest.raises(SystemExit) as e:
        own(*words)
    text = str(e.value)
    assert text.startswith('FILES: ') and '\n' not in text and 'Traceback' not in text
    return text


def test_strace_prints_the_same_calls(own, tmp_path):
    """Debian's strace, in the guest. Only a pid and random bytes differ."""
    with debian.locked_cache():
        deb, = debian.fetch(['strace'])
    debian.unpack(deb, str(tmp_path), only=lambda p: p.endswith('/bin/strace'))
    own(tmp_path / 'usr/bin/strace')
    ours, theirs = (vm.run(kernel, 'strace -f /bin/cat /proc/self/maps 2>&1')[0] for kernel in ('exon', 'linux'))

    def calls(text):
        text = re.sub(r'(?m)^(set_tid_address.*)= \d+$', r'\1', text)
        return re.sub(r'(?m)^(getrandom\(").*$', r'\1', text)
    assert 'execve("/bin/cat", ["/bin/cat", "/proc/self/maps"]' in ours and '+++ exited with 0 +++' in ours, ours
    assert calls(ours) == calls(theirs)


def test_programs_files_and_folders_are_there(own, tmp_path):
    folder = tmp_path / 'dir'
    folder.mkdir()
    library(folder, 'libmine.so', 'int mine(void) { return 42; }')
    compile_to(folder / 'linked', 'int mine(void); int main(void) { return mine(); }', str(folder / 'libmine.so'))
    (folder / 'data').write_text('some data\n')
    (tmp_path / 'hello.sh').write_text('#!/bin/bash\necho "$0 $1"\n')
    (tmp_path / 'hello.sh').chmod(0o755)
    own(compile_to(tmp_path / 'a.out', MAIN), folder, tmp_path / 'hello.sh', folder / 'libmine.so')
    script = 'a.out 1 "$HOME"\necho $?\n./a.out\ndir/linked; echo $?\ncat dir/data\n./hello.sh "a b"\npwd\n'
    want = 'a.out\n1\n/root\n3\n./a.out\n42\nsome data\n./hello.sh a b\n/root\n'
    assert vm.run('exon', script) == (want, 0) == vm.run('linux', script)


def test_a_program_of_the_guest_with_the_same_name_gives_way(own, tmp_path):
    own(compile_to(tmp_path / 'cat', MAIN))
    tree = prog.entries(vm.FILES)
    assert prog.look_up(tree, 'cat x', '/root') == ('/usr/local/bin/cat', '/usr/local/bin/cat x')
    assert prog.look_up(tree, './cat x', '/root') == ('./cat', './cat x')
    assert prog.resolve(tree, '/usr/local/bin/cat') == '/root/cat'


def test_the_debugger_finds_their_symbols(own, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(TOP, 'tools', 'gdb'))
    import guest
    own(compile_to(tmp_path / 'a.out', MAIN))
    monkeypatch.setattr(guest, 'ROOTS', [guest.ROOTS[0], files.TREE])
    assert guest.host_file('/root/a.out') == os.path.join(files.TREE, 'root', 'a.out') == guest.host_file('/usr/local/bin/a.out')


def test_a_library_comes_from_debian(own, tmp_path, monkeypatch):
    """libgmp10 is in build/debs: here it is as if the root tree did not have it."""
    library(tmp_path / 'gmp', 'libgmp.so.10', 'int own;')
    built = compile_to(tmp_path / 'a.out', MAIN, '-Wl,--no-as-needed', str(tmp_path / 'gmp' / 'libgmp.so.10'))
    whole = files.Guest.__init__

    def without(self):
        whole(self)
        del self.libraries['libgmp.so.10']
    monkeypatch.setattr(files.Guest, '__init__', without)
    monkeypatch.setattr(debian, 'OFFLINE', True)
    own(built)
    assert any(name.endswith('/libgmp.so.10') for name in prog.entries(vm.FILES))


@pytest.mark.parametrize('library, package', [
    ('libstdc++.so.6', 'libstdc++6'), ('libgomp.so.1', 'libgomp1'), ('libpng16.so.16', 'libpng16-16'), ('libX11.so.6', 'libx11-6'),
    ('libreadline.so.8', 'libreadline8')])
def test_packages_are_named_after_libraries(library, package):
    assert files.package_of(library) == package


# ---- what cannot run there ----------------------------------------------------------------

def test_a_newer_glibc(own, tmp_path):
    newer = library(tmp_path / 'new', 'libc.so.6', 'long __isoc23_strtol(void) { return 1; }', 'GLIBC_2.38 { __isoc23_strtol; };')
    built = compile_to(tmp_path / 'a.out', 'long __isoc23_strtol(void); void _start(void) { __isoc23_strtol(); }', '-nostdlib', newer)
    text = said(own, built)
    assert text.startswith("FILES: a.out needs GLIBC_2.38 of libc.so.6, and that of the guest (Debian 12) ends at GLIBC_2.36; ")
    assert '-static' in text and "make container CMD='gcc ...'" in text


def test_an_interpreter_that_is_not_there(own, tmp_path):
    built = compile_to(tmp_path / 'a.out', MAIN, '-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1')
    assert 'a.out needs the interpreter /lib/ld-musl-x86_64.so.1, which the guest lacks; link it with -static' in said(own, built)


def test_a_library_that_nobody_has(own, tmp_path, monkeypatch):
    monkeypatch.setattr(debian, 'OFFLINE', True)
    library(tmp_path / 'lib', 'libnobodyhas.so.1', 'int own;')
    built = compile_to(tmp_path / 'a.out', MAIN, '-Wl,--no-as-needed', str(tmp_path / 'lib' / 'libnobodyhas.so.1'))
    text = said(own, built)
    assert 'a.out needs libnobodyhas.so.1, which the guest lacks (' in text and 'name the library in FILES' in text


@pytest.mark.parametrize('at, byte, words', [
    (18, 0xb7, 'a.out is not for x86-64 (AARCH64, 64 bit), and the guest is'), (4, 1, 'a.out is'), (5, 9, 'a.out is a damaged ELF file')])
def test_another_machine(own, tmp_path, at, byte, words):
    path = compile_to(tmp_path / 'a.out', MAIN)
    with open(path, 'r+b') as f:
        f.seek(at)
        f.write(bytes([byte]))
    assert words in said(own, path)


@pytest.mark.parametrize('words, answer', [
    ('/no/such/file', 'there is no file or folder /no/such/file'), ("'x", 'No closing quotation'), ('script', 'script is a script for /usr/bin/python3, which'),
    ('script a/script', 'have the same name in the guest'), ('big', 'the files have 200 MiB, and the guest has room for')])
def test_wrong_words(own, tmp_path, monkeypatch, words, answer):
    monkeypatch.chdir(tmp_path)
    os.mkdir('a')
    for name in ('script', 'a/script'):
        with open(name, 'w') as f:
            f.write('#!/usr/bin/python3\n')
        os.chmod(name, 0o755)
    with open('big', 'w') as f:
        f.truncate(200 << 20)
    assert answer in said(own, words)


def test_a_folder_that_may_not_be_read(own, tmp_path, monkeypatch):
    (tmp_path / 'dir').mkdir()
    monkeypatch.setattr(os, 'scandir', lambda path: (_ for _ in ()).throw(PermissionError(13, 'Permission denied', path)))
    assert 'dir cannot be read: Permission denied' in said(own, tmp_path / 'dir')


def test_in_a_folder_a_program_for_elsewhere_is_only_said(own, tmp_path, capsys):
    (tmp_path / 'dir').mkdir()
    shutil.copy('/bin/true', tmp_path / 'dir' / 'ok')
    (tmp_path / 'dir' / 'script').write_text('#!/usr/bin/python3\n')
    (tmp_path / 'dir' / 'script').chmod(0o755)
    own(tmp_path / 'dir')
    assert 'FILES: dir/script is a script for /usr/bin/python3' in capsys.readouterr().err


# ---- PROG -----------------------------------------------------------------------------------

def make(*words):
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS')}
    return subprocess.run(['make', '-s', *words], cwd=TOP, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True).stdout


def test_a_dollar_in_prog_survives():
    """As make hands it on, over two levels; and as it is printed by a dry run."""
    text = make('-n', 'do-compare', "PROG=echo $HOME $$ 'it' $(x) # y", 'CMDLINE=a$b')
    assert "-- 'echo $HOME $$ '\\''it'\\'' $(x) # y'" in text and "--cmdline 'a$b'" in text


def test_a_program_of_this_machine_is_missed_in_the_guest(tmp_path):
    path = compile_to(tmp_path / 'mine', MAIN)
    p = subprocess.run([sys.executable, os.path.join(TOP, 'tools', 'compare.py'), path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert p.returncode == 1 and re.search(r"^compare: the guest has no %s; FILES='%s' PROG='./mine'" % (path, path), p.stdout)
