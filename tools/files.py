#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The user's own programs for the guest: files.py FILES

Writes build/files.cpio: the root tree, and after it the files and folders that FILES names. They lie in /root, where
the command of PROG runs; a program is also found by its name alone. build/files has them as a tree, for GDB's symbols.

Libraries that a program needs and the guest lacks come from Debian 12's packages. Debian's policy names a package
after the library: libfoo.so.2 is in libfoo2. Status 1: a file cannot be executed there; one line says why.
"""
import glob
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection

sys.dont_write_bytecode = True
import debian
import mkcpio
import prog
import vm

HOME = 'root'                           # the folder of the files, and that in which they are executed
BIN = 'usr/local/bin'
LIBRARIES = ('lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib', 'usr/lib')      # where ld.so looks
OTHER_NAMES = {'libz.so.1': 'zlib1g', 'libtinfo.so.6': 'libtinfo6', 'libunwind-ptrace.so.0': 'libunwind8',
               'libunwind-x86_64.so.8': 'libunwind8'}
# Of these packages a library is not enough: what belongs to it.
DATA = {'libpython3.11': ['libpython3.11-minimal', 'libpython3.11-stdlib']}
TREE = os.path.join(vm.BUILD, 'files')
MOST = 96                               # MiB: more does not fit beside the rest in the guest's memory
REMEDY = "link it with -static, or build it in a container of Debian 12: make container CMD='gcc ...'"


class Refused(Exception):
    """A file is of no use in the guest; the text says why and what to do."""


# ---- which files -----------------------------------------------------------------------

def named(words):
    """{name in /root: path on this machine} of FILES."""
    try:
        parts = [p for word in shlex.split(words) for p in sorted(glob.glob(os.path.expanduser(word))) or [os.path.expanduser(word)]]
    except ValueError as e:
        raise Refused('%s: %s' % (words, e))
    found = {}
    for path in parts:
        name = os.path.basename(os.path.abspath(path))
        if not os.path.exists(path):
            raise Refused('there is no file or folder %s' % path)
        if name in found:
            raise Refused('%s and %s have the same name in the guest' % (found[name], path))
        found[name] = path
    return found


def contents(path):
    """The files below @path, or the file itself."""
    if not os.path.isdir(path):
        return [path]
    found = []
    for where, _, names in os.walk(path, onerror=cannot_read):
        found += [os.path.join(where, name) for name in names]
    return found


def cannot_read(e):
    raise Refused('%s cannot be read: %s' % (e.filename, e.strerror))


def check_size(paths):
    size = sum(os.lstat(path).st_size for top in paths for path in contents(top)) >> 20
    if size > MOST:
        raise Refused('the files have %d MiB, and the guest has room for %d; name fewer' % (size, MOST))


def copy(name, path):
    """Puts a file or a folder into the tree."""
    to = os.path.join(TREE, HOME, name)
    try:
        if os.path.isdir(path):
            shutil.copytree(path, to, symlinks=True, copy_function=copy_file)
        else:
            copy_file(path, to)
    except shutil.Error as e:
        raise Refused('%s: %s' % (e.args[0][0][0], e.args[0][0][2]))
    except OSError as e:
        raise Refused('%s cannot be read: %s' % (e.filename or path, e.strerror))


def copy_file(path, to, follow_symlinks=True):
    """Of the sorts of files only regular ones are copied: reading from a pipe would wait for ever."""
    if os.path.islink(path) and not follow_symlinks:
        os.symlink(os.readlink(path), to)
    elif os.path.isfile(path):
        shutil.copyfile(path, to)
        os.chmod(to, stat.S_IMODE(os.stat(path).st_mode) | 0o400)


# ---- can they be executed? ----------------------------------------------------------------

class Elf:
    """What an ELF file needs of others, and what it offers them."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            elf = ELFFile(f)
            self.machine, self.is_64 = elf['e_machine'], elf.elfclass == 64
            self.interpreter, self.needs, self.versions, self.offers = '', [], {}, set()
            for segment in elf.iter_segments():
                if segment['p_type'] == 'PT_INTERP':
                    self.interpreter = segment.get_interp_name()
                elif segment['p_type'] == 'PT_DYNAMIC':
                    self.needs = [tag.needed for tag in segment.iter_tags('DT_NEEDED')]
            for section in elf.iter_sections():
                if isinstance(section, GNUVerNeedSection):
                    self.versions = {need.name: [v.name for v in names] for need, names in section.iter_versions()}
                elif isinstance(section, GNUVerDefSection):
                    self.offers = {next(names).name for _, names in section.iter_versions()}


def read_elf(path):
    """The Elf of a file, or None: it is no ELF file."""
    with open(path, 'rb') as f:
        if f.read(4) != b'\x7fELF':
            return None
    try:
        return Elf(path)
    except Exception as e:      # of damaged bytes pyelftools may say anything
        raise Refused('%s is a damaged ELF file: %s' % (path, e or type(e).__name__))


def number(version):
    return [int(n) for n in re.findall(r'\d+', version)]


def newest(versions):
    return max(versions, key=number, default='')


def package_of(library):
    """libfoo2 of libfoo.so.2, libfoo-1-2 of libfoo-1.so.2."""
    stem, _, version = library.lower().replace('_', '-').partition('.so')
    return stem + ('-' if stem[-1:].isdigit() and version else '') + version.lstrip('.')


def pattern_of(library):
    """A pattern for the names that its package may have: by policy, and, if the host is a Debian, what it is there."""
    names = [OTHER_NAMES.get(library) or package_of(library)]
    if shutil.which('dpkg-query'):
        p = subprocess.run(['dpkg-query', '-S', '*/' + library], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
        names += re.findall(r'^([a-z0-9][a-z0-9.+-]*)(?::\w+)?: .*/x86_64-linux-gnu/', p.stdout, re.M)
    return '|'.join(re.escape(name) for name in dict.fromkeys(names))


def names_of(pattern):
    """The names in a pattern, for people."""
    return re.sub(r'\\|\(\?:|\)', '', pattern).replace('|', ' or ')


class Guest:
    """The root tree and the files that are added to it."""

    def __init__(self):
        self.tree, self.libraries, self.packages, self.fetched = prog.entries(vm.ROOTFS), {}, [], set()
        for root in (vm.DEBIAN, TREE):
            for folder in LIBRARIES:
                for path in glob.glob(os.path.join(root, folder, '*.so*')):
                    self.libraries.setdefault(os.path.basename(path), path)

    def has(self, path):
        return bool(prog.resolve(self.tree, path)) or os.path.lexists(TREE + path)

    def check(self, path, name):
        """Raises Refused if the program cannot run; gets what it needs."""
        elf = read_elf(path)
        if elf is None:
            self.check_script(path, name)
            return
        if elf.machine != 'EM_X86_64' or not elf.is_64:
            raise Refused('%s is not for x86-64 (%s, %d bit), and the guest is; compile it with x86_64-linux-gnu-gcc'
                          % (name, elf.machine[len('EM_'):], 64 if elf.is_64 else 32))
        if elf.interpreter and not self.has(elf.interpreter):
            raise Refused('%s needs the interpreter %s, which the guest lacks; %s' % (name, elf.interpreter, REMEDY))
        for library in elf.needs:
            self.check_library(elf, library, name)

    def check_script(self, path, name):
        with open(path, 'rb') as f:
            words = f.readline(256).decode('utf-8', 'replace')
        if words.startswith('#!') and words[2:].split() and not self.has(words[2:].split()[0]):
            raise Refused('%s is a script for %s, which the guest lacks; it has /bin/sh and /bin/bash' % (name, words[2:].split()[0]))

    def check_library(self, elf, library, name):
        if library not in self.libraries:
            self.fetch(library, name)
        wanted = newest(elf.versions.get(library, []))
        missing = [v for v in elf.versions.get(library, []) if v not in read_elf(self.libraries[library]).offers]
        if missing:
            same = [v for v in read_elf(self.libraries[library]).offers if v.split('_')[0] == wanted.split('_')[0]]
            raise Refused('%s needs %s of %s, and that of the guest (Debian 12) ends at %s; %s'
                          % (name, newest(missing), library, newest([v for v in same if number(v)]) or 'none', REMEDY))

    def fetch(self, library, name):
        """Gets the package of a library, and what that needs."""
        own = os.path.join(TREE, HOME, library)
        if os.path.exists(own):
            self.add(library, own)
            return
        package = pattern_of(library)
        self.unpack(package, library, name)
        found = [p for folder in LIBRARIES for p in glob.glob(os.path.join(TREE, folder, library))]
        if not found:
            raise Refused('%s needs %s, which neither the guest nor Debian 12\'s package %s has; link it with -static' % (name, library, names_of(package)))
        self.add(library, found[0])

    def unpack(self, package, library, name):
        """Once, though several libraries may come from it."""
        try:
            with debian.locked_cache():
                deb, = debian.fetch(['(?:%s)' % package])
        except debian.Failed as e:
            raise Refused('%s needs %s, which the guest lacks (%s); link it with -static, or name the library in FILES, too'
                          % (name, library, names_of(str(e).split('\n')[0])))
        if deb not in self.fetched:
            self.fetched.add(deb)
            debian.unpack(deb, TREE, only=lambda p: '.so' in p)
            self.unpack_data(os.path.basename(deb).split('_')[0])

    def unpack_data(self, package):
        """What the package of a library needs beside libraries: Python's has a standard library, without which it does not start."""
        for name in DATA.get(package, []):
            with debian.locked_cache():
                deb, = debian.fetch([re.escape(name)])
            debian.unpack(deb, TREE)

    def add(self, library, path):
        if os.path.dirname(path) == os.path.join(TREE, HOME):
            link(os.path.join(TREE, LIBRARIES[1], library), '/%s/%s' % (HOME, library))
        self.libraries[library] = path
        self.check(path, library)


# ---- the tree --------------------------------------------------------------------------------

def link(path, target):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.lexists(path):
        os.symlink(target, path)


def is_program(path):
    return os.path.isfile(path) and os.access(path, os.X_OK)


def make_tree(files):
    shutil.rmtree(TREE, ignore_errors=True)
    os.makedirs(os.path.join(TREE, HOME), 0o700)
    for name, path in files.items():
        copy(name, path)
        if is_program(path) and '.so' not in name:
            link(os.path.join(TREE, BIN, name), '/%s/%s' % (HOME, name))
    with open(os.path.join(TREE, HOME, '.profile'), 'a') as f:
        f.write('cd\n')
    guest = Guest()
    for name, path in files.items():
        for one in contents(path):
            if is_program(one):
                check(guest, one, os.path.relpath(one, os.path.dirname(os.path.abspath(path))), one == path)


def check(guest, path, name, wanted):
    """In a folder there may be programs for other places: these are only said."""
    try:
        guest.check(path, name)
    except Refused as e:
        if wanted:
            raise
        print('FILES: %s' % e, file=sys.stderr)


def write_archive():
    archive = mkcpio.Archive()
    archive.add_tree(TREE)
    new = vm.FILES + '.new'
    with open(new, 'wb') as out, open(vm.ROOTFS, 'rb') as f:
        shutil.copyfileobj(f, out)
        out.write(archive.bytes())
    os.replace(new, vm.FILES)


def main(words):
    try:
        files = named(words)
        check_size(files.values())
        make_tree(files)
        write_archive()
    except Refused as e:
        sys.exit('FILES: %s' % e)


if __name__ == '__main__':
    main(sys.argv[1])
