#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if our own files break a habit of the house: length, layout, leftovers.
set -eu
cd "${EVENKEEL_SRCDIR:-$(dirname "$0")/..}"
lines_max=900
columns_max=112
status=0

wrong() { # wrong WHY FOUND: shows what was found under a heading, if anything
	[ -z "$2" ] && return
	printf '%s:\n%s\n' "$1" "$2"
	status=1
}

present() { # those of the named files that are there
	ls -d "$@" 2>/dev/null || true
}

code=$(present proto/*.[ch] solver/*.[ch] solver/format/*.[ch] daemon/*.[ch] ctl/*.[ch] sim/*.[ch] tests/*.[ch] tests/bench/*.[ch])
scripts=$(present configure.ac m4/*.m4 Makefile.am quickstart .ci/run tests/*.sh tests/bench/*.sh sim/*.sh)
text=$(present README.md quickstart .ci/run doc/*.* systemd/*.service.in systemd/*/*.conf systemd/*.conf proto/openrpc.json ctl/*.1)
[ -n "$code" ] || { echo 'no source was found'; exit 1; }

wrong "longer than $lines_max lines: give the second job its own file" \
	"$(awk -v max=$lines_max 'FNR == max + 1 { print FILENAME }' $code $scripts)"
wrong "wider than $columns_max columns" \
	"$(for f in $code; do expand "$f" | awk -v max=$columns_max -v f="$f" \
		'length > max { print f ":" NR ": " length }'; done)"
wrong 'without its licence in the first line' \
	"$(for f in $code; do head -n 1 "$f" |
		grep -qxF '/* SPDX-License-Identifier: Apache-2.0 */' || echo "$f"; done)"
wrong 'indented with spaces, or with blanks at the end of a line' \
	"$(grep -nE '^        |[ 	]+$' $code || true)"
wrong 'unfinished' \
	"$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $code $text || true)"
wrong 'a path of one machine' \
	"$(grep -nE '/(home|root|work|Users)/[a-z]|/tmp/b-' $code $text || true)"
wrong 'code for no reader: a test must be able to fail' \
	"$(grep -nE 'assert_true\((1|true)\)|#if 0' $code || true)"
exit $status
