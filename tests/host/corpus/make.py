#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the seeds of the fuzzer from the cases of tests/oracle: ELF header and program header table only.

  tests/host/corpus/make.py      writes tests/host/corpus/elf/NAME
"""
import os
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'oracle'))
import gen  # noqa: E402

PER_OPERATOR = 4
OPERATORS = ('base', 'ehdr', 'phdr', 'stack', 'lay', 'count', 'interp', 'big', 'rand')


def headers(data):
    if data[:4] != b'\x7fELF' or len(data) < 64:
        return None
    phoff, = struct.unpack_from('<Q', data, 32)
    phnum, = struct.unpack_from('<H', data, 56)
    end = phoff + 56 * phnum
    return data[:end] if end <= 4608 and end <= len(data) else None


def main():
    tree = gen.build(gen.SEED)
    by_operator = {o: [] for o in OPERATORS}
    for name, _, path in tree.cases:
        operator = name.split(':')[0]
        entry = tree.files.get(path)
        if operator in by_operator and entry and entry[0] == 'f' and headers(entry[2]):
            by_operator[operator].append((name, headers(entry[2])))
    for operator, cases in by_operator.items():
        step = max(1, len(cases) // PER_OPERATOR)
        for i, (_, data) in enumerate(cases[::step][:PER_OPERATOR]):
            with open(os.path.join(HERE, 'elf', '%s-%d' % (operator, i)), 'wb') as f:
                f.write(data)


if __name__ == '__main__':
    main()
