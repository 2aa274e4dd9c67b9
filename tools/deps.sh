#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what tools/packages.txt names and this machine lacks; say so first.
# Without network or rights: say what is missing and go on; the build tells the rest.
set -u
here=$(cd "$(dirname "$0")" && pwd)
missing=
for p in $(sed 's/#.*//' "$here/packages.txt"); do
	dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -q '^installed$' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || {
	echo "deps: this is not Debian; please install the equivalents of:$missing" >&2
	exit 0
}
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "Installing, once, from Debian:$missing"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { $sudo apt-get -o Acquire::Retries=3 update && $sudo -E apt-get -o Acquire::Retries=3 install -y --no-install-recommends $missing; } >"$log" 2>&1; then
	echo "deps: apt-get could not install them; its last words:" >&2
	tail -n 5 "$log" | sed 's/^/  /' >&2
	echo "deps: going on with what is here (try '$sudo apt-get install$missing' by hand)" >&2
fi
rm -f "$log"
