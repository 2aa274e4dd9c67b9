#!/bin/sh
# SPDX-License-Identifier: MIT
# container.sh COMMAND: run a shell command in a container that has what Exon needs (Dockerfile), with this folder as /exon.
#
# A second command, such as 'make gdb' beside 'make debug', runs in the container that is already there.
set -eu
cd "$(dirname "$0")/.."
command=$1

for engine in docker podman ''; do
	[ -z "$engine" ] || ! "$engine" info >/dev/null 2>&1 || break
done
if [ -z "$engine" ]; then
	echo "container: neither docker nor podman works here; install one of them and start it (docs/hosts.md)" >&2
	for engine in docker podman; do
		! command -v $engine >/dev/null || { echo "container: '$engine info' says:"; $engine info 2>&1 | tail -n 3; } >&2
	done
	exit 1
fi

name=exon-$(printf '%s' "$PWD" | cksum | tr -dc 0-9)
tty=
[ ! -t 0 ] || tty=-t
if [ -n "$("$engine" ps -q -f "name=^$name\$")" ]; then
	exec "$engine" exec -i $tty "$name" sh -c "$command"
fi
echo "container: $engine builds the image exon-host, the first time for some minutes"
"$engine" build -q -t exon-host . >/dev/null
# What the container writes here must be this user's. Its root is this user already where the engine runs without root, and with
# podman, which may be called docker. A Mac's folders have no sockets.
set -- --rm -i $tty --name "$name" --volume "$PWD:/exon" --security-opt label=disable --env HOME=/tmp
case "$("$engine" --version) $("$engine" info --format '{{.SecurityOptions}}' 2>/dev/null)" in
*podman* | *rootless*) ;;
*) set -- "$@" --user "$(id -u):$(id -g)" ;;
esac
[ "$(uname)" = Linux ] || set -- "$@" --volume exon-build:/exon/build
exec "$engine" run "$@" exon-host sh -c "$command"
