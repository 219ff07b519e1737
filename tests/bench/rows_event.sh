# SPDX-License-Identifier: Apache-2.0
# Events in a running day: whom they disturb, what they cost, how long they take.

# The day of 100 technicians and 600 jobs, and a good plan of it: made once, by ourselves.
running_day() {
	"$build/tests/bench/make_day" 100 600 1 >"$work/day.json"
	if [ ! -s "$work/day-plan.json" ]; then
		solve evenkeel 20 "$work/day.json" "$work/day-plan.json"
	fi
}

# urgent NUMBER BUDGETS: the event, ours at each budget, VROOM from its standing routes and from nothing.
urgent() {
	"$build/tests/bench/make_event" 100 600 1 "$work/day-plan.json" "$1" "$work/event"
	for budget in $2; do
		"$build/tests/bench/time_solves" "$budget" 20 "$work/event.json" "$work/event-out.json" \
			>"$work/measured" || continue
		after evenkeel "$1" "$work/event-plan.json" "\"budget\": $budget"
	done
	[ -n "$vroom" ] || return 0
	# VROOM's own times of the standing routes, so that its way of timing is not counted.
	vroom -c -t 1 -i "$work/event-before.json" >"$work/event-vroom.json"
	solve vroom-5 0 "$work/event.json" "$work/event-out.json" &&
		after vroom-warm "$1" "$work/event-vroom.json" '"level": 5'
	if [ "$1" -le "$scratch" ]; then
		jq -c 'del(.vehicles[].steps)' "$work/event.json" >"$work/event-cold.json"
		solve "vroom-$scratch_level" 0 "$work/event-cold.json" "$work/event-out.json" &&
			after vroom-scratch "$1" "$work/event-vroom.json" "\"level\": $scratch_level"
	fi
}

# after TOOL NUMBER BEFORE MEMBERS
after() {
	counted=$("$build/tests/bench/count_moves" "$work/event.json" "$3" "$work/event-out.json") ||
		return 0
	record "event $2" "$1" 0 "$(echo "$counted" | jq -c ". + {$4}")"
}

if row urgent 'an urgent call into a running day of 100 technicians and 600 jobs'; then
	events=10 scratch=2 scratch_level=1 budgets='0 1 2 3 5 -1'
	[ "$form" = long ] && events=100 scratch=6 scratch_level=5
	running_day
	for event in $(seq "$events"); do
		urgent "$event" "$budgets"
	done
	jq -rs '
		def median: sort | if length == 0 then null else .[length / 2 | floor] end;
		[.[] | select(.row == "urgent")] | group_by([.tool, .budget])[] |
		"\(.[0].tool)\(if .[0].budget then ", K = \(.[0].budget)" else "" end): \(length) events, "
		+ "disturbed median \(map(.disturbed) | median), most \(map(.disturbed) | max); "
		+ "unserved \(map(.unserved) | add); mean travel \(map(.travel_s) | add / length | floor) s; "
		+ "ms \(map(.ms // .cpu_s * 1000) | median), longest \(map(.ms // .cpu_s * 1000) | max)"
		' "$results"
fi

if row events 'event re-solves over generated days, the solver alone (tests/bench_solver ROW LIMIT_MS)'; then
	days=2
	[ "$form" = long ] && days=5
	for limit in 25 500; do
		BENCH_DAYS=$days "$build/tests/bench_solver" -1 "$limit" >"$work/events"
		cat "$work/events"
		# | event | fleet | m | K | calls | p50 | p99 | max | CPU p50 | p99 | n of n | chosen |
		# unserved | cents |
		awk -F'|' -v limit="$limit" 'NR > 2 {
			for (i = 2; i < NF; i++)
				gsub(/^ +| +$/, "", $i)
			split($12, share, / of +/)
			gsub(/ /, "", $3)
			printf "{\"row\":\"events\",\"case\":\"%s %s\",\"tool\":\"evenkeel\",\"limit_s\":%g," \
				"\"technicians\":%d,\"budget\":%d,\"p50_ms\":%g,\"p99_ms\":%g," \
				"\"longest_ms\":%g,\"cpu_p50_ms\":%g,\"cpu_p99_ms\":%g,\"proven\":%d," \
				"\"of\":%d,\"cents\":%d}\n", $2, $3, limit / 1000, $4, $5, $7, $8, $9, $10,
				$11, share[1], share[2], $15
		}' "$work/events" >>"$results"
	done
fi

if row scope 'which technicians an event concerns: each size of scope against all (tests/bench_scope)'; then
	"$build/tests/bench_scope" "$([ "$form" = long ] && echo 100 || echo 20)" >"$work/scope"
	cat "$work/scope"
	jq -Rc 'fromjson? | {row: "scope"} + .' "$work/scope" >>"$results"
fi
