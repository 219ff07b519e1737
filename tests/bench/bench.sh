#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures, row by row; see doc/benchmarks.md.
#
#	bench.sh short|long
#
# DATA names the folder with the published benchmark sets, ROWS the rows that are wanted (all), OUT
# where the results go (bench/ of the build), PYVRP_PYTHON the Python that has PyVRP. With DOC=1
# the table and the pictures are written to doc/benchmarks/ of the source too.
set -eu
form=${1:-short}
build=${EVENKEEL_BUILDDIR:-.} source=${EVENKEEL_SRCDIR:-.}
here=$source/tests/bench
out=${OUT:-$build/bench}
work=$(mktemp -d "${TMPDIR:-/tmp}/evenkeel-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$out"
results=$out/results.jsonl
. "$here/lib.sh"

for tool in jq awk; do
	have "$tool" || { say "bench: $tool is needed: apt-get install $tool" >&2; exit 2; }
done

vroom= pyvrp=
have vroom && vroom=$(vroom --version 2>/dev/null | sed -n 's/^vroom //p')
for python in ${PYVRP_PYTHON:-pyvrp-python python3}; do
	if [ -z "$pyvrp" ] && have "$python" && "$python" -c 'import pyvrp' 2>/dev/null; then
		pyvrp=$python
	fi
done

# A run of some rows replaces those, and keeps the others'.
if [ -n "${ROWS:-}" ] && [ -f "$results" ]; then
	jq -c --arg rows " $ROWS " 'select((.row // "") as $r | $rows | contains(" \($r) ") | not)
		| select(.machine == null)' "$results" >"$work/kept"
	mv "$work/kept" "$results"
else
	: >"$results"
fi
jq -cn --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
	--arg cores "$(nproc)" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" --arg form "$form" \
	--arg commit "$(git -C "$source" rev-parse --short HEAD 2>/dev/null || echo unknown)" \
	--arg kernel "$(uname -sr)" --arg date "$(date -u +%Y-%m-%d)" \
	--arg vroom "${vroom:-none}" --arg pyvrp "$(
		[ -z "$pyvrp" ] && echo none || "$pyvrp" -c 'import pyvrp; print(getattr(pyvrp, "__version__", "of no version"))'
	)" \
	'{machine: $cpu, cores: ($cores | tonumber), kernel: $kernel, load_before: $load, date: $date,
	commit: $commit, form: $form, vroom: $vroom, pyvrp: $pyvrp}' >>"$results"
jq -r 'select(.machine != null) | "machine: \(.cores) cores of \(.machine), \(.kernel), load \(.load_before)
commit \(.commit), \(.form) form; VROOM \(.vroom), PyVRP \(.pyvrp)"' "$results"

for rows in event city published daemon dynamic; do
	. "$here/rows_$rows.sh"
done

sh "$here/report.sh" "$out"
if [ "${DOC:-}" = 1 ]; then
	mkdir -p "$source/doc/benchmarks"
	cp "$out"/*.md "$out"/*.svg "$out/results.jsonl" "$source/doc/benchmarks/"
fi
say
say "table and pictures: $out"
