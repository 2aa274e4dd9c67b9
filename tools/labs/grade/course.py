# SPDX-License-Identifier: MIT
"""Reads labs/: the functions to write, the tests and the points of each lab.

labs/NN-name/lab.toml says which functions the student writes and which tests
grade them, contracts.toml beside it what each function has to do;
labs/points.toml has all points. A starter also has labs/starter.json, which
says for which lab and seed it was made.
"""
import dataclasses
import json
import os

try:
    import tomllib
except ImportError:     # Python 3.10, with Debian's python3-tomli
    import tomli as tomllib

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
KINDS = ('host', 'guest', 'answer')
# Keys that a test may have, beside name and kind.
KEYS = {
    'host': {'binary', 'case'},
    'guest': {'run', 'shell', 'programs', 'rootfs', 'expect', 'cmdline', 'limit', 'cores'},
    'answer': {'question'},
}
CONTRACT_WIDTH = 97     # of a line; ' * ' comes before it
NAMES = '`make grade GRADEFLAGS=--list` shows the names'
COMMON = {'name', 'kind', 'shows', 'stage', 'step', 'hidden'}


class CourseError(Exception):
    """labs/ is not as it should be; the text says where and what."""


@dataclasses.dataclass
class Test:
    """One check. points is what it is worth; the rest depends on the kind."""
    lab: int
    name: str
    kind: str
    points: float
    shows: str              # what it is about, for the student
    stage: str = ''         # the exec stage where to look first
    step: int = 0           # of the lab's page: with it the test passes; 0: with all
    hidden: bool = False    # runs at the instructor's only
    # host: a cmocka binary (build/BINARY) and one case in it
    binary: str = ''
    case: str = ''
    # guest: words of a command, or a line for busybox sh; programs are sources without their ending
    run: tuple = ()
    shell: str = ''
    programs: tuple = ()
    rootfs: bool = False    # with Debian's programs
    # 'same': prints and ends as on the oracle; 'zero': ends with status 0; 'maps': prints the VMAs that it has, at addresses that nobody knows before
    expect: str = 'same'
    cmdline: str = 'norandmaps'
    limit: int = 500        # million guest instructions
    outside: bool = False   # the pages and VMAs of its program are looked at from outside the machine, too
    # answer: the number of the question
    question: str = ''

    @property
    def label(self):
        return '%02d/%s' % (self.lab, self.name)

    def words(self):
        """argv of a guest test."""
        return ['/bin/busybox', 'sh', '-c', self.shell] if self.shell else list(self.run)


@dataclasses.dataclass
class Lab:
    number: int
    folder: str             # labs/NN-name
    title: str
    hours: str
    write: dict             # file -> names of the functions to write
    tests: list
    worth: float            # all points of the lab: with those of hidden tests that are not here
    optional: bool = False  # its points do not count beside those of other labs

    @property
    def points(self):
        return sum(t.points for t in self.tests)

    @property
    def kernel_files(self):
        """The .c files to write that are the kernel's."""
        return [f for f in self.write if f.endswith('.c') and not f.startswith('labs/')]

    @property
    def own_programs(self):
        """Programs to write, which the machine runs: sources without their ending."""
        return [f[:-len('.c')] for f in self.write if f.endswith('.c') and f.startswith('labs/')]


def read_toml(path):
    try:
        with open(path, 'rb') as f:
            return tomllib.load(f)
    except tomllib.TOMLDecodeError as e:
        raise CourseError('%s: %s' % (path, e))


def make_test(lab, row, points, where, hidden, outside=False):
    kind = row.get('kind')
    if kind not in KINDS or 'name' not in row:
        raise CourseError('%s: a test needs a name and a kind (%s): %r' % (where, ', '.join(KINDS), row))
    unknown = set(row) - KEYS[kind] - COMMON
    if unknown:
        raise CourseError('%s: test %s has unknown keys: %s' % (where, row['name'], ', '.join(sorted(unknown))))
    if not all(row.get('run', ())):
        raise CourseError('%s: an empty word in run = [...] cannot be passed (labs/kit/labrun.c)' % where)
    if row['name'] not in points:
        raise CourseError('labs/points.toml gives no points for "%s" of %s' % (row['name'], where))
    row = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    if outside and kind == 'guest':
        row['outside'] = row['run'][:1] in [('/t/' + os.path.basename(p),) for p in row.get('programs', ())] if 'run' in row else False
    return Test(lab=lab, points=points[row['name']], hidden=hidden or row.pop('hidden', False),
                **{'shows': row['name'].replace('-', ' '), **row})


def load_lab(top, folder, points):
    """The lab in labs/FOLDER; hidden.toml, where it is, adds tests that a student does not see."""
    where = os.path.join('labs', folder, 'lab.toml')
    data = read_toml(os.path.join(top, where))
    number = int(folder[:2])
    rows = [(r, False) for r in data.get('test', [])]
    hidden = os.path.join(top, 'labs', folder, 'hidden.toml')
    if os.path.exists(hidden):
        rows += [(r, True) for r in read_toml(hidden).get('test', [])]
    worth = points.get(folder, {})
    tests = [make_test(number, r, worth, where, h, data.get('outside', False)) for r, h in rows]
    names = [t.name for t in tests]
    if len(set(names)) != len(names):
        raise CourseError('%s: two tests have the same name' % where)
    return Lab(number, folder, data['title'], data['hours'], data.get('write', {}), tests, sum(worth.values()), data.get('optional', False))


def load_labs(top=TOP):
    """All labs under @top, by number."""
    root = os.path.join(top, 'labs')
    points = read_toml(os.path.join(root, 'points.toml'))
    folders = sorted(d for d in os.listdir(root) if os.path.exists(os.path.join(root, d, 'lab.toml')))
    return [load_lab(top, f, points) for f in folders]


def load_contracts(top, lab):
    """{function: text} of labs/NN-name/contracts.toml: one for each function that @lab cuts, and no other."""
    where = os.path.join('labs', lab.folder, 'contracts.toml')
    path = os.path.join(top, where)
    contracts = read_toml(path) if os.path.exists(path) else {}
    cut = [n for file, names in lab.write.items() if file.endswith('.c') for n in names]
    for name in sorted(set(cut) ^ set(contracts)):
        raise CourseError('%s: %s' % (where, '%s has no contract' % name if name in cut else
                                      '%s is no function that lab.toml cuts' % name))
    for name, text in contracts.items():
        if not isinstance(text, str) or not text.strip() or '*/' in text:
            raise CourseError('%s: the contract of %s must be a text that fits into a comment' % (where, name))
        if max(map(len, text.split('\n'))) > CONTRACT_WIDTH:
            raise CourseError('%s: a line of %s is longer than %d characters' % (where, name, CONTRACT_WIDTH))
    return contracts


def starter(top=TOP):
    """{'lab': N, 'seed': S or None, ...} of a student's tree; None in the finished one."""
    path = os.path.join(top, 'labs', 'starter.json')
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return json.load(f)


def counted(labs):
    """The labs whose points make the total."""
    return [l for l in labs if not l.optional] or labs


def find_lab(labs, number):
    for lab in labs:
        if lab.number == number:
            return lab
    raise CourseError('there is no lab %s; there are: %s' % (number, ', '.join(str(l.number) for l in labs)))
