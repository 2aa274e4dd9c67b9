#!/bin/bash
# SPDX-License-Identifier: MIT
# Gradescope runs this once, as root, when it builds the image: packages, the bench, and a boot of each test.
set -eu
base=${AUTOGRADER:-/autograder}
if [ -z "${NO_APT:-}" ]; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update
	apt-get install -y --no-install-recommends $(sed 's/#.*//' "$base/source/packages.txt")
fi
rm -rf "$base/bench"
tar -xJpf "$base/source/bench.tar.xz" -C "$base" --no-same-owner
# A submission runs as nobody: the grader's own archive, other results and the submission itself are not its business.
chmod 711 "$base" "$base/bench"
chmod 700 "$base/source"
# Ends with an error if this image cannot run a test.
/usr/bin/python3 "$base/bench/tools/labs/class/classroom.py" warm
