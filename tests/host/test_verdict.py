# SPDX-License-Identifier: MIT
"""What make compare says at its end."""
import compare


def test_verdict():
    assert compare.verdict(('a\nb\n', 0), ('a\nb\n', 0)) == 'the same: all 2 lines and the exit status'
    assert compare.verdict(('a\n', 0), ('a\n', 3)) == 'the same: all 1 lines; exit status 0, Linux 3'
    assert compare.verdict(('a\nb\nx\ny\n', 0), ('a\nc\nx\nz\nk\n', 0)) == 'different in 3 of 5 lines: 2, 4-5'
