# SPDX-License-Identifier: MIT
"""What the grader boots: the kernel under test of each lab, the reference kernel, the archives with programs.

In the finished tree there is one kernel for all labs, and Linux 6.1 is the
reference. A starter contains the object files of the finished kernel
(labs/given.tar.xz). Linked alone, they are the reference. Linked with the
student's objects of *one* lab instead, they are the kernel under test of that
lab. So a mistake in one lab costs nothing in another.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile

import course
from machine import mkcpio, outside


class BuildError(Exception):
    """make failed; the text is what it printed."""


def make(top, *words, box=None):
    """What make prints in @top; with a box (sandbox.py) inside it. Raises BuildError with the compiler's words."""
    environment = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'CI')}
    command = ['make', '-C', top, '--no-print-directory', '-j%d' % (os.cpu_count() or 1), *words]
    if box:
        command = box.words('build', command, [os.path.join(top, 'build')])
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    text = p.stdout.decode('utf-8', 'replace').strip()
    if p.returncode:
        raise BuildError(text)
    return text


def cache(top):
    """The folder of what need not be done twice: boots and kernels, named for all that they depend on."""
    folder = os.environ.get('GRADE_CACHE') or os.path.join(top, 'build', 'grade', 'cache')
    os.makedirs(folder, exist_ok=True)
    return folder


@contextlib.contextmanager
def turn(path):
    """One at a time, of all threads and processes, makes the file @path of a cache; the others find it made."""
    with open(path + '.lock', 'w') as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def digest(top, files):
    h = hashlib.sha256()
    for path in files:
        with open(os.path.join(top, path), 'rb') as f:
            h.update(b'%d ' % os.fstat(f.fileno()).st_size + f.read())
    return h.hexdigest()


def replace_file(source, target):
    """A copy that is there whole or not at all."""
    fd, name = tempfile.mkstemp(dir=os.path.dirname(target))
    os.close(fd)
    shutil.copyfile(source, name)
    os.replace(name, target)


def object_of(source):
    return source[:-len('.c')] + '.o' if source.endswith('.c') else source + '.o'


class Kernels:
    """The kernels of one tree; builds what is asked for, once."""

    def __init__(self, top, labs, box=None):
        self.top, self.labs, self.box = top, labs, box
        self.given = os.path.join(box.shared if box else top, 'build', 'given')
        self.is_starter = course.starter(top) is not None
        self.objects = self.unpack() if self.is_starter else []

    def unpack(self):
        """The finished objects, as paths below build/given."""
        archive = os.path.join(self.top, 'labs', 'given.tar.xz')
        with open(archive, 'rb') as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        stamp = os.path.join(self.given, digest)
        if not os.path.exists(stamp):
            subprocess.run(['rm', '-rf', self.given], check=True)
            with tarfile.open(archive) as tar:
                tar.extractall(self.given)
            open(stamp, 'w').close()
        return sorted(os.path.relpath(os.path.join(where, name), self.given)
                      for where, _, names in os.walk(self.given) for name in names if name.endswith('.o'))

    def link(self, folder, replaced=()):
        """build/FOLDER/exon.elf: the given objects, but those of @replaced from the tree's own sources."""
        own = {object_of(f) for f in replaced}
        if own:
            make(self.top, *('build/' + o for o in sorted(own)), box=self.box)
        objects = ['build/' + o if o in own else 'build/given/' + o for o in self.objects]
        target = os.path.join('build', folder, 'exon.elf')
        if self.box:
            return self.link_in_box(target, 'B=build/' + folder, 'OBJS=' + ' '.join(objects))
        known = os.path.join(cache(self.top), digest(self.top, objects + ['boot/kernel.lds']) + '.elf')
        with turn(known):
            if os.path.exists(known):
                os.makedirs(os.path.join(self.top, 'build', folder), exist_ok=True)
                shutil.copyfile(known, os.path.join(self.top, target))
            else:
                make(self.top, 'B=build/' + folder, 'OBJS=' + ' '.join(objects), target)
                replace_file(os.path.join(self.top, target), known)
        return os.path.join(self.top, target)

    def link_in_box(self, target, *words):
        """The kernel is fetched out of the folder that the compiler could write in."""
        make(self.top, *words, target, box=self.box)
        kernel = os.path.join(self.box.job, 'kernels', os.path.relpath(target, 'build'))
        if not self.box.take(os.path.join(self.top, target), kernel):
            raise BuildError('%s is no plain file' % target)
        return kernel

    def own(self):
        """The tree's kernel as it stands."""
        make(self.top, 'build/exon.elf')
        return os.path.join(self.top, 'build', 'exon.elf')

    def reference(self):
        """The finished kernel, in a starter; None: the tree itself is finished."""
        if self.box:
            return os.path.join(self.box.shared, 'build', 'reference', 'exon.elf')
        return self.link('reference') if self.is_starter else None

    def under_test(self, lab):
        """The kernel that shows what the student's part of @lab does. Raises BuildError."""
        if not self.is_starter:
            self.make_own_programs(lab)
            return self.own()
        self.make_own_programs(lab)
        return self.link('grade/%02d' % lab.number, lab.kernel_files) if lab.kernel_files else self.reference()

    def make_own_programs(self, lab):
        """What a student writes for the machine to run. In a box it is fetched out of the folder that the compiler could write in."""
        for program in lab.own_programs:
            make(self.top, 'build/' + program, box=self.box)
            if self.box and not self.box.take(os.path.join(self.top, 'build', program), self.own_program(program)):
                raise BuildError('%s is no plain file' % program)

    def own_program(self, program):
        """Where @program is, which a student has written."""
        return os.path.join(self.box.job, 'programs', program) if self.box else os.path.join(self.top, 'build', program)

    def finished_program(self, program):
        """The same, as the finished tree has it."""
        return os.path.join(self.given if self.is_starter else os.path.join(self.top, 'build'), program)

    def oracle(self):
        if self.is_starter:
            return self.reference()
        make(self.top, 'build/linux/vmlinux')
        return os.path.join(self.top, 'build', 'linux', 'vmlinux')


def archives_of(labs, tests):
    """{name: programs} of the archives that @tests need: all that a lab's machines run is in one, and of those with rootfs in another."""
    found = {}
    for lab, rootfs in sorted({(t.lab, t.rootfs) for t in tests}):
        alike = [t for t in course.find_lab(labs, lab).tests if t.rootfs == rootfs]
        found[archive_name(lab, rootfs)] = sorted({p for t in alike for p in t.programs})
    return found


def archive_name(lab, rootfs):
    return '%02d%s' % (lab, '-rootfs' if rootfs else '')


def make_programs(top, labs, tests):
    """Builds what the machines of @tests run, but for what a student writes."""
    programs = {p for some in archives_of(labs, tests).values() for p in some} - {p for l in labs for p in l.own_programs}
    make(top, 'build/labs/kit/labrun', outside.OFFSETS, *sorted('build/' + p for p in programs),
         *(['build/rootfs.cpio'] if any(t.rootfs for t in tests) else []))


def archive(top, name, programs, places=(), out=None):
    """build/grade/NAME.cpio, or @out, with /lab/run and @programs (sources without ending), which are built, as /t/BASENAME.

    places: {program: file} of those that are not in build/.
    """
    out, packed = out or os.path.join(top, 'build', 'grade', name + '.cpio'), mkcpio.Archive()
    os.makedirs(os.path.dirname(out), exist_ok=True)
    packed.add_file('lab/run', 0o755, os.path.join(top, 'build/labs/kit/labrun'))
    for p in programs:
        packed.add_file('t/' + os.path.basename(p), 0o755, dict(places).get(p) or os.path.join(top, 'build', p))
    packed.write(out)
    return out
