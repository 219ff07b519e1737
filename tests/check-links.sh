#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if a program other than evenkeel-solve links GLPK, whose licence would then cover it too.
set -eu
cd "${EVENKEEL_BUILDDIR:?run me by make check}"
status=0

links_glpk() {
	readelf -d "$1" | grep -q 'NEEDED.*libglpk'
}

links_glpk evenkeel-solve || { echo 'evenkeel-solve does not link GLPK: is this check blind?'; status=1; }
for program in evenkeeld evenkeelctl evenkeel-sim; do
	if links_glpk "$program"; then
		echo "$program links GLPK"
		status=1
	fi
done
exit $status
