# SPDX-License-Identifier: Apache-2.0
# Through the real daemon: event to push, and whole days replayed.

# push TECHNICIANS OPEN EVENTS
push() {
	set -- "$@" "$build/evenkeel-sim" load --bindir "$build" --technicians "$1" --open "$2" \
		--events "$3" --guideline background_ms=50 --quiet --json "$work/load.json"
	size=$1/$2
	shift 3
	"$build/tests/bench/measure" "$work/measured" "$@" >"$work/said" 2>&1 ||
		{ say "$size: $(head -n 1 "$work/said")"; return 0; }
	record "$size" evenkeel 0 "$(jq -c '{pushes, p50_ms: .event_to_push_ms.p50,
		p99_ms: .event_to_push_ms.p99, solve_p99_ms: .solve_ms.p99, commit_p50_us: .commit_us.p50,
		commit_p99_us: .commit_us.p99, proven_share, over_budget}' "$work/load.json")"
	jq -r --arg size "$size" '"\($size): \(.pushes) pushes of \(.events) events, p50
		\(.event_to_push_ms.p50) ms, p99 \(.event_to_push_ms.p99) ms; commit p50 \(.commit_us.p50) us,
		p99 \(.commit_us.p99) us; proven \(.proven_share * 100 | round) %" | gsub("\\s+"; " ")' \
		"$work/load.json"
}

if row push 'event at the socket to a push at a subscriber (evenkeel-sim load)'; then
	push 20 100 300
	push 100 600 "$([ "$form" = long ] && echo 1000 || echo 300)"
fi

# quote TECHNICIANS OPEN QUOTES
quote() {
	size=$1/$2
	(cd "$build" && tests/bench/measure "$work/measured" tests/bench_quote "$@") \
		>"$work/quote.json" 2>"$work/said" ||
		{ say "$size: $(head -n 1 "$work/said")"; return 0; }
	for what in quote refusal book order; do
		record "$size" "$what" 0 "$(jq -c --arg what "$what" '.["\($what)_ms"] | {p50_ms: .p50,
			p99_ms: .p99, max_ms: .max}' "$work/quote.json")"
		jq -r --arg size "$size" --arg what "$what" '.["\($what)_ms"] |
			"\($size) \($what): p50 \(.p50) ms, p99 \(.p99) ms, worst \(.max) ms"' "$work/quote.json"
	done
}

if row quote 'what an asker waits for at the socket (tests/bench_quote TECHNICIANS OPEN QUOTES)'; then
	quote 20 100 100
	quote 100 600 "$([ "$form" = long ] && echo 300 || echo 100)"
fi

if row storm 'a replayed day, each policy in the same world (evenkeel-sim compare)'; then
	day=boston-2011-09-21
	[ "$form" = long ] && day=boston-2011-08-28
	set -- --policy evenkeel --policy nearest --policy fixed
	[ -n "$vroom" ] && set -- "$@" --policy 'exec:vroom -t 1 -x 1'
	"$build/evenkeel-sim" compare --bindir "$build" --day "$source/sim/days/$day.csv" "$@" \
		--guideline background_ms=30 --json "$work/days.json" || say "compare failed"
	jq -c --arg day "$day" '(if type == "array" then . else .results // [.] end)[] | {row: "storm",
		case: $day, tool: .policy, calls, served, kept_first: .promises.kept_first,
		made: .promises.made, repromised: .disturbance.repromised,
		reassigned: .disturbance.reassigned, eta_moved: .disturbance.eta_moved,
		over_budget: .disturbance.over_budget, driving_s, overtime_s, cost_cents,
		p50_ms: .event_to_push_ms.p50, p99_ms: .event_to_push_ms.p99}' "$work/days.json" \
		>>"$results" || true
fi
