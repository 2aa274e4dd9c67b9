#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetch Debian packages and unpack them, unchanged, into a folder.
#
#   fetch-debian.sh CACHE OUT PACKAGE...
#
# CACHE keeps the .deb files, so that a second run needs no network. Documents,
# locales and manual pages stay out: the root tree is unpacked into RAM at boot.
# Status 1: a package could be had neither from the cache nor from the network.
set -eu
cache=$1 out=$2
shift 2
mkdir -p "$cache" "$out"
for p in "$@"; do
	deb=$(ls "$cache/${p}"_*.deb 2>/dev/null | head -n 1 || true)
	if [ -z "$deb" ]; then
		echo "  FETCH $p"
		(cd "$cache" && apt-get download -q "$p" >fetch.log 2>&1) || {
			echo "fetch-debian: cannot download $p (no network, or run 'apt-get update' first):" >&2
			sed 's/^/  /' "$cache/fetch.log" >&2
			exit 1
		}
		deb=$(ls "$cache/${p}"_*.deb | head -n 1)
	fi
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$out" --no-same-owner \
		--exclude './usr/share/*' --exclude './etc/*' --exclude './var/*'
done
