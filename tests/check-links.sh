#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if a program other than evenkeel-solve links GLPK, whose licence would then cover it too, or one
# other than evenkeel-webhook libcurl, since it alone may open outward connections.
set -eu
cd "${EVENKEEL_BUILDDIR:?run me by make check}"
status=0

# only LIBRARY PROGRAM: PROGRAM links LIBRARY, and no other does.
only() {
	for program in evenkeeld evenkeelctl evenkeel-sim evenkeel-solve evenkeel-webhook; do
		links=no
		! readelf -d "$program" | grep -q "NEEDED.*$1" || links=yes
		if [ "$program" = "$2" ] && [ $links = no ]; then
			echo "$program does not link $1: is this check blind?"
			status=1
		elif [ "$program" != "$2" ] && [ $links = yes ]; then
			echo "$program links $1"
			status=1
		fi
	done
}

only libglpk evenkeel-solve
only libcurl evenkeel-webhook
exit $status
