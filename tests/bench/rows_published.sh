# SPDX-License-Identifier: Apache-2.0
# Published instances against their best known values.

# best_known FILE: of shortest distance, arcs truncated to a tenth.
best_known() {
	awk -F, -v file="$1" '$1 == file && $3 == "min total distance" && $4 ~ /truncated/ { print $5; exit }' \
		"$DATA/solomon/bks.csv"
}

# solomon FILE LIMIT TOOL [OPTION...]: one run, recorded with its gap.
solomon() {
	name=$(basename "$1") known=$(best_known "$(basename "$1")")
	file=$1 limit=$2 tool=$3
	shift 3
	if [ "$tool" = evenkeel ]; then
		"$build/tests/bench/measure" "$work/measured" "$build/evenkeel-solve" --format solomon \
			--time "$limit" --seed 1 "$@" "$file" >"$work/out.json" 2>"$work/said" ||
			{ say "$name: $(head -n 1 "$work/said")"; return 0; }
	else
		awk -f "$here/solomon_to_vroom.awk" "$file" >"$work/in.json"
		solve "$tool" "$limit" "$work/in.json" "$work/out.json" || return 0
	fi
	[ "$(jq .summary.unassigned "$work/out.json")" = 0 ] ||
		{ say "$name $tool at $limit s: not all served"; return 0; }
	cost=$(jq .summary.cost "$work/out.json")
	record "$name" "$tool" "$limit" "$(summary "$work/out.json" | jq -c --arg known "$known" \
		--argjson gap "$([ -n "$known" ] && gap "$cost" "$(awk -v v="$known" 'BEGIN { print 10 * v }')" || echo null)" \
		'. + {known: ($known | tonumber? // null), known_gap_pct: $gap}')"
}

means() {
	jq -rs --arg row "$1" '[.[] | select(.row == $row and .tool != null)] | group_by([.tool, .limit_s])[] |
		"\(.[0].tool) at \(.[0].limit_s) s: \(length) instances, mean gap to best known "
		+ "\(map(.known_gap_pct | select(. != null)) | if length > 0 then (add / length * 1000 | round / 1000) else "-" end) %, proven "
		+ "\(map(select(.proven)) | length), mean CPU \(map(.cpu_s) | add / length * 100 | round / 100) s"' "$results"
}

# The first n files of those named, or all in the long form.
some() {
	most=$1
	shift
	[ "$form" = long ] && most=1000
	n=0
	for file; do
		[ -f "$file" ] && [ "$n" -lt "$most" ] && printf '%s ' "$file"
		n=$((n + 1))
	done
}

if row solomon50 'Solomon 25 and 50 to the proof, 10 s' && needs_data solomon; then
	for file in $(some 9 "$DATA"/solomon/R1*.25.txt "$DATA"/solomon/C1*.25.txt \
		"$DATA"/solomon/RC1*.25.txt "$DATA"/solomon/R1*.50.txt "$DATA"/solomon/C1*.50.txt \
		"$DATA"/solomon/RC1*.50.txt); do
		solomon "$file" 10 evenkeel --prove
		jq -r 'select(.row == "solomon50")' "$results" | jq -rs 'last |
			"\(.case): \(.cost), bound \(.bound), \(if .proven then "proven" else "open" end), \(.wall_s) s"'
	done
fi
if row solomon100 'Solomon 100, gap to the best known, one thread' && needs_data solomon; then
	limits='1 5'
	[ "$form" = long ] && limits='1 5 20'
	for tool in $(peers evenkeel pyvrp vroom-5); do
		for limit in $limits; do
			for file in $(some 6 "$DATA"/solomon/*.100.txt); do
				solomon "$file" "$limit" "$tool"
			done
			case $tool in vroom-*) break ;; esac
		done
	done
	means solomon100
fi
if row homberger 'Homberger 200' && needs_data solomon; then
	limit=20
	[ "$form" = short ] && limit=10
	for tool in $(peers evenkeel pyvrp vroom-5); do
		for file in $(some 2 "$DATA"/solomon/*.200.txt); do
			solomon "$file" "$limit" "$tool"
		done
	done
	jq -rs '[.[] | select(.row == "homberger" and .tool != null)] | group_by(.case)[] |
		"\(.[0].case): \(map("\(.tool) \(.cost)") | join(", "))"' "$results"
fi

# trsp FILE LIMIT KNOWN UNSERVED UNIT: working time against the best known.
trsp() {
	name=$(basename "$1" .txt)
	"$build/tests/bench/measure" "$work/measured" "$build/evenkeel-solve" --format trsp --time "$2" \
		--seed 1 "$1" >"$work/out.json" 2>"$work/said" ||
		{ say "$name: $(head -n 1 "$work/said")"; return 0; }
	value=$(jq .working_time "$work/out.json")
	record "$name" evenkeel "$2" "$(jq -c --arg known "$3" --arg left "$4" --argjson gap \
		"$([ -n "$3" ] && gap "$value" "$3" || echo null)" '{working_time, unserved: (.unserved | length),
		known: ($known | tonumber? // null), known_unserved: ($left | tonumber? // null),
		known_gap_pct: $gap, bound: .evenkeel.bound, proven: .evenkeel.proven, work: .evenkeel.work}' \
		"$work/out.json")"
	say "$name at $2 s: $value, best known ${3:-none}; unserved $(jq '.unserved | length' "$work/out.json")," \
		"best known ${4:-0}"
}

if row trsp 'TRSP static (Pillac), working time' && needs_data trsp/static; then
	limit=30
	[ "$form" = short ] && limit=10
	for file in $(some 4 "$DATA"/trsp/static/*.txt); do
		trsp "$file" "$limit" "$(awk -F, -v n="$(basename "$file" .txt)" '$1 == n { print $2 }' \
			"$DATA/trsp/reference.csv")" 0
	done
	means trsp
fi
if row real 'real technician days, working time' && needs_data trsp-real; then
	limit=60
	[ "$form" = short ] && limit=10
	for file in $(some 3 "$DATA"/trsp-real/[RU]?.txt); do
		name=$(basename "$file" .txt)
		trsp "$file" "$limit" "$(awk -F, -v n="$name" '$1 == n { print $5 }' "$DATA/trsp-real/reference.csv")" \
			"$(awk -F, -v n="$name" '$1 == n { print $4 }' "$DATA/trsp-real/reference.csv")"
	done
fi
