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

# all_but PATTERN: our C files but those that match.
all_but() {
	ls proto/*.[ch] solver/*.[ch] solver/format/*.[ch] daemon/*.[ch] ctl/*.[ch] sim/*.[ch] tests/*.[ch] tests/bench/*.[ch] 2>/dev/null |
		grep -vxE "$1"
}

deny '(solver|daemon|ctl|console|sim)/' 'proto knows nobody of ours' proto/*.[ch]
deny 'sys/(socket|time)\.h' 'proto knows no socket and no clock' proto/*.[ch]
deny '(proto|daemon|ctl|console|sim)/' 'solver knows nobody of ours' solver/*.[ch] solver/format/*.[ch]
deny '(ctl|console|sim)/' 'the daemon knows proto and solver only' daemon/*.[ch]
deny '(solver|daemon|console|sim)/' 'ctl knows proto only' ctl/*.[ch]
deny '(daemon|console)/|ctl/([^c]|c[^l])|solver/([^fpstw]|f[^o]|p[^r]|pr[^o]|s[^o]|t[^er]|w[^o])' \
	'sim knows proto, ctl/client.h and the public headers of the solver' sim/*.[ch]

# main --> conn --> method --> planner --> store --> state, and net beside them
deny '(proto|solver)/|daemon/([^n]|n[^e])' 'net knows nobody and calls back' daemon/net*.[ch]
deny 'daemon/(conn|main)' 'methods are called by conn, not the reverse' daemon/method*.[ch]
deny 'daemon/(conn|main|method)' 'the planner knows no requests' daemon/planner*.[ch]
deny 'daemon/(conn|main|method|planner|net|feed)' 'the store keeps, it does not decide' daemon/store*.[ch]
deny 'daemon/(conn|main|method|planner|net|feed|store|shop|clock)|time\.h|sys/' \
	'the rules are pure: no clock, no I/O' daemon/state*.[ch] daemon/retime*.[ch] daemon/check*.[ch]

deny 'glpk' 'only solver/lp.c knows GLPK' $(all_but 'solver/lp\.c')
deny 'event2/' 'only the loop knows libevent, and the stub receiver of webhooks' \
	$(all_but 'daemon/net.*\.c|sim/receive\.c|tests/webhook_receiver\.c')
deny 'curl/' 'only what evenkeel-webhook is made of knows libcurl' $(all_but 'daemon/webhook_post\.c')
deny 'sqlite3' 'only the store knows SQLite' $(all_but 'daemon/store.*\.c|tests/.*\.c')
exit $status
