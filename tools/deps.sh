#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh [GROUP...]: install what tools/packages.txt lists for these groups (without an argument: for all but eva) and
# this machine lacks; say so first. Once everything is there it does nothing and says nothing.
# Status 1: something is missing without which the target does not work; nothing should be built then.
set -u
here=$(cd "$(dirname "$0")" && pwd)
groups=${*:-run vga iso debug files fuzz grade test}
gave_up=$here/../build/debs/optional-packages	# names that could not be installed; only a plain deps.sh tries them again
case $(uname -m) in x86_64 | amd64) processor=@x86_64 ;; *) processor=@other ;; esac

say() { echo "deps: $*" >&2; }

# The lines of the groups, one package a line: "name other-name : text".
lines() {
	for group in $groups; do
		sed -n "/ @/{/ $processor/!d;};s/ @[a-z0-9_]*//;s/|//g;s/^${group}[[:space:]]*//p" "$here/packages.txt"
	done
}

installed() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' '
}

# Of the lines on standard input those of which no name is installed.
missing() {
	have=" $(installed)"
	while read -r line; do
		for name in ${line%% :*}; do
			case $have in *" $name "*) continue 2 ;; esac
		done
		echo "$line"
	done
}

# Of these packages those that this release has. apt-cache reads all lists each time: half a second.
known() {
	apt-cache policy "$@" 2>/dev/null | sed -n '/^[^ ]*:$/{s/:$//;h;};/Candidate: [^(]/{x;p;}' | tr '\n' ' '
}

# For each line the name by which this release has its package; without apt's lists, the first one.
names() {
	rows=$(cat)
	# shellcheck disable=SC2046
	known=" $(known $(echo "$rows" | sed 's/ :.*//'))"
	echo "$rows" | while read -r line; do
		found=
		for name in ${line%% :*}; do
			case $known in *" $name "*) found=${found:-$name} ;; esac
		done
		echo "${found:-${line%% *}}"
	done | tr '\n' ' '
}

# What stands for the packages where there is no apt, or where they came from elsewhere: "name command", the command fails
# where it is missing.
probes() {
	cross=
	[ $processor = @x86_64 ] || cross=x86_64-linux-gnu-
	cat <<-END
		run	${cross}gcc	command -v ${cross}gcc
		run	${cross}ld	command -v ${cross}ld
		run	make	command -v make
		run	nasm	command -v nasm
		run	python3	command -v python3
		run	gpgv	command -v gpgv
		run	qemu-system-x86_64	command -v qemu-system-x86_64
		vga	QEMU-with-GTK	qemu-system-x86_64 -display help | grep -E 'gtk|sdl'
		iso	grub-mkrescue	command -v grub-mkrescue
		iso	xorriso	command -v xorriso
		iso	mtools	command -v mformat
		iso	xz	command -v xz
		debug	gdb	command -v gdb || command -v gdb-multiarch
		debug	qemu-img	command -v qemu-img
		files	pyelftools	/usr/bin/python3 -c 'import elftools'
		fuzz	clang	command -v clang
		eva	frama-c	command -v frama-c
		grade	gcc	command -v gcc
		grade	cmocka	gcc -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h -include cmocka.h -E -x c -
		grade	pyelftools	/usr/bin/python3 -c 'import elftools'
		test	pyelftools	/usr/bin/python3 -c 'import elftools'
		test	pytest	/usr/bin/python3 -c 'import pytest'
		test	git	command -v git
	END
}

programs_missing() {
	probes | while read -r group name command; do
		case " $groups " in *" $group "*) sh -c "$command" >/dev/null 2>&1 </dev/null || printf ' %s' "$name" ;; esac
	done
}

# A user who has a password for sudo is asked for it; one who is in none of its groups has none.
may_install() {
	[ "$(id -u)" = 0 ] && return
	sudo=sudo
	command -v sudo >/dev/null || return
	sudo -n true 2>/dev/null && return
	id -nG | grep -qwE 'sudo|wheel|admin' && sudo -v
}

apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

# Where nothing that the system runs on is replaced, dpkg need not wait for the disk after each file.
install() {
	fast=
	apt-get -s install --no-install-recommends "$@" 2>/dev/null | grep -q '^Inst [^ ]* \[' ||
		fast='-o Dpkg::Options::=--force-unsafe-io'
	# shellcheck disable=SC2086
	apt $fast install -y --no-install-recommends "$@"
}

for group in $groups; do
	grep -q "^${group}[[:space:]]" "$here/packages.txt" || { say "tools/packages.txt has no group $group"; exit 2; }
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	without=$(programs_missing)
	[ -n "$without" ] || exit 0
	say "this is no Debian or Ubuntu; please install:$without"
	say "docs/hosts.md has the commands for some systems; 'make container' needs docker or podman only."
	exit 1
fi

wanted=$(lines | missing)
[ $# = 0 ] || [ ! -f "$gave_up" ] || wanted=$(echo "$wanted" | grep -vxF -f "$gave_up")
[ -n "$wanted" ] || exit 0

sudo=
if [ -n "${OFFLINE:-}" ] && [ "$OFFLINE" != 0 ]; then
	say "OFFLINE=1: nothing is installed"
elif ! may_install; then
	[ -n "$(programs_missing)" ] || exit 0	# all are here, though not from packages
	say "these packages are missing, and this user may not install them. The line for an administrator (root):"
	echo >&2
	echo "    apt-get update && apt-get install -y --no-install-recommends $(echo "$wanted" | names)" >&2
	echo >&2
	say "nothing was built"
	exit 1
else
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	echo "Installing, once: $(echo "$wanted" | sed 's/ .*//' | tr '\n' ' ')"
	apt update >"$log" 2>&1
	# shellcheck disable=SC2046
	install $(echo "$wanted" | names) >>"$log" 2>&1 ||
		for name in $(echo "$wanted" | names); do	# so that one does not stop the others
			install "$name" >>"$log" 2>&1
		done
fi

left=$(echo "$wanted" | missing)
[ -n "$left" ] || exit 0
say "could not be installed: $(echo "$left" | sed 's/ .*//' | tr '\n' ' ')"
echo "$left" | sed -n 's/^\([^ ]*\).* : \(.*\)/    without \1: \2/p' >&2
if [ -n "${log:-}" ]; then
	say "the last words of apt-get:"
	tail -n 5 "$log" | sed 's/^/    /' >&2
	mkdir -p "$(dirname "$gave_up")"
	echo "$left" | grep ' : ' >>"$gave_up"
fi
needed=$(echo "$left" | grep -v ' : ' | sed 's/ .*//' | tr '\n' ' ')
[ -z "$needed" ] || { say "this target does not work without: $needed"; exit 1; }
