# SPDX-License-Identifier: Apache-2.0
# Generated technician days from scratch: travel, against VROOM and PyVRP; small ones to the proof.

# city TECHNICIANS JOBS SEED: its problem in $work/day.json
city() {
	"$build/tests/bench/make_day" "$1" "$2" "$3" >"$work/day.json"
}

if row exact 'generated days from scratch to the proof: 5/25 and 10/50 and 20/100, 10 s'; then
	for size in '5 25' '10 50' '20 100'; do
		set -- $size
		seeds='1 2 3 4 5 6'
		[ "$form" = short ] && [ "$1" = 20 ] && seeds='1 2'
		for seed in $seeds; do
			city "$1" "$2" "$seed"
			solve evenkeel 10 "$work/day.json" "$work/day-out.json" --prove || continue
			record "$1/$2 seed $seed" evenkeel 10 "$(summary "$work/day-out.json")"
		done
		jq -rs --arg size "$1/$2" '[.[] | select(.row == "exact" and (.case // "" |
			startswith($size)))] | "\($size): proven \(map(select(.proven)) | length) of
			\(length), gap at most \(map(.gap_pct // 100) | max) %, longest
			\(map(.wall_s) | max) s" | gsub("\\s+"; " ")' "$results"
	done
fi

# day TECHNICIANS JOBS SECONDS... -- TOOL...
day() {
	size=$1/$2
	city "$1" "$2" 1
	shift 2
	seconds=
	while [ "$1" != -- ]; do
		seconds="$seconds $1"
		shift
	done
	shift
	for tool in $(peers "$@"); do
		for limit in $seconds; do
			solve "$tool" "$limit" "$work/day.json" "$work/day-out.json" || continue
			found=$(checked "$work/day.json" "$work/day-out.json") || continue
			record "$size" "$tool" "$limit" \
				"$(summary "$work/day-out.json" | jq -c --argjson c "$found" '. + $c')"
			say "$size $tool, limit $limit s: travel $(echo "$found" | jq .cost) s," \
				"unassigned $(echo "$found" | jq .unassigned)," \
				"$(jq -r '"\(.wall_s) s, CPU \(.cpu_s) s, \(.rss_mb) MB"' "$work/measured")"
			case $tool in vroom-*) break ;; esac # it stops when it has finished
		done
	done
}

if row day20 'a generated day 20/100, travel'; then
	day 20 100 1 5 -- evenkeel pyvrp vroom-5
fi
if row day100 'a generated day 100/600 from scratch, travel'; then
	if [ "$form" = short ]; then
		day 100 600 5 20 -- evenkeel pyvrp vroom-0
	else
		day 100 600 5 20 60 -- evenkeel pyvrp vroom-0 vroom-1 vroom-5
	fi
fi
if row day200 'a generated day 200/1,500 from scratch, travel'; then
	if [ "$form" = short ]; then
		day 200 1500 5 -- evenkeel
	else
		day 200 1500 5 20 -- evenkeel vroom-0 vroom-1
	fi
fi
if row day1000 'a generated day 1,000/8,000 from scratch, travel'; then
	if [ "$form" = short ]; then
		day 1000 8000 20 -- evenkeel
	else
		day 1000 8000 20 60 300 -- evenkeel vroom-0
	fi
fi
