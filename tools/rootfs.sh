#!/bin/sh
# SPDX-License-Identifier: MIT
# Build the root tree and pack it: rootfs.sh OUT.cpio FOLDER
#
# Debian's own programs, which lie in the folder, and our small ones; without Debian's, ours alone.
set -eu
out=$1
tree=$2
init="--tree iso/rootfs"
if [ ! -d $tree ]; then
	echo "rootfs: Debian's programs are not here: the shell will be the small one of user/" >&2
	init="--file init:755=build/user/init --file bin/sh:755=build/user/sh"
	tree=build/no-debian
	mkdir -p $tree
fi
files=
for p in build/user/*; do
	# In a tree of whole packages sh is Debian's.
	[ -h $tree/bin ] && [ "$p" = build/user/sh ] && continue
	[ -x "$p" ] && files="$files --file usr/local/bin/$(basename "$p"):755=$p"
done
# Busybox's applets by name, where Debian's own program of that name is not in the tree.
if [ -f $tree/bin/busybox ]; then
	for a in $(tools/debian.py applets $tree/bin/busybox); do
		case $a in busybox | sh | init | linuxrc) continue ;; esac
		[ -e "$tree/bin/$a" ] || [ -e "$tree/usr/bin/$a" ] || [ -e "$tree/sbin/$a" ] || [ -e "$tree/usr/sbin/$a" ] ||
			files="$files --link usr/local/bin/$a=/bin/busybox"
	done
fi
echo "  CPIO  $out"
# shellcheck disable=SC2086
tools/mkcpio.py -o "$out" --tree $tree --nodes --dir proc:755 --dir sys:755 --dir tmp:1777 --dir root:700 \
	--link dev/fd=/proc/self/fd --link dev/stdin=/proc/self/fd/0 --link dev/stdout=/proc/self/fd/1 \
	--link dev/stderr=/proc/self/fd/2 $files $init
