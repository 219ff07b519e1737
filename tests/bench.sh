#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures: each row says what it is, the figure, and the command that gives it again.
set -eu
build=${EVENKEEL_BUILDDIR:-.} source=${EVENKEEL_SRCDIR:-.}
work=$(mktemp -d "${TMPDIR:-/tmp}/evenkeel-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
	"load before: $(cut -d' ' -f1 /proc/loadavg)"

if [ -x "$build/tests/bench_solver" ]; then
	echo
	echo "== solver: event re-solves over generated days (tests/bench_solver)"
	"$build/tests/bench_solver"
fi

echo
# The virtual clock waits for background improvement after each event: it is kept short here.
echo "== event to push through the real daemon (evenkeel-sim load --technicians N --open N" \
	"--events N --guideline background_ms=50)"
for size in '20 100 400' '100 600 1000'; do
	set -- $size
	"$build/evenkeel-sim" load --bindir "$build" --technicians "$1" --open "$2" --events "$3" \
		--guideline background_ms=50
	echo
done

echo "== days (evenkeel-sim compare --day FILE --guideline background_ms=100; seed 1)"
for day in boston-2011-09-21 boston-2011-08-28; do
	"$build/evenkeel-sim" compare --bindir "$build" --day "$source/sim/days/$day.csv" \
		--guideline background_ms=100 --json "$work/$day.json"
	echo
done
