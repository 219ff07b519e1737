#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if an #include runs against the arrows of doc/architecture.md.
set -eu
cd "${EVENKEEL_SRCDIR:-$(dirname "$0")/..}"
status=0

# deny WHAT WHY FILES...: none of FILES may include what the pattern WHAT matches.
deny() {
	what=$1 why=$2
	shift 2
	if grep -nEs "^[[:space:]]*#[[:space:]]*include[[:space:]]*[\"<]($what)" "$@"; then
		echo "    $why"
		status=1
	fi
}

deny '(solver|daemon|ctl|console|sim)/' 'proto knows nobody of ours' proto/*.[ch]
deny 'event|sqlite3|sys/(socket|time)\.h' 'proto knows no socket, clock or database' proto/*.[ch]
deny '(proto|daemon|ctl|console|sim)/|event2/|sqlite3' 'solver knows nobody of ours' solver/*.[ch]
deny '(ctl|console|sim)/' 'the daemon knows proto and solver only' daemon/*.[ch]
deny '(solver|daemon|console|sim)/' 'ctl knows proto only' ctl/*.[ch]
deny '(daemon|ctl|console)/|solver/([^t]|t[^r])' 'sim knows proto and solver/travel.h' sim/*.[ch]
deny 'glpk' 'only solver/lp.c knows GLPK' \
	$(ls proto/*.[ch] solver/*.[ch] daemon/*.[ch] ctl/*.[ch] sim/*.[ch] tests/*.[ch] 2>/dev/null |
		grep -vx 'solver/lp\.c')
exit $status
