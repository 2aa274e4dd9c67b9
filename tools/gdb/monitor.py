# SPDX-License-Identifier: MIT
"""QEMU's own monitor, through GDB's connection."""
import re

import gdb

replaying = None    # not known before the first question


def monitor(command):
    """What QEMU answers to a line of its monitor."""
    return gdb.execute('monitor ' + command, to_string=True).strip()


def instructions():
    """Instructions since the start of a replay; None: this machine is no replay."""
    global replaying
    if replaying is False:
        return None
    m = re.match(r'Replaying.*instruction count = (\d+)', monitor('info replay'))
    replaying = m is not None
    return int(m.group(1)) if m else None
