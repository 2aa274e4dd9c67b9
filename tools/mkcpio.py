#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write an initramfs (newc cpio, uncompressed) without needing root.

  mkcpio.py -o OUT.cpio [--tree DIR]... [--nodes] [--dir PATH:MODE]... [--file PATH:MODE=SOURCE]... [--text PATH:MODE=TEXT]... [--link PATH=TARGET]...

Later entries replace earlier ones of the same name. --nodes adds the device
nodes of a minimal /dev. Owner is root, times are 0 and entries are sorted, so
the same input gives the same bytes, and the same inode numbers at boot.

A file of a page or more starts at a page border of the archive, so that the
kernel can use its pages in place: its name is padded with NULs. The archive
ends at a page border, so that the same holds for an archive appended to it.
"""
import argparse
import os
import stat
import sys

sys.dont_write_bytecode = True
import plain  # noqa: E402,F401

PAGE = 4096
HEADER = 110
NAME_MAX = 4096         # with its NULs: what Linux takes

NODES = {'console': (0o600, 5, 1), 'tty': (0o666, 5, 0), 'ptmx': (0o666, 5, 2), 'ttyS0': (0o660, 4, 64), 'ttyS1': (0o660, 4, 65), 'null': (0o666, 1, 3),
         'zero': (0o666, 1, 5), 'full': (0o666, 1, 7), 'random': (0o666, 1, 8), 'urandom': (0o666, 1, 9)}


class Archive:
    """Entries by path (no leading slash): (mode, data, rdev)."""

    def __init__(self):
        self.entries = {}

    def add(self, path, mode, data=b'', rdev=(0, 0)):
        path = path.strip('/')
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self.add(parent, stat.S_IFDIR | 0o755)
        self.entries[path] = (mode, data, rdev)

    def add_dir(self, path, mode):
        self.add(path, stat.S_IFDIR | mode)

    def add_file(self, path, mode, source):
        with open(source, 'rb') as f:
            self.add(path, stat.S_IFREG | mode, f.read())

    def add_tree(self, root):
        for where, dirs, files in os.walk(root):
            for name in dirs + files:
                full = os.path.join(where, name)
                st = os.lstat(full)
                data = b''
                if stat.S_ISLNK(st.st_mode):
                    data = os.readlink(full).encode()
                elif stat.S_ISREG(st.st_mode):
                    with open(full, 'rb') as f:
                        data = f.read()
                self.add(os.path.relpath(full, root), st.st_mode, data)

    def add_nodes(self):
        for name, (mode, major, minor) in NODES.items():
            self.add('dev/' + name, stat.S_IFCHR | mode, rdev=(major, minor))

    def bytes(self):
        out, at = [], 0
        for ino, (path, (mode, data, rdev)) in enumerate(sorted(self.entries.items()), 1):
            out.append(record(path, ino, mode, data, rdev, at))
            at += len(out[-1])
        out.append(record('TRAILER!!!', 0, 0, b'', (0, 0)))
        raw = b''.join(out)
        return raw + b'\0' * (-len(raw) % PAGE)

    def write(self, out):
        """Never leaves half an archive behind: a boot may be reading the old one, and others may write the same one."""
        new = '%s.%d.new' % (out, os.getpid())
        with open(new, 'wb') as f:
            f.write(self.bytes())
        os.replace(new, out)


def record(path, ino, mode, data, rdev, at=1):
    """The entry whose header is at byte @at of the archive."""
    name = path.encode() + b'\0'
    pad = -(at + HEADER + len(name)) % PAGE
    if stat.S_ISREG(mode) and len(data) >= PAGE and len(name) + pad <= NAME_MAX:
        name += b'\0' * pad
    nlink = 2 if stat.S_ISDIR(mode) else 1
    head = '070701' + ''.join('%08X' % v for v in (
        ino, mode, 0, 0, nlink, 0, len(data), 0, 0, rdev[0], rdev[1], len(name), 0))
    head = head.encode() + name
    return head + b'\0' * (-len(head) % 4) + data + b'\0' * (-len(data) % 4)


def place(spec):
    """PATH:MODE -> (path, mode)"""
    path, mode = spec.rsplit(':', 1)
    return path, int(mode, 8)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('-o', '--out', required=True)
    ap.add_argument('--tree', action='append', default=[])
    ap.add_argument('--nodes', action='store_true')
    ap.add_argument('--dir', action='append', default=[])
    ap.add_argument('--file', action='append', default=[])
    ap.add_argument('--text', action='append', default=[])
    ap.add_argument('--link', action='append', default=[])
    a = ap.parse_args()
    archive = Archive()
    for tree in a.tree:
        if not os.path.isdir(tree):
            sys.exit('mkcpio: there is no folder %s' % tree)
        archive.add_tree(tree)
    if a.nodes:
        archive.add_nodes()
    for spec in a.dir:
        archive.add_dir(*place(spec))
    for spec in a.file:
        where, source = spec.split('=', 1)
        archive.add_file(*place(where), source)
    for spec in a.text:
        where, text = spec.split('=', 1)
        path, mode = place(where)
        archive.add(path, stat.S_IFREG | mode, text.encode())
    for spec in a.link:
        path, target = spec.split('=', 1)
        archive.add(path, stat.S_IFLNK | 0o777, target.encode())
    archive.write(a.out)


if __name__ == '__main__':
    main()
