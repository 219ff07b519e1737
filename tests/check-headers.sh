#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if a header does not compile alone, or is not safe to include twice.
# EVENKEEL_COMPILE is the compiler with its flags, as the makefile uses them.
set -eu
: "${EVENKEEL_COMPILE:?run me by make check}"
cd "${EVENKEEL_SRCDIR:-$(dirname "$0")/..}"
status=0
seen=0

for header in proto/*.h solver/*.h solver/format/*.h daemon/*.h ctl/*.h sim/*.h tests/*.h tests/bench/*.h; do
	[ -f "$header" ] || continue
	seen=$((seen + 1))
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		eval "$EVENKEEL_COMPILE -I. -Werror -fsyntax-only -x c -" || {
		echo "    $header does not compile alone"
		status=1
	}
done
echo "$seen headers"
[ $seen -gt 0 ] || status=1
exit $status
