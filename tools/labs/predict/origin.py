# SPDX-License-Identifier: MIT
"""Who made each line of the truth: which program header of which file, or which step of the exec."""
import sys

sys.dont_write_bytecode = True
from image import PAGE, page_down

TASK_SIZE = 0x7ffffffff000              # the end of user space; the stack ends here without randomisation
MIN_GAP = 128 << 20                     # room for the stack: mm/layout.c
MMAP_BASE = TASK_SIZE - MIN_GAP
TWO_THIRDS = TASK_SIZE // 3 * 2         # ELF_ET_DYN_BASE
STACK_ROOM = 128 << 10                  # setup_arg_pages maps so much ahead of use
ENVIRONMENT = ['HOME=/', 'TERM=linux']  # of the first process


class Origin:
    """Of one line. @kind: 'file', 'bss', '[vvar]', '[vdso]', '[stack]', '[vsyscall]' or 'other'.

    @image: whose it is; of [vvar] and [vdso], the file that they lie below. @segments: of @image, in this line.
    """

    def __init__(self, kind, image=None, segments=()):
        self.kind, self.image, self.segments = kind, image, list(segments)


class Exec:
    """One exec: what went in (words, images) and the lines that came out, each with its Origin."""

    def __init__(self, words, program, interpreter, truths):
        self.words, self.program, self.interpreter, self.truths = words, program, interpreter, truths
        self.images = [i for i in (program, interpreter) if i]
        self.bias = {i: self.find_bias(i) for i in self.images}
        self.origins = [self.origin(t) for t in truths]

    def find_bias(self, image):
        """What was added to the addresses of a file: seen at its first line."""
        starts = [t.start for t in self.truths if t.name == image.name]
        return starts[0] - page_down(image.segments[0].vaddr) if starts and image.is_dyn else 0

    def origin(self, truth):
        if truth.name in ('[vvar]', '[vdso]'):
            return Origin(truth.name, self.image_at(self.line_of('[vdso]').end))
        if truth.name in ('[stack]', '[vsyscall]'):
            return Origin(truth.name)
        for image in self.images:
            at = truth.start - self.bias[image], truth.end - self.bias[image]
            if truth.name == image.name:
                return Origin('file', image, [s for s in image.segments if s.filesz and at[0] <= s.start < at[1]])
            bss = [s for s in image.segments if s.mem_end > s.file_end and at[0] <= s.file_end < at[1]]
            if truth.name in ('', '[heap]') and bss:
                return Origin('bss', image, bss)
        return Origin('other')

    def image_at(self, address):
        """The image that begins there, or None."""
        return next((i for i in self.images if self.bias[i] + i.segments[0].start == address), None)

    def line_of(self, name):
        """The first line of that name, or None."""
        return next((t for t in self.truths if t.name == name), None)

    def start_brk(self):
        if self.program.is_dyn and not self.program.interpreter:
            return page_down(TWO_THIRDS) + PAGE
        return self.bias[self.program] + self.program.brk

    def string_bytes(self):
        """What exec lays on the stack before anything else: the end mark, the file name, envp, argv."""
        return 8 + sum(len(s.encode()) + 1 for s in [self.words[0]] + ENVIRONMENT + self.words)

    def string_pages(self):
        return -(-self.string_bytes() // PAGE)
