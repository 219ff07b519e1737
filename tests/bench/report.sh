#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# report.sh FOLDER: of its results.jsonl, a table for each row (table.md), one of what was wanted and
# what was found (summary.md), and pictures (*.svg).
set -eu
out=$1
here=$(dirname "$0")
jq -rs -f "$here/table.jq" "$out/results.jsonl" >"$out/table.md"
jq -rs -f "$here/summary.jq" "$out/results.jsonl" >"$out/summary.md"

if ! command -v gnuplot >/dev/null 2>&1; then
	echo "no pictures: gnuplot is missing (apt-get install gnuplot-nox)"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/evenkeel-plot.XXXXXX")
trap 'rm -rf "$work"' EXIT
style='set terminal svg size 720,440 font "sans-serif,13" background rgb "white"
set border 3; set tics nomirror; set grid ytics lc rgb "#dddddd"; set key top right
set style line 1 lc rgb "#0b6e99" lw 2.5 pt 7 ps 0.8
set style line 2 lc rgb "#c4572a" lw 2 pt 5 ps 0.8
set style line 3 lc rgb "#7a5195" lw 2 pt 9 ps 0.9
set style line 4 lc rgb "#6b7b3a" lw 2 pt 11 ps 0.9'

# series FILE FILTER: blocks of "x y" with a title each, for "index"; false if there is nothing.
series() {
	jq -rs "$2"' | group_by(.title) | map("\"" + .[0].title + "\"\n" + (sort_by(.x) |
		map("\(.x) \(.y)") | join("\n"))) | join("\n\n\n")' "$out/results.jsonl" >"$work/$1"
	[ -s "$work/$1" ] && [ "$(wc -l <"$work/$1")" -gt 1 ]
}

# plot FILE OUT.svg TITLE X Y [SETTING...]: each block of FILE a line with points.
plot() {
	file=$work/$1 picture=$out/$2 title=$3 x=$4 y=$5
	shift 5
	blocks=$(grep -c '^"' "$file")
	gnuplot <<-END
		$style
		set output "$picture"
		set title "$title"
		set xlabel "$x"
		set ylabel "$y"
		$(printf '%s\n' "$@")
		plot for [n = 0:$((blocks - 1))] "$file" index n using 1:2 with linespoints ls n + 1 title columnheader(1)
	END
}

if series gap '[.[] | select(.row == "solomon100" and .known_gap_pct != null)] |
	group_by([.tool, .limit_s]) | map({title: .[0].tool, x: (if .[0].tool | startswith("vroom")
	then (map(.wall_s) | add / length) else .[0].limit_s end),
	y: (map(.known_gap_pct) | add / length)})'; then
	plot gap gap-over-time.svg 'Solomon 100: mean gap to the best known values' 'seconds, one thread' \
		'gap, %' 'set logscale x' 'set yrange [0:*]'
fi
if series days '[.[] | select(.row == "day100" and .cost != null and .unassigned == 0)] |
	map({title: .tool, x: .wall_s, y: .cost})'; then
	plot days day-over-time.svg 'A generated day, 100 technicians and 600 jobs, from scratch' 'seconds' \
		'travel, s' 'set logscale x'
fi
# Each event against our plan that disturbs nobody, so that few events compare with many.
if series calm '[.[] | select(.row == "urgent" and .tool != null)] | group_by(.case) | map((map(select(.budget == 0)) |
	.[0].travel_s) as $calm | .[] | . + {more: (100 * (.travel_s / $calm - 1))}) |
	group_by([.tool, .budget]) |
	map({title: (if .[0].tool == "evenkeel" then "evenkeel, K = 0, 1, 2, 3, 5, any" else .[0].tool end),
	x: (map(.disturbed) | add / length), y: (map(.more) | add / length)})'; then
	plot calm disturbance.svg 'An urgent call into a running day of 100 / 600' \
		'jobs disturbed, mean' 'travel against disturbing nobody, %' 'set xrange [0:*]'
fi
if series edits '([.[] | select(.row == "dvrptw" and .share == 10 and .known > 0)] | group_by(.edit_price) |
	map({title: "evenkeel", x: (map(.edits) | add / length),
	y: (map(100 * (.cost / .known - 1)) | add / length)})) +
	([[36.6, 1.2], [20.1, 1.6], [17.7, 2.6], [13.4, 5.0], [10.0, 10.7]] |
	map({title: "published (2012)", x: .[0], y: .[1]}))'; then
	plot edits edits.svg 'Dynamic VRPTW, 10 % dynamic' 'edits of the plan of the start, mean' \
		'cost over knowing all from the start, %' 'set yrange [0:*]'
fi
if series latency '[.[] | select(.row == "push")] | map(. as $r | {title: "event to push, p50",
	x: (.case | split("/")[1] | tonumber), y: .p50_ms}, {title: "event to push, p99",
	x: (.case | split("/")[1] | tonumber), y: .p99_ms})'; then
	plot latency latency.svg 'Event at the socket to a push, by open calls' 'open calls' 'ms' \
		'set yrange [0:*]'
fi
