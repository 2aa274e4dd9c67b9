#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run one untrusted command: without privileges, network or secrets, within limits, with few folders that it can write to.

A grader has a Box, which returns the command line that runs a command inside.
This starts this file as a program, the keeper, which stays outside:

    grader -> keeper -> A: own namespaces -> B: first process in there -> the command
              (limits on time, memory, disk, output; ends all that is left)

As root the command gets a user of its own, and namespaces if the system
permits them. A container usually does not: there Landlock and a filter of
system calls, which need no privileges, keep it from the same files and from
the network. Without root, bubblewrap or a user namespace makes everything
read-only except the command's own folders.
"""
import argparse
import contextlib
import ctypes
import dataclasses
import errno
import json
import os
import resource
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time

MIB = 1 << 20
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 1, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
SYS_MOUNT_SETATTR, AT_RECURSIVE, MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 442, 0x8000, 1, 2
LOOK = 0.3          # seconds between two looks at memory and disk
FIRST_UID = 61200   # of a range that systems leave to services without a name
UNSAFE = 'ALLOW_UNSANDBOXED'


class SandboxError(Exception):
    """There is no safe way to run a submission here; the text says what would help."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a command may use. 0: no limit. address: ASan needs terabytes of it, and touches little."""
    cpu: int            # seconds of each process
    wall: int           # seconds
    address: int        # bytes a process may map
    resident: int       # bytes that all of it may keep in memory
    file: int           # bytes of a file
    disk: int           # bytes of all files in its folders
    processes: int
    output: int         # bytes of output that are kept


LIMITS = {
    'build': Limits(120, 300, 4096 * MIB, 3072 * MIB, 64 * MIB, 512 * MIB, 256, 256 << 10),
    'host': Limits(60, 120, 0, 1024 * MIB, 16 * MIB, 64 * MIB, 64, 64 << 10),
    # A boot has its own caps (machine.py). Its output stays below what a pipe holds: nobody reads it until the end.
    'boot': Limits(0, 1800, 6144 * MIB, 2048 * MIB, 64 * MIB, 256 * MIB, 64, 32 << 10),
}


# ---- the grader's side --------------------------------------------------------

@dataclasses.dataclass
class Box:
    """One submission's room. Two users, so that a host test cannot reach the machine of a guest test."""
    method: str         # 'root', 'bwrap', 'userns' or 'none'
    shared: str         # the bench: what all submissions use and none may change
    job: str            # this submission's folder
    uid: int = 0        # who compiles and runs host tests; the next one runs QEMU. Only for 'root'
    hide: tuple = ()    # folders that a command cannot look into
    open: bool = False  # as root: go on where neither namespaces nor Landlock work, so with a user of its own and limits alone

    @classmethod
    def load(cls, text):
        return cls(**json.loads(text))

    def dump(self):
        return json.dumps(dataclasses.asdict(self))

    def user(self, kind):
        return self.uid + (kind == 'boot')

    def give(self, path, kind):
        """Hands a folder to the user of @kind; others stay out."""
        os.makedirs(path, exist_ok=True)
        if self.method == 'root':
            os.chown(path, self.user(kind), self.user(kind))
        os.chmod(path, 0o700)
        return path

    def words(self, kind, command, folders, **environment):
        """The words that run @command with @folders to write in; it starts in the last of them."""
        words = [sys.executable, '-ISB', os.path.abspath(__file__), '--kind', kind, '--method', self.method]
        if self.method == 'root':
            words += ['--uid', str(self.user(kind))] + ['--open'] * self.open
        for name in folders:
            words += ['--write', name]
        for name in self.hide:
            words += ['--hide', name]
        for name, value in environment.items():
            words += ['--env', '%s=%s' % (name, value)]
        return words + ['--'] + list(command)

    def take(self, source, target, limit=64 * MIB):
        """Copies a plain file out of a folder that a command could write in. False: it is something else."""
        try:
            fd = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return False
        with open(fd, 'rb') as f:
            st = os.fstat(fd)
            if not stat.S_ISREG(st.st_mode) or st.st_size > limit:
                return False
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, 'wb') as out:
                out.write(f.read(limit))
        return True

    def sweep(self):
        """Ends whatever still runs under this box's users."""
        for uid in (self.uid, self.uid + 1) if self.method == 'root' else ():
            user = ['setpriv', '--reuid', str(uid), '--regid', str(uid), '--clear-groups']
            subprocess.run(user + ['sh', '-c', 'kill -KILL -1'], stderr=subprocess.DEVNULL)


def works(method):
    box = Box(method, '/', '/', FIRST_UID)
    return subprocess.run(box.words('build', ['true'], []), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def choose_method(alone=False):
    """How commands are kept apart here. Raises SandboxError where it cannot be done. @alone: nothing here is another submission's."""
    if os.geteuid() == 0:
        if alone or works('root') or os.environ.get(UNSAFE) == '1':
            return 'root'
        raise SandboxError('a submission could read the others and use the network: this container has neither namespaces nor Landlock. '
                           'Grade in a container with --privileged, on a kernel with Landlock, or set %s=1 if you have read them all' % UNSAFE)
    if shutil.which('bwrap') and works('bwrap'):
        return 'bwrap'
    if works('userns'):
        return 'userns'
    if os.environ.get(UNSAFE) == '1':
        return 'none'
    raise SandboxError('submissions must not run with your user id, and neither bubblewrap nor user namespaces work here: '
                       'install bubblewrap, run as root in a container, or set %s=1 if you have read them all' % UNSAFE)


# ---- inside: the command's own process -------------------------------------------

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result:
        raise OSError(ctypes.get_errno(), '%s: %s' % (what, os.strerror(ctypes.get_errno())))


def prctl(option, value):
    check(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), 'prctl')


def unshare(flags):
    check(libc.unshare(flags), 'unshare')


def mount(source, target, kind, flags, data=None):
    check(libc.mount(*(x and x.encode() for x in (source, target, kind)), ctypes.c_ulong(flags), data and data.encode()),
          'mount ' + target)


def mount_attributes(path, flags, add, remove):
    """mount_setattr(2), which changes all mounts below a path at once."""
    attributes = (ctypes.c_uint64 * 4)(add, remove, 0, 0)
    check(libc.syscall(SYS_MOUNT_SETATTR, -100, path.encode(), flags, attributes, 32), 'mount_setattr')


def enter_namespaces(method):
    """Own mounts, network, message queues and process numbers. Root may be refused (in a container)."""
    uid, gid = os.getuid(), os.getgid()
    if method == 'userns':
        unshare(CLONE_NEWUSER)
        for name, text in (('setgroups', 'deny'), ('uid_map', '%d %d 1' % (uid, uid)), ('gid_map', '%d %d 1' % (gid, gid))):
            with open('/proc/self/' + name, 'w') as f:
                f.write(text)
    got = 0
    for flag in (CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWPID):
        try:
            unshare(flag)
            got |= flag
        except OSError:
            if method == 'userns':
                raise
    return got


def narrow_view(args):
    """All that is mounted becomes read-only, but for the command's own folders; hidden folders become empty ones."""
    mount(None, '/', None, MS_REC | MS_PRIVATE)
    for path in args.write:
        mount(path, path, None, MS_BIND)
    mount_attributes('/', AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0)
    for path in args.write:
        mount_attributes(path, 0, 0, MOUNT_ATTR_RDONLY)
    for path in args.hide:
        mount('none', path, 'tmpfs', MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 'size=4k,mode=755')
    try:
        mount('proc', '/proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        pass    # a container that hides parts of /proc: its processes cannot be touched either way


# ---- inside, without namespaces: what needs no privileges --------------------------------

# Both are for good, also for all that the command starts.
SYS_LANDLOCK, LANDLOCK_VERSION, RULE_PATH_BENEATH = 444, 1, 1      # create_ruleset; add_rule and restrict_self follow it
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, IOCTL_DEV = (1 << n for n in (0, 1, 2, 3, 13, 14, 15))
CHANGES = ((1 << 13) - 1) & ~(EXECUTE | READ_FILE | READ_DIR)      # write, make, remove
# AUDIT_ARCH, socket, and what is refused: shmget, semget, msgget, mq_open, io_uring_setup (which can make sockets).
CALLS = {'x86_64': (0xc000003e, 41, (29, 64, 68, 240, 425)), 'aarch64': (0xc00000b7, 198, (194, 190, 186, 180, 425))}


def landlock(number, *arguments):
    result = libc.syscall(SYS_LANDLOCK + number, *arguments)
    check(result < 0, 'Landlock')
    return result


def readable(folder, hidden):
    """What covers all that is below @folder, but nothing of the @hidden paths. Links are left out: their targets are covered."""
    for entry in os.scandir(folder):
        inside = entry.path + '/'
        if entry.path in hidden or entry.is_symlink():
            continue
        if any(h.startswith(inside) for h in hidden):
            yield from readable(entry.path, hidden)
        else:
            yield entry.path


def restrict_files(args):
    """By Landlock: reads all but what is hidden, writes its own folders and devices."""
    version = landlock(0, None, 0, LANDLOCK_VERSION)
    changes = CHANGES | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0) | (IOCTL_DEV if version >= 5 else 0)
    reads = EXECUTE | READ_FILE | READ_DIR
    rules = landlock(0, struct.pack('Q', reads | changes), 8, 0)

    def allow(path, rights, flags=0):
        fd = os.open(path, os.O_PATH | flags)
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV
        landlock(1, rules, RULE_PATH_BENEATH, struct.pack('=Qi', rights & (reads | changes), fd), 0)
        os.close(fd)

    for path in readable('/', {os.path.realpath(h) for h in args.hide}):
        with contextlib.suppress(FileNotFoundError):    # a file of /tmp that was there a moment ago
            allow(path, reads, os.O_NOFOLLOW)
    allow('/dev', WRITE_FILE | TRUNCATE | IOCTL_DEV)
    for path in args.write:
        allow(path, reads | changes)
    landlock(2, rules, 0)
    os.close(rules)


def restrict_calls():
    """By a filter (seccomp): no socket but AF_UNIX, nothing that outlives the command, no other processor's calls."""
    arch, socket, refused = CALLS[os.uname().machine]
    load, equal, at_least, result = 0x20, 0x15, 0x35, 0x06          # BPF: load a word, two jumps, return
    allow, refuse = (result, 0, 0, 0x7fff0000), (result, 0, 0, 0x50000 | errno.EACCES)
    nr, architecture, first = 0, 4, 16                              # offsets in struct seccomp_data
    steps = [(load, 0, 0, architecture), (equal, 1, 0, arch), refuse,
             (load, 0, 0, nr), (at_least, 0, 1, 1 << 30), refuse]   # x32
    for call in refused:
        steps += [(equal, 0, 1, call), refuse]
    steps += [(equal, 1, 0, socket), allow, (load, 0, 0, first), (equal, 0, 1, 1), allow, refuse]
    code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *s) for s in steps))
    program = struct.pack('HP', len(steps), ctypes.addressof(code))
    check(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), program, 0, 0), 'a filter of system calls')


def restrict(args, view, namespaces):
    """In the place of what was refused to root."""
    try:
        if not view:
            restrict_files(args)
        if namespaces & (CLONE_NEWNET | CLONE_NEWIPC) != CLONE_NEWNET | CLONE_NEWIPC:
            restrict_calls()
    except (OSError, KeyError):
        if not args.open:
            raise


# ---- inside: who the command is, and what it may use --------------------------------------

def own_processes():
    """How many this user has already: the limit counts them, too."""
    return sum(1 for n in os.listdir('/proc') if n.isdigit() and owner(n) == os.getuid())


def owner(pid):
    try:
        return os.stat('/proc/' + pid).st_uid
    except OSError:
        return -1


def set_limits(limits, method):
    def limit(name, value):
        if value:
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))

    limit(resource.RLIMIT_CPU, limits.cpu)
    limit(resource.RLIMIT_AS, limits.address)
    limit(resource.RLIMIT_FSIZE, limits.file)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)   # Python ignores it, and so would what it starts: a file too large ends the writer
    limit(resource.RLIMIT_NOFILE, 512)
    limit(resource.RLIMIT_NPROC, limits.processes + (0 if method == 'root' else own_processes()))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def become(uid):
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def outcome(status):
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def bwrap_words(args):
    words = [shutil.which('bwrap') or 'bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc',
             '--unshare-all', '--die-with-parent', '--new-session']
    for path in args.hide:
        words += ['--tmpfs', path]
    for path in args.write:
        words += ['--bind', path, path]
    return words + ['--']


def run_command(args):
    """The last step: never returns."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    home = args.write[-1] if args.write else '/'
    os.chdir(home)
    os.umask(0o022)
    environment = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'LANG': 'C.UTF-8', 'HOME': home, 'TMPDIR': home,
                   **dict(e.split('=', 1) for e in args.env)}
    set_limits(LIMITS[args.kind], args.method)
    words = (bwrap_words(args) if args.method == 'bwrap' else []) + args.command
    os.execvpe(words[0], words, environment)


def first_process(args, namespaces):
    """B: in its own namespaces if there are any; drops all privileges, starts the command, reaps orphans."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with open('/proc/self/oom_score_adj', 'w') as f:
        f.write('1000')     # if memory runs out, we go first
    view = False
    if namespaces & CLONE_NEWNS:
        try:
            narrow_view(args)
            view = True
        except OSError:
            if args.method == 'userns':
                raise
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if args.method == 'root':
        restrict(args, view, namespaces)
        become(args.uid)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)     # another user: it has to be said again
    command = os.fork()
    if not command:
        run_command(args)
    while True:
        pid, status = os.wait()
        if pid == command:
            os._exit(outcome(status))


def start(args, pipe):
    """A: a session of its own, then the namespaces."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    null = os.open('/dev/null', os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(pipe, 1)
    os.dup2(pipe, 2)
    os.closerange(3, 256)
    namespaces = enter_namespaces(args.method) if args.method in ('root', 'userns') else 0
    first = os.fork()
    if not first:
        guarded(first_process, args, namespaces)
    os._exit(outcome(os.waitpid(first, 0)[1]))


def guarded(function, *arguments):
    """@function in a child that must never come back."""
    try:
        function(*arguments)
    except BaseException as e:
        os.write(2, ('sandbox: %s\n' % e).encode())
    os._exit(126)


# ---- the keeper ---------------------------------------------------------------------

def processes():
    """{pid: (parent, resident bytes)}"""
    found = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name, 'rb') as f:
                    words = f.read().rpartition(b')')[2].split()
            except OSError:
                continue
            found[int(name)] = (int(words[1]), int(words[21]) * resource.getpagesize())
    return found


def descendants(of):
    """{pid: resident bytes} of all that came from process @of: orphans come back to the keeper."""
    table, found, new = processes(), {}, [of]
    children = {}
    for pid, (parent, _) in table.items():
        children.setdefault(parent, []).append(pid)
    while new:
        for pid in children.get(new.pop(), []):
            if pid not in found:
                found[pid] = table[pid][1]
                new.append(pid)
    return found


def disk_use(folders):
    total = 0
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                try:
                    total += os.lstat(os.path.join(where, name)).st_blocks * 512
                except OSError:
                    pass
    return total


def end_all():
    """Kills all that the command left. What forks faster than we look is held by its limit of processes."""
    for _ in range(200):
        left = descendants(os.getpid())
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        if not left:
            return
        time.sleep(0.02)


def say(data):
    while data:
        data = data[os.write(1, data):]


class Output:
    """Passes on what the command prints, up to a limit."""

    def __init__(self, fd, limit):
        self.fd, self.left, self.open = fd, limit, True

    def wait(self, seconds):
        if not self.open:
            time.sleep(min(seconds, 0.02))
        elif select.select([self.fd], [], [], seconds)[0]:
            data = os.read(self.fd, 65536)
            self.open = bool(data)
            if self.left and data:
                cut = len(data) > self.left
                say(data[:self.left] + (b'\n[more output: cut]\n' if cut else b''))
                self.left = 0 if cut else self.left - len(data)


def excess(limits, folders, begin, child):
    """What limit is exceeded, in words; '' if none."""
    if time.time() - begin > limits.wall:
        return 'ran longer than %d seconds' % limits.wall
    family = descendants(child)
    if len(family) > limits.processes // 2:     # at the limit itself, they would only spin
        return 'started more than %d processes' % (limits.processes // 2)
    if sum(family.values()) > limits.resident:
        return 'used more than %d MiB of memory' % (limits.resident // MIB)
    if disk_use(folders) > limits.disk:
        return 'wrote more than %d MiB' % (limits.disk // MIB)
    return ''


def keep(args):
    """Returns the exit status of the command; 137 if it had to be ended."""
    limits, begin, looked = LIMITS[args.kind], time.time(), time.time()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)     # whatever ends the grader ends the command
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.close(read_end)
        guarded(start, args, write_end)
    os.close(write_end)
    out, status = Output(read_end, limits.output), None
    try:
        while status is None:
            out.wait(0.1)
            pid, ended = os.waitpid(child, os.WNOHANG)
            if pid:
                status = outcome(ended)
            elif time.time() - looked > LOOK:
                looked = time.time()
                why = excess(limits, args.write, begin, child)
                if why:
                    say(('\nended by the grader: it %s\n' % why).encode())
                    return 137
        while out.open and select.select([read_end], [], [], 0)[0]:
            out.wait(0)
        return status
    finally:
        end_all()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--kind', choices=LIMITS, required=True)
    ap.add_argument('--method', choices=('root', 'bwrap', 'userns', 'none'), required=True)
    ap.add_argument('--uid', type=int)
    ap.add_argument('--open', action='store_true')
    for name in ('--write', '--hide', '--env'):
        ap.add_argument(name, action='append', default=[])
    ap.add_argument('command', nargs='+')
    args = ap.parse_args()
    if args.method == 'root' and not args.uid:
        ap.error('as root, --uid says who runs it')
    return keep(args)


if __name__ == '__main__':
    sys.exit(main())
