# SPDX-License-Identifier: MIT
"""/proc/exec_trace.jsonl of fifty programs obeys docs/exec_trace.schema.json."""
import base64
import collections
import gzip
import json
import os
import re

import vm

with open(os.path.join(vm.TOP, 'docs', 'exec_trace.schema.json'), encoding='utf-8') as f:
    SCHEMA = json.load(f)
PROGRAMS = [
    '/bin/true', '/bin/false', '/bin/echo x', '/bin/cat /etc/passwd', '/bin/ls /', '/bin/date', '/bin/uname -a', '/bin/pwd', '/bin/sleep 0', '/bin/stty',
    '/bin/mkdir d', '/bin/rmdir d', '/bin/touch f', '/bin/cp f g', '/bin/mv g h', '/bin/ln f i', '/bin/rm h i', '/bin/chmod 600 f', '/bin/df', '/bin/sync',
    '/bin/bash -c true', '/bin/bash -c "(exit 3)"', '/bin/bash -c "echo a | cat"', '/bin/dash -c true', '/bin/sh -c "exec /bin/true"',
    '/bin/busybox true', '/bin/busybox ls', '/bin/busybox ps', '/bin/busybox sh -c true', '/bin/busybox sed p f', '/bin/busybox awk "BEGIN { print 1 }"',
    '/bin/busybox vi --help', '/bin/busybox gzip f', '/bin/busybox gunzip f.gz', '/bin/busybox md5sum f', '/bin/busybox nice true', '/bin/busybox env true',
    '/usr/local/bin/showstack a', '/usr/local/bin/showmaps', '/usr/local/bin/two', '/usr/bin/seq 3', '/usr/bin/wc f', '/usr/bin/sort f',
    '/usr/bin/env A=1 true', '/usr/bin/env -i /bin/true', '/usr/bin/id', '/usr/bin/head f', '/usr/bin/tac f',
    'printf "#!/bin/sh\\n" >s; chmod +x s; ./s', 'printf "#!/bin/nothing\\n" >n; chmod +x n; ./n', 'printf x >e; chmod +x e; /bin/busybox env ./e',
    'printf "\\177ELF\\2\\1\\1" >b; chmod +x b; ./b']
GROUP = 5
TYPES = {'object': dict, 'string': str, 'integer': int, 'array': list}


def faults(schema, value):
    """What of @value is not as @schema says: the words of JSON Schema that it uses, and no others."""
    if '$ref' in schema:
        return faults(SCHEMA['$defs'][schema['$ref'].split('/')[-1]], value)
    if 'oneOf' in schema:
        found = [faults(s, value) for s in schema['oneOf']]
        return [] if found.count([]) == 1 else ['%d of the forms fit: %s' % (found.count([]), min(found, key=len))]
    unknown = set(schema) - {'$schema', '$comment', '$defs', 'title', 'description', 'type', 'const', 'enum', 'pattern', 'minimum', 'maximum', 'maxLength',
                             'minItems', 'maxItems', 'items', 'required', 'properties'}
    assert not unknown, unknown
    if 'type' in schema and (not isinstance(value, TYPES[schema['type']]) or isinstance(value, bool)):
        return ['%r is no %s' % (value, schema['type'])]
    bad = [word for word, broken in (
        ('const', lambda limit: value != limit), ('enum', lambda limit: value not in limit), ('pattern', lambda limit: not re.search(limit, value)),
        ('minimum', lambda limit: value < limit), ('maximum', lambda limit: value > limit), ('maxLength', lambda limit: len(value) > limit),
        ('minItems', lambda limit: len(value) < limit), ('maxItems', lambda limit: len(value) > limit),
        ('required', lambda limit: set(limit) - set(value))) if word in schema and broken(schema[word])]
    found = ['%r: %s %s' % (value, word, schema[word]) for word in bad]
    for item in value if 'items' in schema else ():
        found += faults(schema['items'], item)
    for name in set(schema.get('properties', ())) & set(value if isinstance(value, dict) else ()):
        found += faults(schema['properties'][name], value[name])
    return found


def test_the_validator_finds_faults():
    good = {'version': 1, 'lost_stages': 0, 'lost_events': 2}
    assert not faults(SCHEMA, good)
    for bad in ({**good, 'version': 2}, {'version': 1}, {**good, 'lost_events': -1}, {**good, 'lost_stages': '0'}, [], {**good, 'lost_stages': True}):
        assert faults(SCHEMA, bad), bad


def test_fifty_programs():
    """The ring holds the records of a few programs; they come through the serial line compressed."""
    groups = [PROGRAMS[i:i + GROUP] for i in range(0, len(PROGRAMS), GROUP)]
    script = 'cd /tmp; >f; ' + ''.join('{ %s; } >out 2>&1 </dev/null\n' % '; '.join(g) + 'echo @@; /bin/busybox gzip -c </proc/exec_trace.jsonl | base64\n'
                                       for g in groups)
    text, _ = vm.run('exon', script, seconds=240)
    dumps = [gzip.decompress(base64.b64decode(part)).decode() for part in text.split('@@\n')[1:]]
    assert len(dumps) == len(groups)
    seen, last = collections.Counter(), {'seq': 0, 'event': 0}
    for dump, group in zip(dumps, groups):
        head, *rows = map(json.loads, dump.splitlines())
        assert not faults(SCHEMA, head) and head['lost_events'] <= last['event'], 'records were lost: make GROUP smaller'
        for r in rows:
            key = 'seq' if 'seq' in r else 'event'
            if r[key] <= last[key]:
                continue        # seen in the dump before
            assert not faults(SCHEMA, r), (group, faults(SCHEMA, r))
            seen[r.get('stage') or r.get('kind')] += 1
            last[key] = r[key]
    assert len(PROGRAMS) >= 50 and seen['mm-init'] > 60 and seen['file'] > 1000
    words = set(SCHEMA['$defs']['stage']['properties']['stage']['enum'] + SCHEMA['$defs']['event']['properties']['kind']['enum'])
    # No thread is faster than another in these programs, and none writes to a shared mapping.
    assert words - set(seen) <= {'again', 'shared', 'move'}, words - set(seen)
