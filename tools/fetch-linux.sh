#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetch Debian's stock Linux 6.1 (linux-image-cloud-amd64), the oracle of all comparisons.
#
#   fetch-linux.sh CACHE OUT        leaves OUT/vmlinuz and OUT/version
set -eu
cache=$1 out=$2
[ -s "$out/vmlinuz" ] && exit 0
mkdir -p "$cache" "$out"
deb=$(ls "$cache"/linux-image-6.1*cloud*.deb 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$deb" ]; then
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image-6/ { print $2; exit }')
	[ -n "$package" ] || {
		echo "fetch-linux: apt knows no linux-image-cloud-amd64 (run 'apt-get update'; Debian 12 is needed)" >&2
		exit 1
	}
	echo "  FETCH $package"
	(cd "$cache" && apt-get download -q "$package" >fetch.log 2>&1) || {
		echo "fetch-linux: cannot download $package:" >&2
		sed 's/^/  /' "$cache/fetch.log" >&2
		exit 1
	}
	deb=$(ls "$cache"/linux-image-6.1*cloud*.deb | sort -V | tail -n 1)
fi
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$out" --strip-components=2 --wildcards './boot/vmlinuz-*'
mv "$out"/vmlinuz-* "$out/vmlinuz"
basename "$deb" .deb >"$out/version"
