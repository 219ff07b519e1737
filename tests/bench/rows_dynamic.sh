# SPDX-License-Identifier: Apache-2.0
# Published dynamic sets, played release by release (evenkeel-sim dynamic).

# dynamic SET OPTION...: its results, one line of JSON each, into $work/dynamic
dynamic() {
	"$build/evenkeel-sim" dynamic --set "$@" --data "$DATA" --json "$work/dynamic.json" >"$work/said" 2>&1 ||
		{ say "evenkeel-sim dynamic: $(head -n 1 "$work/said")"; return 1; }
	cat "$work/said"
}

if row trsp_dynamic 'TRSP dynamic: requests rejected, by share of dynamic requests' &&
	needs_data trsp/dynamic; then
	set -- --time 0.25 --start 10
	[ "$form" = short ] && set -- "$@" --only C101
	if dynamic trsp "$@"; then
		jq -c '.[] | {row: "trsp_dynamic", case: .instance, tool: "evenkeel", share, requests,
			rejected, cost: .working_time, seconds}' "$work/dynamic.json" >>"$results"
	fi
fi
if row dvrptw 'dynamic VRPTW: cost against edits of the plan of the start, 10 % dynamic' &&
	needs_data dvrptw solomon; then
	set -- --time 0.25 --start 10 --share 10
	[ "$form" = short ] && set -- "$@" --only C103
	if dynamic dvrptw "$@" --edit-price 0.2,0.6,1.5,4,10,100; then
		jq -c '.[] | {row: "dvrptw", case: .instance, tool: "evenkeel", share, edit_price, edits,
			cost: .distance, known: .distance_all_known, seconds}' "$work/dynamic.json" >>"$results"
	fi
fi
