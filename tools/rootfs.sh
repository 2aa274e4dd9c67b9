#!/bin/sh
# SPDX-License-Identifier: MIT
# Build the root tree and pack it: rootfs.sh OUT.cpio DEBIAN-PACKAGE...
#
# Debian's own programs and our small ones; without network, ours alone.
set -eu
out=$1
shift
tree=build/debian
init="--tree iso/rootfs"
if [ ! -f $tree.complete ]; then
	rm -rf $tree
	if tools/fetch-debian.sh build/debs $tree "$@"; then
		touch $tree.complete
	else
		echo "rootfs: going on without Debian's programs: the shell will be the small one of user/" >&2
		rm -rf $tree
		mkdir -p $tree
	fi
fi
files=
for p in build/user/*; do
	[ -x "$p" ] && files="$files --file usr/local/bin/$(basename "$p"):755=$p"
done
# Busybox's applets by name, where Debian's own program of that name is not in the tree.
if [ -x $tree/bin/busybox ]; then
	for a in $($tree/bin/busybox --list); do
		case $a in busybox | sh | init | linuxrc) continue ;; esac
		[ -e "$tree/bin/$a" ] || [ -e "$tree/usr/bin/$a" ] || [ -e "$tree/sbin/$a" ] || [ -e "$tree/usr/sbin/$a" ] ||
			files="$files --link usr/local/bin/$a=/bin/busybox"
	done
fi
[ -f $tree.complete ] || init="--file init:755=build/user/init --file bin/sh:755=build/user/sh"
echo "  CPIO  $out"
# shellcheck disable=SC2086
tools/mkcpio.py -o "$out" --tree $tree --nodes --dir proc:755 --dir sys:755 --dir tmp:1777 --dir root:700 \
	$files $init
# Without Debian's programs it is only a makeshift: the next make tries again.
[ -f $tree.complete ] || touch -d @0 "$out"
