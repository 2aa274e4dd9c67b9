# SPDX-License-Identifier: MIT
"""What make compare prints: columns, and what it says at its end."""
import compare


def test_verdict():
    assert compare.verdict(('a\nb\n', 0), ('a\nb\n', 0)) == 'the same: all 2 lines and the exit status'
    assert compare.verdict(('a\n', 0), ('a\n', 3)) == 'the same: all 1 lines; exit status 0, Linux 3'
    assert compare.verdict(('a\nb\nx\ny\n', 0), ('a\nc\nx\nz\nk\n', 0)) == 'different in 3 of 5 lines: 2, 4-5'


def test_columns_stand_below_each_other():
    """A colour takes no column of the terminal."""
    rows, same = compare.side_by_side(['plain', '\033[30;43mrw-p\033[0m', '\033[0m' + 'x' * 20], ['plain', 'b', '\033[0m' + 'x' * 20], 43)
    assert not same and rows == ['plain' + ' ' * 15 + '   plain', '\033[30;43mrw-p\033[0m' + ' ' * 16 + ' | b', '\033[0m' + 'x' * 20 + '   \033[0m' + 'x' * 20]
