#!/bin/sh
# SPDX-License-Identifier: MIT
# The targets of the Makefiles given, in groups, ordered by use; what each does stands behind its `##`.
set -eu

sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1 \2/p' "$@" | awk -v width="$(tput cols 2>/dev/null || echo 100)" '
BEGIN {
	groups = "Run: run run-vga run-iso iso all|" \
		"Look: compare film film-svg films profile bench|" \
		"Debug: debug gdb record replay debug-test|" \
		"Test: test test-host test-kernel test-gdb test-labs test-hosts twin fuzz prove eva coverage soak|" \
		"Labs: grade predict break break-check|" \
		"Teach: lab grade-class gradescope-zip|" \
		"House: doctor deps container format clean help"
	width = width < 60 ? 60 : width > 120 ? 120 : width
}

{ target = $1; sub(/^[^ ]* /, ""); text[target] = $0 }

# The text of a target, from column 19 on.
function show(target,    n, i, words, line)
{
	line = sprintf("  %-15s", target)
	n = split(text[target], words, " ")
	for (i = 1; i <= n; i++) {
		if (length(line) + length(words[i]) + 1 > width) {
			print line
			line = sprintf("%17s", "")
		}
		line = line " " words[i]
	}
	print line
	delete text[target]
}

function show_group(name, targets,    n, i, list)
{
	print "\n" name
	n = split(targets, list, " ")
	for (i = 1; i <= n; i++)
		if (list[i] in text)
			show(list[i])
}

END {
	print "Exon: make TARGET"
	n = split(groups, group, "|")
	for (g = 1; g <= n; g++) {
		split(group[g], part, ": ")
		show_group(part[1], part[2])
	}
	for (target in text)
		others = others " " target
	if (others)
		show_group("Others", others)
	print "\nDEBUG=1 builds with lock checks; CI=1 turns warnings into errors."
}'
