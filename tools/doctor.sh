#!/bin/sh
# SPDX-License-Identifier: MIT
# Say which tools are here, in which version, beside the one that Exon was tested with; then the same of the packages
# in the guest. Status 1: something is missing that 'make run' needs.
here=$(cd "$(dirname "$0")" && pwd)
cross=
case $(uname -m) in x86_64 | amd64) ;; *) cross=x86_64-linux-gnu- ;; esac
bad=0 missing=
check() {	# name, tested versions, group, command that prints a version
	found=$(sh -c "$4" 2>/dev/null | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
	printf '%-26s %-14s tested with %-14s for make %s\n' "$1" "${found:-MISSING}" "$2" "$3"
	[ -n "$found" ] && return
	missing="$missing $1"
	[ "$3" != run ] || bad=1
}
check "${cross}gcc" '12.2, 14.2' run "${cross}gcc -dumpfullversion"
check "${cross}ld" '2.40, 2.44' run "${cross}ld --version"
check make '4.3, 4.4' run 'make --version'
check nasm 2.16 run 'nasm -v'
check python3 '3.11, 3.13' run '/usr/bin/python3 --version'
check gpgv '2.2, 2.4' run 'gpgv --version'
check qemu-system-x86_64 '7.2, 10.0' run 'qemu-system-x86_64 --version'
check grub-mkrescue '2.06, 2.12' iso 'grub-mkrescue --version'
check xorriso 1.5 iso 'xorriso --version 2>/dev/null'
check gdb '13.1, 16.3' gdb 'gdb --version'
check qemu-img '7.2, 10.0' debug 'qemu-img --version'
check clang '14.0, 19.1' fuzz 'clang --version'
check pytest '7.2, 8.3' test '/usr/bin/python3 -m pytest --version 2>&1'
check pyelftools '0.29, 0.32' grade '/usr/bin/python3 -c "import elftools; print(elftools.__version__)"'
kvm=$(/usr/bin/python3 -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import qemu; print(qemu.kvm("build/exon.elf"))' "$here" 2>/dev/null)
case $kvm in
works) said="'make run' uses it; tests and debugging always emulate" ;;
untried) said="'make run' tries it with the kernel, which is not built yet" ;;
fails) said="/dev/kvm is there, but Exon does not boot with it: everything is emulated" ;;
*) kvm=no said="everything is emulated: slower, otherwise the same" ;;
esac
printf '%-26s %-14s %s\n' KVM "$kvm" "$said"
echo
if [ -f build/guest.manifest ]; then
	echo "In the guest, from Debian 12 (build/guest.manifest):"
	while read -r use name version; do
		[ "$use" != linux ] || name='linux-image-6.1.*-cloud-amd64'
		tested=$(sed -n "s/^$use $name //p" "$here/guest.tested")
		printf '%-10s %-38s %-26s %s\n' "$use" "$name" "$version" "$([ "$version" = "$tested" ] && echo "as tested" ||
			echo "tested with ${tested:-none}")"
	done <build/guest.manifest
else
	echo "Nothing of the guest has been fetched yet (build/guest.manifest)."
fi
[ -z "$missing" ] || echo "doctor: missing:$missing; 'make deps' installs it, and each target what it needs"
exit $bad
