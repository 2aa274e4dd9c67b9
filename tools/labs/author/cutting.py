# SPDX-License-Identifier: MIT
"""Cut bodies of functions out of C source, and put them back.

The signature of a function stays. Its body becomes a stub that panics with a
clear message, and its contract replaces the comment above it. This works on the
text, because putting the function back must restore the same bytes.
"""
import re

STUB = '{\n\tpanic("lab %d: %s in %s is yours to write");\n}'


class CutError(Exception):
    """The function is not there, or there twice; the text says which."""


def skip_token(text, i):
    """The index behind the comment, string or character that begins at @i, or behind text[i]."""
    if text.startswith('/*', i):
        return text.index('*/', i) + 2
    if text.startswith('//', i):
        return text.index('\n', i)
    if text[i] in '"\'':
        end = i + 1
        while text[end] != text[i]:
            end += 2 if text[end] == '\\' else 1
        return end + 1
    return i + 1


def matching(text, i):
    """The index behind the bracket that closes the one at @i."""
    depth = 0
    while True:
        if text[i] in '({[':
            depth += 1
        elif text[i] in ')}]':
            depth -= 1
            if not depth:
                return i + 1
        i = skip_token(text, i)


def definition(text, name):
    """(start, brace, end) of function @name: its signature, its body's opening brace, behind its body."""
    found = []
    for m in re.finditer(r'^[A-Za-z_][^\n;={}#/]*?\b%s\(' % re.escape(name), text, re.M):
        behind = matching(text, m.end() - 1)
        brace = re.compile(r'\s*').match(text, behind).end()
        if text[brace] == '{':
            found.append((m.start(), brace, matching(text, brace)))
    if len(found) != 1:
        raise CutError('%s: %d definitions found, expected one' % (name, len(found)))
    return found[0]


def body_range(text, name):
    """(start, end) of the body of function @name, braces included."""
    return definition(text, name)[1:]


def comment_range(text, name):
    """(start, end) of the comment directly above function @name; both are the function's start if there is none."""
    start = definition(text, name)[0]
    if text[:start].endswith('*/\n'):
        comment = text.rindex('/*', 0, start)
        if comment == 0 or text[comment - 1] == '\n':
            return comment, start
    return start, start


def as_comment(text):
    """A contract as the comment above its function."""
    lines = [' * ' + line if line else ' *' for line in text.strip('\n').split('\n')]
    return '/*\n%s\n */\n' % '\n'.join(lines)


def body(text, name):
    start, end = body_range(text, name)
    return text[start:end]


def replace_body(text, name, new):
    start, end = body_range(text, name)
    return text[:start] + new + text[end:]


def cut(text, path, names, lab, contracts=()):
    """@text with the bodies of @names replaced by stubs of @lab, and the comments by the @contracts (name -> text)."""
    for name in names:
        start, end = body_range(text, name)
        # A body on the signature's own line moves to the next, where every other stub stands.
        at = start
        while text[at - 1] in ' \t':
            at -= 1
        gap = '' if text[at - 1] == '\n' else '\n'
        text = text[:at] + gap + STUB % (lab, name, path) + text[end:]
        if name in contracts:
            start, end = comment_range(text, name)
            text = text[:start] + as_comment(contracts[name]) + text[end:]
    return text


def put_back(text, finished, names):
    """@text with @names, body and comment, as they are in @finished."""
    for name in names:
        start, end = comment_range(finished, name)
        comment = finished[start:end]
        start, end = comment_range(text, name)
        text = text[:start] + comment + text[end:]

        start, end = body_range(finished, name)
        at = start
        while finished[at - 1] in ' \t\n':
            at -= 1
        mine, mine_end = body_range(text, name)
        while text[mine - 1] in ' \t\n':
            mine -= 1
        text = text[:mine] + finished[at:end] + text[mine_end:]
    return text
