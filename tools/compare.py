#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a command on Exon and on Debian's Linux 6.1, in QEMU, with the same initramfs; show both.

  compare.py [--cmdline WORDS] [--stack] [--files] COMMAND...

The exit status is 0 only if the output and the exit status of both are
identical. --cmdline adds words to the command lines of both kernels. The
default is norandmaps; without it addresses are random.
"""
import argparse
import concurrent.futures
import re
import shutil
import sys

sys.dont_write_bytecode = True
import film
import prog
import vm


def columns(text):
    """How many columns of a terminal this takes: colours take none."""
    return len(re.sub(r'\033\[[\d;]*[A-Za-z]', '', text or ''))


def side_by_side(left, right, width):
    """Rows of both texts; a '|' marks lines that differ."""
    column = max(20, (width - 3) // 2)
    rows, same = [], True
    for i in range(max(len(left), len(right))):
        a = left[i] if i < len(left) else None
        b = right[i] if i < len(right) else None
        differs = a != b
        same &= not differs
        if max(columns(a), columns(b)) > column:
            # Too wide for two columns: one line when equal, two marked ones when not.
            rows += ['        ' + a] if not differs else ['| exon  ' + (a or '-'), '| linux ' + (b or '-')]
        else:
            rows.append('%s%*s %s %s' % (a or '', column - columns(a), '', '|' if differs else ' ', b or ''))
    return rows, same


def ranges(numbers):
    """'2, 5-7' of [2, 5, 6, 7]."""
    parts = []
    for n in numbers:
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return ', '.join('%d' % a if a == b else '%d-%d' % (a, b) for a, b in parts)


def verdict(exon, linux):
    """The verdict on two (output, exit status), a sentence."""
    a, b = exon[0].splitlines(), linux[0].splitlines()
    wrong = [i + 1 for i in range(max(len(a), len(b))) if a[i:i + 1] != b[i:i + 1]]
    said = 'different in %d of %d lines: %s' % (len(wrong), max(len(a), len(b)), ranges(wrong)) if wrong else (
        'the same: all %d lines%s' % (len(a), ' and the exit status' if exon[1] == linux[1] else ''))
    return said if exon[1] == linux[1] else said + '; exit status %d, Linux %d' % (exon[1], linux[1])


def stack(prog, cmdline):
    """Prints each word and string of the initial stack, with Linux's where it differs and the function that wrote it."""
    data = film.make(prog, cmdline, linux=True)
    symbols = film.Symbols(vm.KERNEL['exon'])
    symbols.look_up({r['who'] + '+0' for r in data['stack']})
    wrong = 0
    for r in data['stack']:
        print('%s %s  %-18s %s' % ('|' if r['linux'] else ' ', r['at'], r['what'], r['text'] or r['value']))
        if r['linux']:
            print('|   linux: %s; written by %s, %s:%d' % (r['linux'], *symbols.known.get(r['who'] + '+0', (r['who'], '?', 0))))
            wrong += 1
    total = len(data['stack'])
    print('different in %d of %d words and strings' % (wrong, total) if wrong else 'the same: all %d words and strings; random bytes are not compared' % total)
    return 1 if wrong or not total else 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--cmdline', default='norandmaps')
    ap.add_argument('--stack', action='store_true', help='compare the initial stack and the auxiliary vector')
    ap.add_argument('--files', action='store_true', help='with the files of tools/files.py')
    ap.add_argument('command', nargs='+')
    a = ap.parse_args()
    script = ' '.join(a.command) + '\n'
    if a.files:
        vm.use_files()
    try:
        missing = prog.on_this_machine(prog.entries(vm.root), script.strip(), vm.folder())
    except prog.NotFound as e:
        missing = str(e)
    if missing:
        sys.exit('compare: ' + missing)
    print('booting Exon and Linux 6.1 to run: %s' % script.strip(), flush=True)
    if a.stack:
        try:
            return stack(script.strip(), a.cmdline)
        except vm.Failed as e:
            sys.exit('compare: %s' % e)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {k: pool.submit(vm.run, k, script, a.cmdline) for k in ('exon', 'linux')}
        try:
            out = {k: j.result() for k, j in jobs.items()}
        except vm.Failed as e:
            sys.exit('compare: %s' % e)
    width = shutil.get_terminal_size((160, 24)).columns
    rows, same = side_by_side(out['exon'][0].splitlines(), out['linux'][0].splitlines(), width)
    column = max(20, (width - 3) // 2)
    print('%-*s   %s' % (column, 'EXON', 'LINUX'))
    print('\n'.join(rows))
    if out['exon'][1] != out['linux'][1]:
        print('| exit status: exon %d, linux %d' % (out['exon'][1], out['linux'][1]))
        same = False
    print(verdict(out['exon'], out['linux']))
    return 0 if same else 1


if __name__ == '__main__':
    sys.exit(main())
