#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fetch packages of Debian 12 and unpack them, on any host, without apt, dpkg or root.

  debian.py tree OUT PACKAGE...     the programs of the packages, unchanged, in the folder OUT
  debian.py sysroot OUT PACKAGE...  the same for a compiler's --sysroot: no link leads out of OUT
  debian.py whole OUT PACKAGE...    the same with what the packages depend on, their data and settings, but no documents;
                                    -PACKAGE is not fetched, though others depend on it
  debian.py linux OUT               Debian's stock Linux 6.1, the oracle: OUT/vmlinux and OUT/version
  debian.py applets BUSYBOX         the names of a busybox's applets, read from the file

The guest is Debian 12 with its security updates, whatever the host is. gpgv checks the signature of each
release file with Debian's keys; the release file has the hash of the list of packages,
and that has the hash of each package.

build/debs keeps the packages, so that a second run needs no network; OFFLINE=1 never uses it. All trees of
this user share a folder of packages, EXON_CACHE (~/.cache/exon if that is not set, none if it is empty): each has
its hash in its name, and only one with that hash is taken.
build/guest.manifest has the versions in use. On a Debian host the mirror is that of the host's apt;
DEBIAN_MIRROR=URL names another one (and DEBIAN_SECURITY_MIRROR=URL if the updates are elsewhere).
Status 1: a package is neither in build/debs nor could it be fetched.
"""
import concurrent.futures
import contextlib
import fcntl
import hashlib
import io
import lzma
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
import plain  # noqa: E402,F401

RELEASE = 'bookworm'
SUITES = (RELEASE, RELEASE + '-updates', RELEASE + '-security')
DEFAULT_MIRROR = 'http://deb.debian.org/debian'
DEBIANS = ('bullseye', 'bookworm', 'trixie', 'forky', 'sid', 'oldoldstable', 'oldstable', 'stable', 'testing', 'unstable')
LINUX = r'linux-image-6\.1\.[0-9]+-[0-9]+-cloud-amd64'
UNUSED = ('usr/share/', 'etc/', 'var/')    # documents, locales, manuals: the root tree is unpacked into RAM at boot
DOCUMENTS = tuple('usr/share/%s/' % name for name in (
    'applications', 'bash-completion', 'bug', 'doc', 'doc-base', 'icons', 'info', 'lintian', 'locale', 'man', 'menu', 'pixmaps', 'zsh'))
# Documents, and what only the scripts of packages use: no script of a package is executed.
NOT_NEEDED = {'adduser', 'debconf', 'dpkg', 'git-man', 'init-system-helpers', 'install-info', 'media-types', 'sensible-utils', 'ucf'}
# The links that the scripts of packages make, by update-alternatives: name in /usr/bin, and the program.
LINKS = {'awk': 'mawk', 'c++': 'g++', 'cc': 'gcc', 'editor': 'nano', 'ex': 'vim.basic', 'lua': 'lua5.4', 'luac': 'luac5.4', 'pager': 'less',
         'vi': 'vim.basic', 'view': 'vim.basic', 'vim': 'vim.basic', 'vimdiff': 'vim.basic', 'w': 'w.procps'}
LZ4_LEGACY = b'\x02\x21\x4c\x18'
INDEX_HOURS = 12
TRIES = 3

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Debian 12's keys out of its package debian-archive-keyring; and that package, where the host has it.
KEYRINGS = (os.path.join(TOP, 'tools', 'debian-12-keys.gpg'), '/usr/share/keyrings/debian-archive-keyring.gpg')
CACHE = os.path.join(TOP, 'build', 'debs')
OFFLINE = os.environ.get('OFFLINE', '') not in ('', '0')
SHARED_NAME = r'%s_[^_]+_(?:amd64|all)\.deb\.[0-9a-f]{64}$'
MANIFEST = os.path.join(TOP, 'build', 'guest.manifest')


class Failed(Exception):
    pass


def shared_folder():
    """'' if there is none."""
    given = os.environ.get('EXON_CACHE')
    if given is not None:
        return given and os.path.join(os.path.abspath(given), 'debs')
    base = os.environ.get('XDG_CACHE_HOME', '')
    base = base if os.path.isabs(base) else os.path.expanduser('~/.cache')
    return os.path.join(base, 'exon', 'debs') if os.path.isabs(base) else ''


SHARED = shared_folder()


# ---- versions ------------------------------------------------------------------------

def version_key(version):
    """Sorts as Debian's policy says: '~' before the end, letters before other signs, numbers by value."""
    epoch, _, rest = version.rpartition(':')
    upstream, _, revision = rest.rpartition('-') if '-' in rest else (rest, '', '')
    return int(epoch or 0), part_key(upstream), part_key(revision)


def part_key(part):
    return [(tuple(-1 if c == '~' else ord(c) if c.isalpha() else ord(c) + 256 for c in text) + (0,), int(number or 0))
            for text, number in re.findall(r'(\D*)(\d*)', part)]


# ---- mirrors -------------------------------------------------------------------------

def host_mirrors():
    """{suite: URL} of the Debian mirrors that the host's apt uses."""
    try:
        text = subprocess.run(['apt-get', 'indextargets', '--format', '$(SITE) $(RELEASE) $(COMPONENT)', 'Identifier: Packages'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        site, release, component = (line.split() + ['', '', ''])[:3]
        if component.endswith('main') and re.match('https?:', site) and re.split('[-/]', release)[0] in DEBIANS:
            found.setdefault('security' if release.endswith(('-security', '/updates')) else 'main', site.rstrip('/'))
    return found


def mirrors_of(suite):
    """The URLs to try, best first."""
    main = os.environ.get('DEBIAN_MIRROR', '').rstrip('/')
    if suite.endswith('-security'):
        given = os.environ.get('DEBIAN_SECURITY_MIRROR', '').rstrip('/') or (main and main + '-security')
        urls = [given] if given else [host_mirrors().get('security'), DEFAULT_MIRROR + '-security']
    else:
        urls = [main] if main else [host_mirrors().get('main'), DEFAULT_MIRROR]
    return list(dict.fromkeys(u for u in urls if u))


def use_proxy_of_apt():
    """A host whose apt needs a proxy has it in apt's configuration, not always in the environment."""
    for kind in ('http', 'https'):
        if kind + '_proxy' in os.environ or not shutil.which('apt-config'):
            continue
        text = subprocess.run(['apt-config', 'shell', 'P', 'Acquire::%s::Proxy' % kind], stdout=subprocess.PIPE,
                              universal_newlines=True).stdout
        m = re.search("P='(.+)'", text)
        if m and m.group(1) != 'DIRECT':
            os.environ[kind + '_proxy'] = m.group(1)


def download(url):
    """The bytes at @url. Raises Failed."""
    for again in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=30) as f:
                return f.read()
        except urllib.error.HTTPError as e:
            if e.code < 500:
                raise Failed('%s: %s' % (url, e))
            error = e
        except (OSError, ValueError, EOFError) as e:
            error = e
        time.sleep(again)
    raise Failed('%s: %s' % (url, error))


# ---- the list of packages ------------------------------------------------------------

def signed_text(inrelease):
    """What Debian has signed of a release file."""
    if not shutil.which('gpgv'):
        raise Failed('gpgv is missing (package gpgv or gnupg)')
    keys = [word for path in KEYRINGS if os.path.exists(path) for word in ('--keyring', path)]
    with tempfile.TemporaryDirectory() as d:
        name, out = os.path.join(d, 'InRelease'), os.path.join(d, 'text')
        with open(name, 'wb') as f:
            f.write(inrelease)
        p = subprocess.run(['gpgv', '--status-fd', '1', *keys, '--output', out, name],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # Several keys sign; not all of them are known everywhere.
        if b'[GNUPG:] GOODSIG' not in p.stdout or b'[GNUPG:] BADSIG' in p.stdout:
            raise Failed('the release file is not signed by Debian:\n' + p.stdout.decode('utf-8', 'replace'))
        with open(out, encoding='utf-8') as f:
            return f.read()


def read_suite(mirror, suite):
    """The list of the packages of a suite, as the mirror packs it, checked."""
    base = '%s/dists/%s/' % (mirror, suite)
    text = signed_text(download(base + 'InRelease'))
    if not re.search(r'^Codename: %s(-|$)' % RELEASE, text, re.M):
        raise Failed('%s is not %s' % (base, suite))
    want = re.search(r'^SHA256:\n(?:.*\n)*? (\w{64}) +\d+ main/binary-amd64/Packages\.xz$', text, re.M).group(1)
    try:
        data = download(base + 'main/binary-amd64/by-hash/SHA256/' + want)
    except Failed:
        data = download(base + 'main/binary-amd64/Packages.xz')
    if hashlib.sha256(data).hexdigest() != want:
        raise Failed('%s: the list of packages has another hash than the signed one' % base)
    return data


def fetch_suite(suite):
    """Leaves the list of the suite in the cache; the first line is the mirror that it came from."""
    errors = []
    for mirror in mirrors_of(suite):
        try:
            write(index_of(suite), mirror.encode() + b'\n' + read_suite(mirror, suite))
            return
        except Failed as e:
            errors.append(str(e))
    raise Failed('\n'.join(errors))


def index_of(suite):
    return os.path.join(CACHE, suite + '.index')


def have_lists():
    """The lists of an earlier run are there, and not too old."""
    paths = [index_of(s) for s in SUITES]
    return all(os.path.exists(p) and time.time() - os.path.getmtime(p) < INDEX_HOURS * 3600 for p in paths)


def fetch_lists():
    print('  FETCH the list of packages of Debian 12 (%s)' % ', '.join(SUITES), flush=True)
    use_proxy_of_apt()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(fetch_suite, SUITES))


def read_lists():
    """[(mirror, list of packages)] of the suites."""
    index = []
    for suite in SUITES:
        with open(index_of(suite), 'rb') as f:
            mirror = f.readline().decode().strip()
            index.append((mirror, b'\n' + lzma.decompress(f.read())))
    return index


def choose(index, pattern):
    """(name, version, URL, SHA256, size) of the newest package whose name @pattern matches."""
    found = []
    for mirror, text in index:
        for m in re.finditer(b'\nPackage: %s\n' % pattern.encode(), text):
            entry = text[m.start():text.index(b'\n\n', m.end())].decode()
            fields = dict(re.findall(r'^(\w+): (.*)$', entry, re.M))
            found.append((fields['Package'], fields['Version'], mirror + '/' + fields['Filename'], fields['SHA256'],
                          int(fields['Size'])))
    if not found:
        raise Failed('Debian 12 has no package %s' % pattern)
    return max(found, key=lambda row: version_key(row[1]))


# ---- what packages depend on --------------------------------------------------------------

def newest_entries(index):
    """({package: the entry of its newest version}, {name: the packages that provide it})."""
    found, providers = {}, {}
    for _, text in index:
        for entry in text.decode().split('\n\n'):
            fields = dict(re.findall(r'^(Package|Version|Provides): (.*)$', entry, re.M))
            name = fields.get('Package')
            if name and (name not in found or version_key(fields['Version']) > found[name][0]):
                found[name] = version_key(fields['Version']), entry
                for word in re.findall(r'(?:^|, )([^ ,]+)', fields.get('Provides', '')):
                    providers.setdefault(word, []).append(name)
    return {name: entry for name, (_, entry) in found.items()}, providers


def depends(entry, entries, providers):
    """The packages that the one of @entry needs; of alternatives, the first that there is."""
    for words in re.findall(r'^(?:Pre-)?Depends: (.*)$', entry, re.M):
        for alternatives in words.split(','):
            names = [re.split('[ :(]', a.strip())[0] for a in alternatives.split('|')]
            yield next((n for n in names if n in entries), None) or next(p for n in names for p in sorted(providers.get(n, [])))


def with_dependencies(names, index):
    """@names and all that these need, directly or not."""
    entries, providers = newest_entries(index)
    without = NOT_NEEDED | {n[1:] for n in names if n.startswith('-')}
    found, wanted = [], [n for n in names if not n.startswith('-')]
    while wanted:
        name = wanted.pop(0)
        if name not in entries:
            raise Failed('Debian 12 has no package %s' % name)
        if name not in found and name not in without:
            found.append(name)
            wanted += depends(entries[name], entries, providers)
    return found


def lists_for_dependencies():
    """The lists that are there, whatever their age: another day they name the same dependencies."""
    if not all(os.path.exists(index_of(s)) for s in SUITES):
        if OFFLINE:
            raise Failed('OFFLINE=1, and build/debs lacks the list of packages')
        fetch_lists()
    return read_lists()


# ---- packages ------------------------------------------------------------------------

def write(path, data):
    """Never a half file under the name @path."""
    with open(path + '.new', 'wb') as f:
        f.write(data)
    os.replace(path + '.new', path)


def cached(pattern):
    """The newest package in the cache whose name @pattern matches, or None."""
    found = [f for f in os.listdir(CACHE) if re.match(r'%s_[^_]+_(amd64|all)\.deb$' % pattern, f)]
    found.sort(key=lambda f: version_key(urllib.parse.unquote(f.split('_')[1])))
    return os.path.join(CACHE, found[-1]) if found else None


def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def take_shared(pattern):
    """Copies the newest package that @pattern matches from the shared folder into the cache, if its bytes have the hash in its name."""
    found = [f for f in listed(SHARED) if re.match(SHARED_NAME % pattern, f)]
    for name in sorted(found, key=lambda f: version_key(urllib.parse.unquote(f.split('_')[1])), reverse=True):
        deb, sha = name.rsplit('.', 1)
        try:
            with open(os.path.join(SHARED, name), 'rb') as f:
                data = f.read()
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == sha:
            write(os.path.join(CACHE, deb), data)
            return
        print('debian: %s is damaged and is not used' % os.path.join(SHARED, name), file=sys.stderr)


def share(debs):
    """Puts @debs where other trees find them. Each file is there whole or not at all, however many do this at once."""
    known = {f.rsplit('.', 1)[0] for f in listed(SHARED)}
    for deb in debs if SHARED else ():
        if os.path.basename(deb) not in known and not share_one(deb):
            return


def share_one(deb):
    """False: nothing can be written there. Then each tree has its own packages."""
    new = ''
    try:
        os.makedirs(SHARED, exist_ok=True)
        with open(deb, 'rb') as f, tempfile.NamedTemporaryFile(dir=SHARED, prefix='new-', delete=False) as out:
            new, data = out.name, f.read()
            out.write(data)
        os.chmod(new, 0o644)
        os.replace(new, os.path.join(SHARED, '%s.%s' % (os.path.basename(deb), hashlib.sha256(data).hexdigest())))
        return True
    except OSError as e:
        if os.path.exists(new):
            os.unlink(new)
        if os.environ.get('EXON_CACHE') and not listed(SHARED):
            print('debian: EXON_CACHE: %s: %s; nothing is shared' % (SHARED, e.strerror), file=sys.stderr)
        return False


def fetch_one(row):
    name, version, url, sha, _ = row
    data = download(url)
    if hashlib.sha256(data).hexdigest() != sha:
        raise Failed('%s: not the file that Debian signed' % url)
    path = os.path.join(CACHE, '%s_%s_%s' % (name, version.replace(':', '%3a'), url.rpartition('_')[2]))
    write(path, data)
    return name, version, len(data)


def download_all(patterns):
    """Says of each package how much of all has come; they come six at a time."""
    index = read_lists()
    rows = [choose(index, p) for p in patterns if not cached(p)]
    total = sum(row[4] for row in rows)
    done = 0
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for name, version, size in pool.map(fetch_one, rows):
            done += size
            print('  FETCH %s %s (%.1f of %.1f MB)' % (name, version, done / 1e6, total / 1e6), flush=True)


def fetch(patterns):
    """The files of the packages that @patterns name, from the cache or the shared folder where they are there."""
    for p in patterns:
        if not cached(p):
            take_shared(p)
    get_missing(patterns)
    debs = [cached(p) for p in patterns]
    share(debs)
    return debs


def get_missing(patterns):
    """Over the network."""
    missing = [p for p in patterns if not cached(p)]
    if missing and OFFLINE:
        raise Failed('OFFLINE=1, and %s: %s' % (' and '.join(['build/debs'] + [SHARED] * bool(SHARED)) + (' lack' if SHARED else ' lacks'),
                                               ' '.join(missing).replace('\\', '')))
    if missing and have_lists():
        try:
            download_all(patterns)
            return
        except Failed:
            pass            # packages of the list have been replaced since
    if missing:
        fetch_lists()
        download_all(patterns)


def members(deb):
    """(path, member, file) of all that a package installs. A .deb is an ar archive around a tar archive."""
    with open(deb, 'rb') as f:
        data = f.read()
    pos = 8
    while pos < len(data):
        name, size = data[pos:pos + 16].decode().strip(' /'), int(data[pos + 48:pos + 58])
        if name.startswith('data.tar'):
            with tarfile.open(fileobj=io.BytesIO(data[pos + 60:pos + 60 + size])) as tar:
                for m in tar:
                    path = os.path.normpath(m.name)
                    if path != '.' and not path.startswith(('/', '..')):
                        yield path, m, tar
            return
        pos += 60 + size + size % 2
    raise Failed('%s is no Debian package' % deb)


def unpack(deb, out, only=lambda path: not path.startswith(UNUSED), place=lambda path: path):
    for path, m, tar in members(deb):
        where = os.path.join(out, place(path))
        if not only(path) or os.path.lexists(where) and not m.isdir():
            continue
        os.makedirs(os.path.dirname(where), exist_ok=True)
        if m.isdir():
            os.makedirs(where, exist_ok=True)
        elif m.issym():
            os.symlink(m.linkname, where)
        elif m.islnk():
            os.link(os.path.join(out, place(os.path.normpath(m.linkname))), where)
        elif m.isreg():
            with open(where, 'wb') as f:
                shutil.copyfileobj(tar.extractfile(m), f)
            os.chmod(where, m.mode & 0o7777)


MERGED = ('bin', 'sbin', 'lib', 'lib64')


def merged(path):
    """Where a file of a package lies in an installed system: /bin, /lib and so on are links."""
    return 'usr/' + path if path.split('/')[0] in MERGED else path


def link_merged_usr(tree):
    """After Debian 12 /bin, /lib and so on are links, which are in none of our packages."""
    if any(os.path.lexists(os.path.join(tree, name)) for name in MERGED):
        return
    for name in MERGED:
        if os.path.isdir(os.path.join(tree, 'usr', name)):
            os.symlink('usr/' + name, os.path.join(tree, name))


# ---- commands ------------------------------------------------------------------------

def note(use, debs):
    """Writes the versions of @debs down in the manifest, in place of those that @use had."""
    lines = []
    if os.path.exists(MANIFEST):
        with open(MANIFEST, encoding='utf-8') as f:
            lines = [line for line in f if line.split()[0] != use]
    for deb in debs:
        name, version, _ = os.path.basename(deb).split('_')
        lines.append('%s %s %s\n' % (use, name, urllib.parse.unquote(version)))
    write(MANIFEST, ''.join(sorted(lines)).encode())


def make_links_relative(tree):
    for where, dirs, files in os.walk(tree):
        for path in (os.path.join(where, name) for name in dirs + files):
            if os.path.islink(path) and os.readlink(path).startswith('/'):
                target = os.path.relpath(tree + os.readlink(path), where)
                os.unlink(path)
                os.symlink(target, path)


@contextlib.contextmanager
def locked_cache():
    """The programs and the kernel may be wanted at once."""
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def link_alternatives(tree):
    for name, program in LINKS.items():
        path = os.path.join(tree, 'usr', 'bin', name)
        if os.path.exists(os.path.join(tree, 'usr', 'bin', program)) and not os.path.lexists(path):
            os.symlink(program, path)


def unpack_whole(deb, out):
    """What an installed system has of a package. /etc/alternatives is not there: link_alternatives."""
    unpack(deb, out, only=lambda path: not path.startswith(DOCUMENTS), place=merged)


def make_tree(kind, out, names):
    if kind == 'whole':
        names = with_dependencies(names, lists_for_dependencies())
    debs = fetch([re.escape(n) for n in names])
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(out + '.new', ignore_errors=True)
    for deb in debs:
        (unpack_whole if kind == 'whole' else unpack)(deb, out + '.new')
    link_merged_usr(out + '.new')
    if kind == 'whole':
        link_alternatives(out + '.new')
    if kind == 'sysroot':
        make_links_relative(out + '.new')
    os.rename(out + '.new', out)
    note(os.path.basename(out), debs)


def unpack_linux(image):
    """The kernel in a bzImage, which boots in half the time; without lz4, or where it is packed otherwise, the bzImage as it is.

    Where it stands: Documentation/x86/boot.rst, payload_offset and payload_length. The last 4 bytes are its size when unpacked.
    """
    setup = (image[0x1f1] + 1) * 512 if image[0x202:0x206] == b'HdrS' else 0
    offset, length = struct.unpack_from('<II', image, 0x248) if setup else (0, 0)
    packed = image[setup + offset:setup + offset + length - 4]
    if not packed.startswith(LZ4_LEGACY) or not shutil.which('lz4'):
        return image
    return subprocess.run(['lz4', '-dc'], input=packed, stdout=subprocess.PIPE, check=True).stdout


def make_linux(out):
    deb, = fetch([LINUX])
    os.makedirs(out, exist_ok=True)
    for path, m, tar in members(deb):
        if path.startswith('boot/vmlinuz-'):
            write(os.path.join(out, 'vmlinux'), unpack_linux(tar.extractfile(m).read()))
    write(os.path.join(out, 'version'), os.path.basename(deb)[:-len('.deb')].encode() + b'\n')
    note('linux', [deb])


def applets(path):
    """The applets stand in a busybox one behind the other, sorted, each with a 0 behind it."""
    with open(path, 'rb') as f:
        data = f.read()
    pos = data.find(b'\0[\0[[\0') + 1
    names = ['']
    while pos:
        name = data[pos:data.index(b'\0', pos)].decode('latin-1')
        if name <= names[-1]:
            break
        names.append(name)
        pos += len(name) + 1
    return names[1:]


def main(words):
    if words[:1] == ['applets'] and len(words) == 2:
        print('\n'.join(applets(words[1])))
        return
    if not (words[:1] in (['tree'], ['sysroot'], ['whole']) and len(words) > 2 or words[:1] == ['linux'] and len(words) == 2):
        sys.exit(__doc__.strip())
    try:
        with locked_cache():
            if words[0] == 'linux':
                make_linux(words[1])
            else:
                make_tree(words[0], words[1], words[2:])
    except (Failed, tarfile.TarError, lzma.LZMAError) as e:
        sys.exit('debian: %s' % e)


if __name__ == '__main__':
    main(sys.argv[1:])
