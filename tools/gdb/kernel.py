# SPDX-License-Identifier: MIT
"""Reading Exon's structures: the current task, lists, VMAs, names of files. Every other file uses these."""
import gdb

PAGE = 4096
VM = {'READ': 1, 'WRITE': 2, 'EXEC': 4, 'SHARED': 8, 'MAYSHARE': 0x80, 'GROWSDOWN': 0x100}
KERNEL_HALF = 0xffff800000000000
DIRECT_MAP = 0xffff888000000000     # include/asm/page.h
VMEMMAP = 0xffffea0000000000


class Problem(gdb.GdbError):
    """Wrong input, or a moment at which there is no answer; the text says what to do."""


def symbol(name):
    try:
        return gdb.parse_and_eval(name)
    except gdb.error:
        raise Problem('no symbol %s: is build/exon.elf loaded? (make gdb does it)' % name)


def pointer(type_name, address):
    return gdb.Value(int(address)).cast(gdb.lookup_type(type_name).pointer())


def address_of(expression):
    """The address that the user typed: a number, a pointer, or the name of a function."""
    value = gdb.parse_and_eval(expression)
    if value.type.code == gdb.TYPE_CODE_FUNC:
        value = value.address
    return int(value) & 0xffffffffffffffff


def text(value, limit=4096):
    """A C string; '' for NULL."""
    if int(value) == 0:
        return ''
    try:
        return value.string(errors='replace', length=-1)[:limit]
    except gdb.MemoryError:
        return '<unreadable>'


def current():
    """The running task_struct, or None before there is one."""
    try:
        task = symbol('boot_percpu')['current']
        return task if int(task) else None
    except gdb.MemoryError:
        return None


def current_mm():
    """The running program's mm_struct, or None."""
    task = current()
    return task['mm'] if task is not None and int(task['mm']) else None


def comm(task):
    return text(task['comm'].cast(gdb.lookup_type('char').pointer()))


def list_entries(head, type_name, member):
    """The structures in a list whose head is @head (a struct list_head value)."""
    kind = gdb.lookup_type(type_name)
    offset = [f.bitpos // 8 for f in kind.fields() if f.name == member][0]
    node = head['next']
    while int(node) != int(head.address):
        yield pointer(type_name, int(node) - offset)
        node = node['next']


def tasks():
    """Every thread, by process."""
    init = symbol('init_task')
    for leader in list_entries(init['tasks'], 'struct task_struct', 'tasks'):
        for thread in list_entries(leader['signal']['thread_head'], 'struct task_struct', 'thread_node'):
            yield thread


def task_by_pid(pid):
    for t in tasks():
        if int(t['pid']) == pid:
            return t
    raise Problem('there is no task %d; xps lists them' % pid)


def task_or_current(argument):
    """@argument is a pid; '' means the current task."""
    if argument:
        try:
            return task_by_pid(int(argument))
        except ValueError:
            raise Problem('"%s" is not a pid; xps lists them' % argument)
    t = current()
    if t is None:
        raise Problem('no task runs yet: stop after boot, e.g. at `xstage load-elf`')
    return t


def mm_of(task):
    if int(task['mm']) == 0:
        raise Problem('task %d has no address space (a kernel thread, or a process that has ended)' % int(task['pid']))
    return task['mm']


def vmas(mm):
    v = mm['mmap']
    while int(v):
        yield v
        v = v['vm_next']


def dentry_path(dentry):
    parts = []
    while int(dentry['d_parent']) != int(dentry):
        parts.append(text(dentry['d_name']['name']))
        dentry = dentry['d_parent']
    return '/' + '/'.join(reversed(parts))


def file_path(f):
    """The path of a struct file, over mount points."""
    mnt, dentry = f['f_path']['mnt'], f['f_path']['dentry']
    name = '' if int(dentry['d_parent']) == int(dentry) else dentry_path(dentry)
    while int(mnt['mnt_parent']) != int(mnt):
        above = mnt['mnt_mountpoint']
        name = dentry_path(above).rstrip('/') + name
        mnt = mnt['mnt_parent']
    if int(dentry['d_flags']) & 2:
        name += ' (deleted)'
    return name or '/'


def vma_name(v):
    """The last column of /proc/PID/maps."""
    if int(v['vm_file']):
        return file_path(v['vm_file'])
    mm, start, end = v['vm_mm'], int(v['vm_start']), int(v['vm_end'])
    if int(v['vm_ops']) and int(v['vm_ops']['name']):
        return text(v['vm_ops']['name'])
    if start <= int(mm['brk']) and end >= int(mm['start_brk']):
        return '[heap]'
    if start <= int(mm['start_stack']) <= end:
        return '[stack]'
    return ''


def permissions(flags):
    return ''.join((('r' if flags & 1 else '-'), ('w' if flags & 2 else '-'), ('x' if flags & 4 else '-'),
                    ('s' if flags & VM['MAYSHARE'] else 'p')))


def maps_line(v):
    """The line of a VMA, exactly as /proc/PID/maps prints it."""
    dev, ino = 0, 0
    if int(v['vm_file']):
        inode = v['vm_file']['f_inode']
        dev, ino = int(inode['i_sb']['s_dev']), int(inode['i_ino'])
    off = int(v['vm_pgoff']) * PAGE if int(v['vm_file']) else 0
    line = '%08x-%08x %s %08x %02x:%02x %d ' % (int(v['vm_start']), int(v['vm_end']), permissions(int(v['vm_flags'])), off,
                                                dev >> 20, dev & 0xfffff, ino)
    name = vma_name(v)
    return line.ljust(73) + name if name else line


def file_bytes(f, offset, size):
    """Bytes of an open file, from the kernel's page cache, where files of the root tree are whole."""
    mapping = f['f_inode']['i_mapping']
    size = min(size, int(f['f_inode']['i_size']) - offset)
    data = b''
    while len(data) < size:
        at = offset + len(data)
        data += memory(cached_page(mapping['pages'], at // PAGE) + at % PAGE, min(PAGE - at % PAGE, size - len(data)))
    return data


def cached_page(tree, index):
    """Address, in the direct map, of a page in a radix tree of struct page (mm/radix_tree.c)."""
    item, height = tree['node'], int(tree['height'])
    for level in range(height, 0, -1):
        if int(item):
            node = item.cast(gdb.lookup_type('struct radix_tree_node').pointer())
            item = node['slots'][index >> 6 * (level - 1) & 63]
    if not int(item) or (not height and index):
        raise Problem('page %d of the file is a hole' % index)
    frame = (int(item) - VMEMMAP) // gdb.lookup_type('struct page').sizeof
    return DIRECT_MAP + frame * PAGE


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def physical(address, size):
    """Reads physical memory through QEMU. It works before paging is on, and for the tables of any process.

    GDB must not take the bytes from a program's file that has its text at the same number."""
    gdb.execute('maintenance packet Qqemu.PhyMemMode:1', to_string=True)
    gdb.execute('set trust-readonly-sections off')
    try:
        return memory(address, size)
    finally:
        gdb.execute('set trust-readonly-sections on')
        gdb.execute('maintenance packet Qqemu.PhyMemMode:0', to_string=True)


class Command(gdb.Command):
    """A GDB command. Its name is the attribute `name` of the class, its help the docstring."""
    completion = gdb.COMPLETE_NONE      # only for a command without a method `complete`

    def __init__(self):
        if hasattr(self, 'complete'):
            super().__init__(self.name, gdb.COMMAND_USER)
        else:
            super().__init__(self.name, gdb.COMMAND_USER, self.completion)

    def invoke(self, argument, from_tty):
        try:
            self.run(gdb.string_to_argv(argument))
        except gdb.GdbError:
            raise
        except gdb.MemoryError as e:
            raise Problem('%s: cannot read memory here: %s; is the kernel running yet? (xstage, then continue)' % (self.name, e))
        except gdb.error as e:
            if gdb.selected_thread() is None:
                raise Problem('%s: no machine is connected, or it has ended: `make debug` or `make replay` starts one; then xconnect' % self.name)
            raise Problem('%s: %s; `help %s` shows its use' % (self.name, e, self.name))


class PidCommand(Command):
    """A command whose last word may be a pid."""

    def complete(self, text, word):
        return [p for p in (str(int(t['pid'])) for t in tasks()) if p.startswith(word)]
