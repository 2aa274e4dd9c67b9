# SPDX-License-Identifier: MIT
"""For a path in the guest, the file on this machine that it was made from."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOTS = [os.path.join(TOP, *p) for p in (('build', 'debian'), ('build', 'files'), ('iso', 'rootfs'), ('build', 'debian-full'),
                                         ('build', 'debian-chosen'))]
USER = os.path.join(TOP, 'build', 'user')
SYMBOLS = os.path.join(TOP, 'build', 'symbols', 'usr', 'lib', 'debug')
VDSO = os.path.join(TOP, 'build', 'arch', 'x86', 'vdso', 'vdso.debug')
PATH = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']


def host_file(path):
    """The file on this machine that @path in the guest was made from, or None."""
    local = os.path.join(USER, os.path.basename(path))
    if path.startswith('/usr/local/bin/') and os.path.exists(local):
        return local
    for root in ROOTS:
        found = root + path
        for _ in range(8):      # links are absolute in the guest
            if not os.path.islink(found):
                break
            target = os.readlink(found)
            found = root + target if target.startswith('/') else os.path.join(os.path.dirname(found), target)
        if os.path.isfile(found):
            return found
    return None


def programs():
    """Names of the programs in the guest's PATH, for completion."""
    found = set(os.listdir(USER)) if os.path.isdir(USER) else set()
    for folder in PATH:
        if os.path.isdir(ROOTS[0] + folder):
            found.update(os.listdir(ROOTS[0] + folder))
    return sorted(found)
