# SPDX-License-Identifier: Apache-2.0
# What the rows of the benchmark share; sourced by bench.sh. Everything lies in $work while it is
# used; each measured run becomes one line of JSON in $results.

have() {
	command -v "$1" >/dev/null 2>&1
}

say() {
	printf '%s\n' "$*"
}

# row NAME WHAT: begins a row. False, with a word of why, if it was not asked for.
row() {
	case " ${ROWS:-$1} " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
	row=$1
	say
	say "== $1: $2"
}

skip() {
	say "skipped: $*"
	jq -cn --arg row "$row" --arg why "$*" '{row: $row, skipped: $why}' >>"$results"
}

# needs_data FOLDER...: false, and said so, if a folder of the benchmark sets is not there.
needs_data() {
	for folder; do
		if [ ! -d "${DATA:-/nonexistent}/$folder" ]; then
			skip "DATA=DIR does not name a folder with $folder/ in it (see doc/benchmarks.md)"
			return 1
		fi
	done
}

# record CASE TOOL LIMIT_S EXTRA: one line of results: what was measured last, and the members of the
# JSON object EXTRA.
record() {
	jq -c --arg row "$row" --arg case "$1" --arg tool "$2" --arg limit "$3" --argjson extra "$4" \
		'{row: $row, case: $case, tool: $tool, limit_s: ($limit | tonumber? // null)} + . + $extra' \
		"$work/measured" >>"$results"
}

# solve TOOL LIMIT_S PROBLEM OUT [OPTION...]: a problem in VROOM's JSON by one of the tools. False if it
# failed. vroom-N: level N, which knows no useful limit of time.
solve() {
	tool=$1 limit=$2 problem=$3 answer=$4
	shift 4
	rm -f "$answer"
	case $tool in
	evenkeel) set -- "$build/evenkeel-solve" --format vroom --time "$limit" --seed 1 "$@" "$problem" ;;
	vroom-*) set -- vroom -t 1 -x "${tool#vroom-}" "$@" -i "$problem" ;;
	pyvrp) set -- $pyvrp "$source/tests/bench/peer_pyvrp.py" "$problem" "$answer" "$limit" 1 ;;
	esac
	if [ "$tool" = pyvrp ]; then
		"$build/tests/bench/measure" "$work/measured" "$@" >"$work/said" 2>&1
	else
		"$build/tests/bench/measure" "$work/measured" "$@" >"$answer" 2>"$work/said"
	fi || { say "$tool failed on $problem: $(head -n 1 "$work/said")"; return 1; }
}

# What a solution in VROOM's JSON says of itself.
summary() {
	jq -c '{cost: .summary.cost, unassigned: .summary.unassigned, bound: .evenkeel.bound,
		gap_pct: (if .evenkeel.gap then 100 * .evenkeel.gap else null end), proven: .evenkeel.proven, work: .evenkeel.work}
		| with_entries(select(.value != null))' "$1"
}

# The same, recomputed for a generated day; an empty answer if a rule is broken.
checked() {
	[ -f "$work/none.json" ] || echo '{"routes":[]}' >"$work/none.json"
	"$build/tests/bench/count_moves" "$1" "$work/none.json" "$2" |
		jq -c '{cost: .travel_s, unassigned: .unserved}'
}

# peers TOOL...: those of the tools that are there.
peers() {
	for tool; do
		case $tool in
		vroom-*) [ -n "$vroom" ] && printf '%s ' "$tool" ;;
		pyvrp) [ -n "$pyvrp" ] && printf '%s ' "$tool" ;;
		*) printf '%s ' "$tool" ;;
		esac
	done
}

# gap VALUE REFERENCE: percent above it.
gap() {
	awk -v v="$1" -v r="$2" 'BEGIN { printf "%.4f", (r > 0 ? 100 * (v - r) / r : 0) }'
}
