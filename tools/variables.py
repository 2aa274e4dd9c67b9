#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check the variables on make's command line: otherwise make ignores a misspelt one without a message.

  variables.py MAKEFILE... -- GOAL... -- NAME=VALUE...

The line of a target in 'make help' has its variables. Prints what is wrong, of the goals too, or nothing.
"""
import difflib
import os
import re
import sys

EVERYWHERE = {'CI', 'OFFLINE', 'DEBIAN_MIRROR', 'DEBIAN_SECURITY_MIRROR', 'EXON_CACHE'}
NUMBER = 'a number'
VALUES = {'RAM': (r'[1-9]\d*', 'a number of MiB'), 'SECONDS': (r'[1-9]\d*', NUMBER), 'RUNS': (r'[1-9]\d*', NUMBER), 'JOBS': (r'[1-9]\d*', NUMBER), 'SEED': (r'\d+', NUMBER),
          'N': (r'\d+', 'the number of a lab'), 'LAB': (r'\d+', 'the number of a lab'), 'EARLIER': ('cut', "'cut' or nothing"),
          'SHOW': ('stack', "'stack' or nothing"), 'UEFI': ('1', "'1' or nothing"), 'KVM': ('1|no', "'1', 'no' or nothing"), 'DEBUG': ('1', "'1' or nothing"), 'KASAN': ('1', "'1' or nothing"), 'ALONE': ('no', "'no' or nothing"), 'HIDE_EXPECTED': ('yes', "'yes' or nothing"),
          'ROOT': (r'[a-z0-9][a-z0-9+.-]*( +-?[a-z0-9][a-z0-9+.-]*)*', "'full', or names of packages of Debian 12,"),
          'OFFLINE': ('[01]', "'1' or nothing")}


def read(paths):
    """({target: the variables that it takes}, all names that the Makefiles know)."""
    taken, known = {}, set(EVERYWHERE)
    for path in paths:
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for target, help_line in re.findall(r'^([a-z-]+):[^#\n]*## (.*)', text, re.M):
            taken[target] = set(re.findall(r'\b([A-Z][A-Z0-9_]*)=', help_line))
            known |= taken[target]
        known |= set(re.findall(r'\$\(([A-Z][A-Z0-9_]*)\)', text)) | set(re.findall(r'^([A-Z][A-Z0-9_]*)\s*[:?+]?=', text, re.M))
    return taken, known


def rules(paths):
    """The plain names that stand before a colon."""
    found = set()
    for path in paths:
        with open(path, encoding='utf-8') as f:
            found.update(word for line in re.findall(r'^([a-z][a-z -]*):(?!=)', f.read(), re.M) for word in line.split())
    return found


def names(variables):
    return ', '.join(v + '=' for v in sorted(variables)) or 'none'


def wrong_name(name, goals, taken, known):
    """What to say of a variable that the goals do not take, or ''."""
    helped = set().union(*taken.values())
    takes = set().union(*(taken[g] for g in goals if g in taken))
    if name in takes | EVERYWHERE or name in known - helped or not any(g in taken for g in goals) and name in known:
        return ''
    target = 'make ' + ' '.join(goals)
    if name in known:
        return '%s takes no %s=; it takes: %s. %s= is for: %s' % (
            target, name, names(takes), name, ', '.join(sorted(t for t in taken if name in taken[t])))
    near = difflib.get_close_matches(name, sorted(takes or helped), 1, 0.5)
    return '%s=: there is no such variable%s; %s takes: %s' % (
        name, ', is %s= meant?' % near[0] if near else '', target, names(takes))


def wrong_goal(goal, taken, rules):
    if goal in taken or goal in rules or os.path.exists(goal) or re.match('(do|built|prepare)-|build/', goal):
        return ''
    near = difflib.get_close_matches(goal, sorted(taken), 1, 0.5)
    return "there is no target %s%s; 'make help' lists them" % (goal, ', is %s meant' % near[0] if near else '')


def wrong_value(name, value, least):
    if '\n' in value:
        return '%s= has more than one line' % name
    pattern, wanted = VALUES.get(name, ('(?s).*', ''))
    if not re.fullmatch(pattern + '|', value):
        return '%s=%s: %s is wanted' % (name, value, wanted)
    if name == 'RAM' and value and least and int(value) < int(least):
        return 'RAM=%s: the root tree and the kernel need at least %s MiB' % (value, least)
    return ''


def main(words):
    cuts = [i for i, w in enumerate(words) if w == '--'][:2]
    paths, goals, given = words[:cuts[0]], words[cuts[0] + 1:cuts[1]], words[cuts[1] + 1:]
    taken, known = read(paths)
    values = dict(g.split('=', 1) for g in given)
    least = values.pop('LEAST_RAM', '')
    for error in filter(None, (wrong_goal(g, taken, rules(paths)) for g in goals)):
        print(error)
        return
    for name, value in values.items():
        error = wrong_name(name, goals or ['help'], taken, known) or wrong_value(name, value, least)
        if error:
            print(error)
            return


if __name__ == '__main__':
    main(sys.argv[1:])
