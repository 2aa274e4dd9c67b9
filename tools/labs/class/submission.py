# SPDX-License-Identifier: MIT
"""Take the files of a lab out of a submission: a folder, a zip or a tar. The rest of it is ignored.

Nothing is unpacked: the files are read into memory, up to a limit, so paths
that lead out of the archive, links and devices can do no harm. No program is
run on a submission here, not even git.
"""
import bz2
import dataclasses
import gzip
import lzma
import os
import stat
import tarfile
import zipfile
import zlib

FILE_LIMIT = 1 << 20            # bytes of one file
ARCHIVE_LIMIT = 256 << 20       # bytes of an archive, unpacked too
ENTRIES = 20000                 # names that are looked at
SKIPPED = ('.git', 'build', '__MACOSX')
SUFFIXES = ('.zip', '.tar', '.tar.gz', '.tgz', '.tar.xz', '.tar.bz2')
BAD = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError, tarfile.TarError,
       zipfile.BadZipFile)


class Refused(Exception):
    """Not taken; the text says why."""


@dataclasses.dataclass
class Taken:
    files: dict         # path in the tree -> bytes
    remarks: list       # what the instructor should know


def is_archive(name):
    return name.lower().endswith(SUFFIXES)


def collect(source, wanted):
    """What @source has of the files @wanted. Never raises for what a student handed in."""
    taken = Taken({}, [])
    try:
        store = opened(source)
        names = store.names(taken.remarks)
        places = locate(names, wanted)
        inner = [n for n in names if is_archive(n)]
        if not places and len(inner) == 1 and isinstance(store, Folder):
            return collect(os.path.join(source, inner[0]), wanted)     # as course systems hand them out
        for path in wanted:
            if path not in places:
                taken.remarks.append('missing, so the starter\'s: ' + path)
                continue
            try:
                taken.files[path] = store.read(places[path])
                if os.path.basename(places[path]) == places[path] != path:
                    taken.remarks.append('%s was taken as %s' % (places[path], path))
            except Refused as e:
                taken.remarks.append('%s: %s, so the starter\'s' % (path, e))
    except Refused as e:
        return Taken({}, ['refused: %s' % e])
    except BAD as e:
        return Taken({}, ['unreadable: %s' % (e or type(e).__name__)])
    if not taken.files:
        taken.remarks.insert(0, 'no file of the lab in it')
    return taken


def opened(source):
    mode = os.lstat(source).st_mode
    if stat.S_ISDIR(mode):
        return Folder(source)
    if not stat.S_ISREG(mode):
        raise Refused('neither a folder nor a plain file')
    if os.path.getsize(source) > ARCHIVE_LIMIT:
        raise Refused('larger than %d MiB' % (ARCHIVE_LIMIT >> 20))
    return Zip(source) if source.lower().endswith('.zip') else Tar(source)


def plain(name):
    """@name as a path below the submission; None if it leads elsewhere."""
    parts = [p for p in name.split('/') if p not in ('', '.')]
    return None if name.startswith('/') or '..' in parts or '\\' in name or '\0' in name else '/'.join(parts)


def kept_names(found, remarks):
    """Paths of @found that stay inside; says which do not."""
    names = {}
    for i, name in enumerate(found):
        if i >= ENTRIES:
            raise Refused('more than %d files' % ENTRIES)
        path = plain(name)
        if path is None:
            remarks.append('refused, a path that leads out: %s' % name[:100])
        elif path and not set(path.split('/')) & set(SKIPPED):
            names[path] = name
    return names


def locate(names, wanted):
    """{wanted path: path in the submission}. The tree may lie in a folder of it, or the files flat side by side."""
    score = {}
    for name in names:
        for path in wanted:
            if name == path or name.endswith('/' + path):
                root = name[:len(name) - len(path)]
                score[root] = score.get(root, 0) + 1
    if score:
        root = min(score, key=lambda r: (-score[r], len(r), r))
        return {p: root + p for p in wanted if root + p in names}
    bases = [os.path.basename(p) for p in wanted]
    return {p: b for p, b in zip(wanted, bases) if b in names and bases.count(b) == 1}


class Folder:
    def __init__(self, root):
        self.root = root

    def names(self, remarks):
        return kept_names(self.walk(), remarks)

    def walk(self):
        for where, dirs, names in os.walk(self.root):
            dirs[:] = sorted(d for d in dirs if d not in SKIPPED)
            for name in sorted(names):
                yield os.path.relpath(os.path.join(where, name), self.root)

    def read(self, path):
        """Step by step from the root, so that no link on the way leads elsewhere."""
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in path.split('/'):
                try:
                    below = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
                except OSError:
                    raise Refused('a link, or unreadable')
                os.close(fd)
                fd = below
            st = os.fstat(fd)
            if not stat.S_ISREG(st.st_mode):
                raise Refused('no plain file')
            return limited(lambda n: read_all(fd, n))
        finally:
            os.close(fd)


def read_all(fd, n):
    data = b''
    while len(data) < n:
        more = os.read(fd, n - len(data))
        if not more:
            break
        data += more
    return data


def limited(read):
    data = read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise Refused('larger than %d MiB' % (FILE_LIMIT >> 20))
    return data


class Zip:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def names(self, remarks):
        infos = [i for i in self.zip.infolist() if not i.is_dir()]
        names = kept_names((i.filename for i in infos), remarks)
        self.info = {i.filename: i for i in infos}
        self.original = names
        return names

    def read(self, path):
        info = self.info[self.original[path]]
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise Refused('a link, or no plain file')
        with self.zip.open(info) as f:
            return limited(f.read)


class Stream:
    """A file that ends in an error where it would grow too large."""

    def __init__(self, file):
        self.file, self.left = file, ARCHIVE_LIMIT

    def read(self, n=-1):
        data = self.file.read(min(n, self.left + 1) if n >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise Refused('larger than %d MiB' % (ARCHIVE_LIMIT >> 20))
        return data


class Tar:
    """Read from the front, twice: once for the names, once for the files."""

    OPEN = {b'\x1f\x8b': gzip.open, b'\xfd7': lzma.open, b'BZ': bz2.open}

    def __init__(self, path):
        self.path = path

    def members(self):
        with open(self.path, 'rb') as f:
            start = f.read(2)
        with self.OPEN.get(start, open)(self.path, 'rb') as f, tarfile.open(fileobj=Stream(f), mode='r|') as tar:
            for member in tar:
                if not member.isdir():
                    yield tar, member

    def names(self, remarks):
        self.original = kept_names((m.name for _, m in self.members()), remarks)
        return self.original

    def read(self, path):
        for tar, member in self.members():
            if member.name == self.original[path]:
                if not member.isreg():
                    raise Refused('a link, or no plain file')
                return limited(tar.extractfile(member).read)
        raise Refused('gone')
