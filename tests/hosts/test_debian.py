# SPDX-License-Identifier: MIT
"""tools/debian.py: which version is newer, what is refused, the cache and the manifest."""
import concurrent.futures
import hashlib
import io
import lzma
import os
import shutil
import struct
import subprocess
import tarfile
import tempfile

import pytest

from conftest import TOP
import debian

ORDER = ['1.0~rc1-1', '1.0-1', '1.0-1+b1', '1.0-1+deb12u9', '1.0-1+deb12u14', '1.0a-1', '1.0+x-1', '1.2-1', '1.10-1', '6.1.0-9', '6.1.0-57',
         '1:0.5-1']


def test_versions_sort_as_debian_sorts_them():
    assert sorted(reversed(ORDER), key=debian.version_key) == ORDER


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A build folder of its own."""
    monkeypatch.setattr(debian, 'CACHE', str(tmp_path))
    monkeypatch.setattr(debian, 'SHARED', '')
    monkeypatch.setattr(debian, 'MANIFEST', str(tmp_path / 'guest.manifest'))
    return tmp_path


def deb(path, files):
    """A package with one tar archive. files: {name: text, or a link's target behind '->'}."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode='w:xz') as t:
        for name, text in files.items():
            m = tarfile.TarInfo('./' + name)
            m.mode = 0o4755
            if text.startswith('->'):
                m.type, m.linkname = tarfile.SYMTYPE, text[2:]
            else:
                m.size = len(text)
            t.addfile(m, io.BytesIO(text.encode()))
    data = b'!<arch>\n'
    for name, body in ('debian-binary', b'2.0\n'), ('data.tar.xz', tar.getvalue()):
        data += b'%-16s%-12d%-6d%-6d%-8s%-10d`\n' % (name.encode(), 0, 0, 0, b'100644', len(body)) + body + b'\n' * (len(body) % 2)
    path.write_bytes(data)


def test_tree_of_an_unmerged_release(work):
    deb(work / 'a_1-1_amd64.deb', {'bin/a': 'old', 'lib64/ld': '->/lib/ld', 'usr/share/doc/a': 'no'})
    deb(work / 'a_1-10_amd64.deb', {'bin/a': 'new', 'lib64/ld': '->/lib/ld', 'usr/share/doc/a': 'no', 'usr/sbin/b': 'b'})
    out = str(work / 'tree')
    debian.make_tree('tree', out, ['a'])
    assert sorted(os.listdir(out)) == ['bin', 'lib64', 'usr'] and not os.path.exists(out + '/usr/share')
    assert open(out + '/bin/a').read() == 'new' and os.stat(out + '/bin/a').st_mode & 0o7777 == 0o4755
    assert os.readlink(out + '/lib64/ld') == '/lib/ld'
    assert (work / 'guest.manifest').read_text() == 'tree a 1-10\n'


def test_tree_of_a_merged_release(work):
    deb(work / 'a_1-1_amd64.deb', {'usr/bin/a': 'a', 'usr/lib64/ld': '->/lib/ld'})
    debian.make_tree('sysroot', str(work / 'tree'), ['a'])
    assert os.readlink(work / 'tree/bin') == 'usr/bin' and (work / 'tree/bin/a').read_text() == 'a'
    assert os.readlink(work / 'tree/usr/lib64/ld') == '../../lib/ld'        # a sysroot's


ENTRIES = """
Package: a
Version: 1-2
Depends: b | nosuch, virtual (>= 1), c:any

Package: a
Version: 1-1
Depends: nosuch

Package: b
Version: 1
Pre-Depends: debconf, a
Depends: d

Package: c
Version: 1

Package: d
Version: 1
Provides: other, virtual (= 2)

Package: debconf
Version: 1
"""


def test_dependencies():
    """Of the newest version; the first of alternatives; virtual packages; nothing that is only for scripts, or was left out by '-'."""
    index = [('http://mirror', ENTRIES.encode())]
    assert debian.with_dependencies(['a'], index) == ['a', 'b', 'd', 'c']
    assert debian.with_dependencies(['a', '-b', '-c'], index) == ['a', 'd']
    with pytest.raises(debian.Failed, match='no package e'):
        debian.with_dependencies(['e'], index)


def test_a_whole_tree(work, monkeypatch):
    """As in an installed system: /bin is a link, data and settings are there, documents are not; vi is what update-alternatives makes."""
    deb(work / 'a_1_amd64.deb', {'bin/a': 'a', 'etc/a.conf': 'x', 'usr/bin/vim.basic': 'vim', 'usr/share/doc/a': 'no', 'usr/share/a/data': 'd'})
    monkeypatch.setattr(debian, 'with_dependencies', lambda names, index: names)
    monkeypatch.setattr(debian, 'lists_for_dependencies', lambda: None)
    tree = work / 'tree'
    debian.make_tree('whole', str(tree), ['a'])
    assert os.readlink(tree / 'bin') == 'usr/bin' and (tree / 'usr/bin/a').read_text() == 'a' and (tree / 'etc/a.conf').exists()
    assert sorted(os.listdir(tree / 'usr/share')) == ['a'] and os.readlink(tree / 'usr/bin/vi') == 'vim.basic'


def test_linux_is_6_1_alone(work):
    for name in ('linux-image-6.12.9-1-cloud-amd64', 'linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-57-cloud-amd64'):
        version = name.split('-')[2] + '-' + name.split('-')[3]
        deb(work / ('%s_%s_amd64.deb' % (name, version)), {'boot/vmlinuz-x': name})
    debian.make_linux(str(work / 'linux'))
    assert (work / 'linux/vmlinux').read_text() == 'linux-image-6.1.0-57-cloud-amd64'
    assert (work / 'guest.manifest').read_text() == 'linux linux-image-6.1.0-57-cloud-amd64 6.1.0-57\n'


def test_linux_is_unpacked(monkeypatch):
    """As the header of its setup says where it is; without lz4, and where nothing says it, it stays as it is."""
    kernel = b'\x7fELF' + b'kernel' * 10000
    packed = subprocess.run(['lz4', '-lc'], input=kernel, stdout=subprocess.PIPE, check=True).stdout + struct.pack('<I', len(kernel))
    head = bytearray(3 * 512 + 32)      # three sectors of setup, then 32 bytes that unpack
    head[0x1f1] = 2
    head[0x202:0x206] = b'HdrS'
    struct.pack_into('<II', head, 0x248, 32, len(packed))
    assert debian.unpack_linux(bytes(head) + packed + b'more') == kernel
    other = bytes(head) + b'\xfd7zXZ' + packed
    assert debian.unpack_linux(other) == other
    monkeypatch.setattr(shutil, 'which', lambda name: None)
    assert debian.unpack_linux(bytes(head) + packed) == bytes(head) + packed


def test_a_release_that_debian_has_not_signed(work, monkeypatch):
    monkeypatch.setattr(debian, 'download', lambda url: b'Codename: bookworm\nSHA256:\n')
    with pytest.raises(debian.Failed, match='not signed by Debian'):
        debian.read_suite('http://mirror', 'bookworm')


def test_hashes_are_compared(work, monkeypatch):
    packages = lzma.compress(b'Package: a\nVersion: 1-1\nFilename: pool/a_1-1_amd64.deb\nSize: 1\nSHA256: %064d\n\n' % 0)
    text = 'Codename: bookworm\nSHA256:\n %s 1 main/binary-amd64/Packages.xz\n' % hashlib.sha256(packages).hexdigest()
    answers = {'InRelease': b'', '.deb': b'not it'}
    monkeypatch.setattr(debian, 'download', lambda url: next((v for k, v in answers.items() if url.endswith(k)), packages))
    monkeypatch.setattr(debian, 'signed_text', lambda data: text)
    monkeypatch.setenv('DEBIAN_MIRROR', 'http://mirror/debian')
    with pytest.raises(debian.Failed, match='not the file that Debian signed'):
        debian.fetch(['a'])
    packages += b'x'
    with pytest.raises(debian.Failed, match='another hash'):
        debian.read_suite('http://mirror', 'bookworm')


def test_offline_says_what_is_missing(work, monkeypatch):
    monkeypatch.setattr(debian, 'OFFLINE', True)
    monkeypatch.setattr(debian, 'download', lambda url: pytest.fail('the network was used'))
    with pytest.raises(debian.Failed, match='build/debs lacks: bash$'):
        debian.fetch(['bash'])


# ---- the folder that all trees share ----------------------------------------------------

@pytest.fixture
def trees(tmp_path, monkeypatch):
    """use(name): this process works in that tree, without a network."""
    monkeypatch.setattr(debian, 'SHARED', str(tmp_path / 'shared' / 'debs'))
    monkeypatch.setattr(debian, 'OFFLINE', True)

    def use(name):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.setattr(debian, 'CACHE', str(tmp_path / name))
        return tmp_path / name
    return use


def test_a_second_tree_takes_what_the_first_has_fetched(trees):
    deb(trees('one') / 'a_1-10_amd64.deb', {'bin/a': 'a'})
    debian.fetch(['a'])
    name, = os.listdir(debian.SHARED)
    assert name == 'a_1-10_amd64.deb.' + hashlib.sha256((trees('one') / 'a_1-10_amd64.deb').read_bytes()).hexdigest()
    two = trees('two')
    assert debian.fetch(['a']) == [str(two / 'a_1-10_amd64.deb')] and (two / 'a_1-10_amd64.deb').stat().st_nlink == 1
    with pytest.raises(debian.Failed, match='shared/debs lack: b$'):
        debian.fetch(['a', 'b'])


def test_a_damaged_file_is_not_taken(trees, capsys):
    deb(trees('one') / 'a_1-1_amd64.deb', {'bin/a': 'a'})
    debian.fetch(['a'])
    with open(os.path.join(debian.SHARED, os.listdir(debian.SHARED)[0]), 'ab') as f:
        f.write(b'x')
    trees('two')
    with pytest.raises(debian.Failed, match='lack: a$'):
        debian.fetch(['a'])
    assert 'is damaged and is not used' in capsys.readouterr().err


def test_two_trees_share_at_the_same_time(trees):
    files = [trees('one') / ('p%d_1-1_amd64.deb' % i) for i in range(8)]
    for f in files:
        f.write_bytes(os.urandom(1 << 18))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: debian.share(list(map(str, files))), range(4)))
    found = os.listdir(debian.SHARED)
    assert len(found) == 8
    for name in found:
        with open(os.path.join(debian.SHARED, name), 'rb') as f:
            assert hashlib.sha256(f.read()).hexdigest() == name.rsplit('.', 1)[1]


def test_a_folder_that_may_not_be_written(trees, tmp_path, monkeypatch, capsys):
    """Packages are taken from it all the same, and nothing fails. (A file in place of the folder stops root, too.)"""
    deb(trees('one') / 'a_1-1_amd64.deb', {'bin/a': 'a'})
    debian.fetch(['a'])
    monkeypatch.setattr(tempfile, 'NamedTemporaryFile', lambda **_: (_ for _ in ()).throw(PermissionError(13, 'Permission denied')))
    deb(trees('two') / 'b_1-1_amd64.deb', {'bin/b': 'b'})
    assert len(debian.fetch(['a', 'b'])) == 2 and len(os.listdir(debian.SHARED)) == 1 and not capsys.readouterr().err
    (tmp_path / 'file').touch()
    monkeypatch.setattr(debian, 'SHARED', str(tmp_path / 'file' / 'debs'))
    assert debian.fetch(['a']) and not capsys.readouterr().err
    monkeypatch.setenv('EXON_CACHE', str(tmp_path / 'file'))
    assert debian.fetch(['a']) and 'nothing is shared' in capsys.readouterr().err


def test_where_the_shared_folder_is(monkeypatch):
    for variables, folder in (({'HOME': '/h'}, '/h/.cache/exon/debs'), ({'HOME': '/h', 'XDG_CACHE_HOME': '/x'}, '/x/exon/debs'),
                              ({'HOME': '/h', 'XDG_CACHE_HOME': 'not/absolute'}, '/h/.cache/exon/debs'),
                              ({'EXON_CACHE': '/srv/exon', 'HOME': '/h'}, '/srv/exon/debs'), ({'EXON_CACHE': '', 'HOME': '/h'}, '')):
        for name in ('HOME', 'XDG_CACHE_HOME', 'EXON_CACHE'):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert debian.shared_folder() == folder


def test_mirrors(monkeypatch):
    monkeypatch.setattr(debian, 'host_mirrors', lambda: {'main': 'http://near/debian'})
    assert debian.mirrors_of('bookworm') == ['http://near/debian', debian.DEFAULT_MIRROR]
    assert debian.mirrors_of('bookworm-security') == [debian.DEFAULT_MIRROR + '-security']
    monkeypatch.setenv('DEBIAN_MIRROR', 'http://mine/debian/')
    assert debian.mirrors_of('bookworm-security') == ['http://mine/debian-security']


def test_applets_are_those_that_busybox_lists():
    busybox = os.path.join(TOP, 'build', 'debian', 'bin', 'busybox')
    if os.uname().machine != 'x86_64':
        pytest.skip('an amd64 program cannot be asked here')
    listed = subprocess.run([busybox, '--list'], stdout=subprocess.PIPE).stdout.decode().split()
    assert debian.applets(busybox) == listed and len(listed) > 200
