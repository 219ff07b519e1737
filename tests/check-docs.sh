#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if doc/methods.md is older than the OpenRPC document, or if a man page leaves out
# an option of its program, or that of evenkeelctl a verb.
set -eu
LC_ALL=C
export LC_ALL
builddir=${EVENKEEL_BUILDDIR:-.}
srcdir=${EVENKEEL_SRCDIR:-$(dirname "$0")/..}
man=$srcdir/doc/evenkeelctl.1
status=0

"$builddir/proto/openrpc_doc" | diff - "$srcdir/doc/methods.md" >methods.diff.$$ || {
	sed 20q methods.diff.$$
	echo '    doc/methods.md is old: make methods'
	status=1
}
rm -f methods.diff.$$

# The verbs stand in the help between "Verbs" and the next blank line, two blanks before each.
"$builddir/evenkeelctl" --help | sed -n '/^Verbs/,/^$/s/^  \([a-z].*\)$/\1/p' >verbs.$$
[ "$(wc -l <verbs.$$)" -ge 30 ] || { echo '    the help lists hardly any verbs'; status=1; }
while read -r first second rest; do
	case $second in
	[a-z]*[a-z]) verb="$first $second" ;;
	*) verb=$first ;;
	esac
	grep -qE "^\.It (Ic|Cm) $verb( |\$)" "$man" || {
		echo "    doc/evenkeelctl.1 does not explain: $verb"
		status=1
	}
done <verbs.$$
rm -f verbs.$$

for option in host port token-file json csv timeout help version; do
	grep -q "^\.It Fl Fl $option" "$man" || {
		echo "    doc/evenkeelctl.1 does not explain: --$option"
		status=1
	}
done
# Every option that a program's help lists, or shows in its usage, stands in its man page.
for page in evenkeeld.8 evenkeel-sim.1 evenkeel-solve.1; do
	program=${page%.*}
	"$builddir/$program" --help | grep -oE '(^  |\[|  evenkeel-[a-z]* )--[a-z-]+' |
		sed 's/.*--//' >options.$$
	[ -s options.$$ ] || { echo "    the help of $program lists no options"; status=1; }
	while read -r option; do
		grep -qE "^\.It .*Fl (Fl |-)$option( |\$)" "$srcdir/doc/$page" || {
			echo "    doc/$page does not explain: --$option"
			status=1
		}
	done <options.$$
	rm -f options.$$
done
exit $status
