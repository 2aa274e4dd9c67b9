#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make a starter: a git repository with one commit, in which the functions of one lab are to be written.

The finished source is complete. labs/NN-name/lab.toml says which functions to
cut, contracts.toml which comment to put above the stub. Files that a student
should not see are left out. With --seed the kernel is a variant
(labs/variants.toml). The starter contains the object files of the finished
kernel, for its grader (tools/labs/grade/kernels.py says why).
"""
import argparse
import filecmp
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'grade'))
import answers      # noqa: E402
import course       # noqa: E402
import cutting      # noqa: E402
import kernels      # noqa: E402
from machine import plain   # noqa: E402
import variant      # noqa: E402

# Paths that a student's tree has no part in; a folder ends with '/'.
LEFT_OUT = ('.ci/', 'labs/INSTRUCTOR.md', 'labs/variants.toml', 'labs/faults.toml', 'labs/solutions/', 'labs/class/',
            *('tests/labs/test_%s.py' % n for n in ('labs', 'answers', 'faults', 'break', 'class')),
            'tools/labs/author/', 'tools/labs/class/', 'tools/labs/faults/')
STARTER_H = '''/* SPDX-License-Identifier: MIT */
/* Included everywhere in this tree: what a function that is yet to be written does, and printk for all that you try. */
void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
%s
'''


def say(text):
    print(text, file=sys.stderr, flush=True)


def tracked(top):
    """The files of the project, without what is built."""
    p = subprocess.run(['git', '-C', top, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if p.returncode:
        raise course.CourseError('%s is no git checkout: a starter is made from tracked files' % top)
    return sorted(f for f in p.stdout.decode().split('\0') if f and os.path.lexists(os.path.join(top, f)))


def read(top, path):
    with open(os.path.join(top, path), encoding='utf-8') as f:
        return f.read()


def wanted(path, lab, labs):
    """Does a student of @lab get @path?"""
    if any(path == p or (p.endswith('/') and path.startswith(p)) for p in LEFT_OUT):
        return False
    for other in labs:
        inside = path.startswith('labs/%s/' % other.folder)
        if inside and (other.number > lab.number or '/hidden' in path or path.endswith(answers.ALSO)):
            return False
    return True


def copy_tree(top, out, files):
    """Copies with times, so that what is already built need not be built again."""
    for f in files:
        target = os.path.join(out, f)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.islink(os.path.join(top, f)):
            os.symlink(os.readlink(os.path.join(top, f)), target)
        else:
            shutil.copy2(os.path.join(top, f), target)


def write(out, path, text):
    with open(os.path.join(out, path), 'w', encoding='utf-8') as f:
        f.write(text)


def finished_source(top, seed):
    """({file: text} of what differs from @top, what was chosen): the source that is cut."""
    return variant.apply(lambda f: read(top, f), variant.load(top), seed)


def cut_lab(out, lab, contracts):
    """Cuts what @lab asks for out of the files under @out."""
    for path, names in lab.write.items():
        text = read(out, path)
        new = answers.blank(text) if path.endswith('.txt') else cutting.cut(text, path, names, lab.number, contracts)
        write(out, path, new)


def restore_lab(out, lab, finished):
    """Puts back what cut_lab took. finished: file -> the finished text."""
    for path, names in lab.write.items():
        whole = finished(path)
        new = whole if path.endswith('.txt') else cutting.put_back(read(out, path), whole, names)
        write(out, path, new)


# ---- the finished kernel's objects -------------------------------------------

def variant_tree(top, seed, changed):
    """A built tree of the variant: build/labs/finished-SEED. The tree itself without a seed."""
    if seed is None:
        kernels.make(top, 'build/exon.elf')
        return top
    tree = os.path.join(top, 'build', 'labs', 'finished-%s' % seed)
    if not os.path.exists(tree):
        built = ['boot/flags'] + [o[:-2] + e for o in objects(top) for e in ('.o', '.d')]      # without its flags all were compiled anew
        copy_tree(top, tree, [p for p in (os.path.join('build', b) for b in built) if os.path.exists(os.path.join(top, p))])
    for path in tracked(top):
        update(top, tree, path, changed.get(path))
    kernels.make(tree, 'build/exon.elf')
    return tree


def update(top, tree, path, text):
    """Brings @path in @tree up to date, and touches it only if it differs: then little is built anew."""
    target = os.path.join(tree, path)
    if text is None:
        if not os.path.exists(target) or not filecmp.cmp(os.path.join(top, path), target, shallow=False):
            if os.path.lexists(target):
                os.unlink(target)
            copy_tree(top, tree, [path])
    elif not os.path.exists(target) or read(tree, path) != text:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write(tree, path, text)


def objects(top):
    """The kernel's object files below build/, without the table of its functions."""
    return sorted(kernels.make(top, 'objects').split())


def pack_given(tree, out, programs):
    """labs/given.tar.xz: the objects, and the finished @programs, without what debuggers read, which has no place in a handout."""
    kernels.make(tree, *('build/' + p for p in programs))
    built, names = os.path.join(tree, 'build'), objects(tree) + programs
    known = os.path.join(kernels.cache(tree), kernels.digest(built, names) + '.tar.xz')
    with kernels.turn(known):
        if not os.path.exists(known):
            pack_stripped(built, names, known)
    shutil.copyfile(known, os.path.join(out, 'labs', 'given.tar.xz'))


def pack_stripped(built, names, archive):
    with tempfile.TemporaryDirectory() as stripped:
        for obj in names:
            target = os.path.join(stripped, obj)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            subprocess.run([os.environ.get('CROSS', '') + 'objcopy', '--strip-debug', os.path.join(built, obj), target], check=True)
        with tarfile.open(os.path.join(stripped, 'given'), 'w:xz') as tar:
            for obj in names:
                tar.add(os.path.join(stripped, obj), obj, filter=anonymous)
        kernels.replace_file(os.path.join(stripped, 'given'), archive)


def anonymous(info):
    """The same bytes whoever makes it, whenever."""
    info.uid = info.gid = 0
    info.uname = info.gname = ''
    info.mtime = 0
    return info


# ---- the starter ---------------------------------------------------------------

def rows_of(lab):
    return ['- `%s`: %s' % (path, ', '.join('`%s`' % n for n in names)) for path, names in lab.write.items()]


def earlier_page(earlier):
    """What else is cut, a lab a paragraph."""
    if not earlier:
        return []
    rows = ['The functions of these labs are cut, too. Copy your own files of these labs here, or write them now:', '']
    for lab in earlier:
        rows += ['[Lab %d, %s](labs/%s/README.md):' % (lab.number, lab.title, lab.folder), '', *rows_of(lab), '']
    return rows


def lab_page(lab, seed, earlier=()):
    code = any(path.endswith('.c') for path in lab.write)
    own = lab.own_programs[0] if lab.own_programs else ''
    return '\n'.join([
        '# Your lab: %d, %s' % (lab.number, lab.title), '',
        'Read [labs/%s/README.md](labs/%s/README.md). You %s%s:' % (
            lab.folder, lab.folder, 'write these functions' if code else 'answer these questions', '' if earlier else '; everything else works'), '',
        *rows_of(lab), '', *earlier_page(earlier),
        '| type | for |', '|---|---|',
        *(['| `make build/%s` | build it; it runs on your own machine, too, if that is Linux on x86-64 |' % own,
           '| `make run FILES=build/%s` | boot with it in the tree: `%s` runs it |' % (own, os.path.basename(own))] if own else
          ['| `make run` | boot %s |' % ('what you have: it stops at the first function that is missing' if code else 'to a shell')]),
        '| `make grade LAB=%d` | your score, in a minute%s |' % (lab.number, '' if lab.optional else '; `make grade` that of all labs up to this one'),
        '| `make debug-test TEST=name` | one test in the debugger: GDB at the failing check, or a machine for `make gdb` in another terminal |', '',
        *(['This kernel is variant %s: read [labs/VARIANT.md](labs/VARIANT.md) first.' % seed, ''] if seed is not None else []),
        'The grader takes only the files named above.', ''])


def write_workflow(top, out, labs):
    if any(l.tests for l in labs):
        os.makedirs(os.path.join(out, '.github', 'workflows'), exist_ok=True)
        write(out, '.github/workflows/grade.yml', read(top, 'labs/class/grade.yml'))


def commit(out, lab, seed):
    def git(*words):
        subprocess.run(['git', '-C', out, *words], check=True, stdout=subprocess.DEVNULL)

    git('init', '-q', '-b', 'main')
    git('add', '-A', '-f')
    identity = ['-c', 'user.name=Exon labs', '-c', 'user.email=labs@exon.invalid']
    git(*identity, 'commit', '-q', '-m', 'Lab %d: %s%s' % (lab.number, lab.title, '' if seed is None else ' (variant %s)' % seed))


def make_starter(top, number, out, seed=None, cut_earlier=False, hidden=False, hide=False):
    """Writes the starter of lab @number to the new folder @out. hidden: with the hidden tests, for a grader; hide: expected values are not shown."""
    labs = course.load_labs(top)
    lab = course.find_lab(labs, number)
    changed, chosen = finished_source(top, seed)
    files = [f for f in tracked(top) if wanted(f, lab, labs) or (hidden and '/hidden' in f)]
    os.makedirs(out, exist_ok=True)
    copy_tree(top, out, files)
    for path, text in changed.items():
        if path in files:
            write(out, path, text)
    ours = [l for l in labs if l.number == number or (cut_earlier and l.number < number)]
    for other in ours:
        cut_lab(out, other, course.load_contracts(top, other))
    write(out, 'labs/starter.h', STARTER_H % '\n'.join(re.findall(r'^#define KERN_.*', read(top, 'include/printk.h'), re.M)))
    write(out, 'labs/starter.json', json.dumps({'lab': number, 'seed': seed, 'cut': [l.number for l in ours], 'hide': hide}) + '\n')
    write_workflow(top, out, ours)
    write(out, 'LAB.md', lab_page(lab, seed, [l for l in ours if l.number != number]))
    if seed is not None:
        write(out, 'labs/VARIANT.md', variant.page(seed, chosen))
    for other in labs:
        if other.number <= number:
            seal_answers(top, out, other)
    pack_given(variant_tree(top, seed, changed), out, lab.own_programs)
    commit(out, lab, seed)
    return lab


def seal_answers(top, out, lab):
    folder = os.path.join(top, 'labs', lab.folder)
    if os.path.exists(os.path.join(folder, answers.NAME)):
        write(out, 'labs/%s/%s' % (lab.folder, answers.SEALED),
              '\n'.join(answers.sealed_lines(folder, secrets.token_hex(8))) + '\n')


def make_whole(a):
    """make_starter, which leaves no half of one behind."""
    course.find_lab(course.load_labs(course.TOP), int(a.lab))
    try:
        os.makedirs(a.out)
        return make_starter(course.TOP, int(a.lab), a.out, a.seed, a.cut_earlier, hide=a.hide_expected)
    except BaseException:
        shutil.rmtree(a.out, ignore_errors=True)
        raise


def main():
    ap = argparse.ArgumentParser(prog='make lab', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--lab', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--seed', type=int)
    ap.add_argument('--cut-earlier', action='store_true')
    ap.add_argument('--hide-expected', action='store_true')
    a = ap.parse_args()
    try:
        if not a.lab.isdigit() or not a.out:
            raise course.CourseError("usage: make lab N=4 OUT=dir [SEED=n] [EARLIER=cut] [HIDE_EXPECTED=yes]")
        if os.path.lexists(a.out):
            raise course.CourseError('%s is there already: choose a new folder' % a.out)
        if course.starter(course.TOP):
            raise course.CourseError('this is a starter itself: labs are made from the finished source')
        lab = make_whole(a)
    except (course.CourseError, cutting.CutError, kernels.BuildError, OSError, subprocess.CalledProcessError) as e:
        print('lab: %s' % plain.told(e), file=sys.stderr)
        return 2
    print('%s: lab %d, %s%s. Begin with LAB.md there.' % (
        a.out, lab.number, lab.title, '' if a.seed is None else ', variant %d' % a.seed))
    return 0


if __name__ == '__main__':
    sys.exit(main())
