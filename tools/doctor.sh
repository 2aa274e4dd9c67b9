#!/bin/sh
# SPDX-License-Identifier: MIT
# Say which tools are here, in which version, beside the one that Exon was tested with.
bad=0
check() {	# name, tested version, command that prints a version
	found=$(sh -c "$3" 2>/dev/null | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
	printf '%-20s %-12s tested with %s\n' "$1" "${found:-MISSING}" "$2"
	[ -n "$found" ] || bad=1
}
check gcc 12.2 'gcc -dumpfullversion'
check ld 2.40 'ld --version'
check make 4.3 'make --version'
check nasm 2.16 'nasm -v'
check qemu-system-x86_64 7.2 'qemu-system-x86_64 --version'
check grub-mkrescue 2.06 'grub-mkrescue --version'
check xorriso 1.5 'xorriso --version 2>/dev/null'
check python3 3.11 '/usr/bin/python3 --version'
check pytest 7.2 '/usr/bin/python3 -m pytest --version 2>&1'
check clang 14.0 'clang --version'
check gdb 13.1 'gdb --version'
if [ -w /dev/kvm ]; then
	echo "KVM                  yes          'make run' uses it; tests and debugging always emulate"
else
	echo "KVM                  no           everything is emulated: slower, otherwise the same"
fi
[ $bad = 0 ] || echo "doctor: 'make deps' installs what is missing"
exit $bad
