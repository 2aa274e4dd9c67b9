#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads "nm -n" of a linked kernel, writes the table of its functions as nasm source:
# see include/kallsyms.h. Empty input gives an empty table, for the first link.
LC_ALL=C awk '
function hex(s,  i, v) {
	v = 0
	for (i = length(s) - 7; i <= length(s); i++)	# the low 32 bits; the image is smaller
		v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return v
}
$3 == "_text" { base = hex($1) }
$3 == "_etext" { end = hex($1) }
$2 ~ /^[tT]$/ && $3 !~ /^_e?text$|^[.]/ { addr[n] = hex($1); name[n++] = $3 }
END {
	print "global kallsyms_count, kallsyms_table, kallsyms_names"
	print "section .kallsyms progbits alloc noexec nowrite align=8"
	for (i = 0; i < n; i++)
		if (addr[i] >= base && addr[i] < end) {
			table = table sprintf("\tdd %d, %d\n", addr[i] - base, at)
			names = names sprintf("\tdb \"%s\", 0\n", name[i])
			at += length(name[i]) + 1
			count++
		}
	printf "kallsyms_count: dd %d\n\talign 8\n", count
	printf "kallsyms_table:\n%s\tdd 0, 0\n", table
	printf "kallsyms_names:\n%s\tdb 0\n", names
}'
