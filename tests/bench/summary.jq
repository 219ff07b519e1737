# What was wanted and what a run found, a line a row: jq -rs -f summary.jq results.jsonl
def mean: add / length;
def median: sort | .[(length - 1) / 2 | floor];
def to(n): . * pow(10; n) | round / pow(10; n);
def of(r): map(select(.row == r));
def line(row; what; target; found): "| `\(row)` | \(what) | \(target) | \(found) |";
def moves: map(.ms // (.wall_s * 1000)) as $ms
	| "\(map(.disturbed) | median), \(map(.disturbed) | max); \(map(.travel_s) | mean | round) s; "
	+ "\($ms | median | to(1)), \($ms | max | to(1)) ms";
. as $all
| "| row | what | target | this run |", "|---|---|---|---|",
($all | of("urgent") | map(select(.tool == "evenkeel" and .budget == 3)) | select(length > 0)
	| line("urgent"; "K = 3: jobs disturbed (median, most), mean travel, time (median, longest)";
		"3 at most; the travel of VROOM warm; 20 ms"; moves)),
($all | of("urgent") | map(select(.tool == "vroom-warm")) | select(length > 0)
	| line("urgent"; "VROOM from the standing routes"; ""; moves)),
($all | of("events") | group_by(.limit_s)[]
	| line("events"; "proven for their scope and budget, limit \(.[0].limit_s * 1000) ms: urgent calls, lost technicians";
		"97 %";
		[map(select(.case | startswith("urgent"))), map(select(.case | startswith("urgent") | not))]
		| map("\(map(.proven) | add) of \(map(.of) | add)") | join(", "))),
($all | of("push")[]
	| line("push"; "\(.case): event to push, p50 and p99"; "10, 50 ms and a fsync";
		"\(.p50_ms | to(1)), \(.p99_ms | to(1)) ms (commit p99 \(.commit_p99_us / 1000 | to(1)))")),
($all | of("exact") | group_by(.case | split(" ")[0])[]
	| line("exact"; "\(.[0].case | split(" ")[0]) from scratch: proven, longest, largest gap";
		{"5/25": "0.1 s", "10/50": "all in 5 s", "20/100": "proven or 1 % in 10 s"}[.[0].case | split(" ")[0]];
		"\(map(select(.proven)) | length) of \(length), \(map(.wall_s) | max | to(2)) s, \(map(.gap_pct) | max | to(1)) %")),
($all | of("solomon50") | select(length > 0)
	| line("solomon50"; "proven, longest"; "all in 10 s";
		"\(map(select(.proven)) | length) of \(length), \(map(.wall_s) | max | to(1)) s")),
($all | of("solomon100") | group_by([.tool, .limit_s])[]
	| line("solomon100"; "\(.[0].tool), \(.[0].limit_s) s: mean gap to the best known";
		(if .[0].tool == "evenkeel" then {"1": "0.5 %", "5": "0.14 %", "20": "0.08 %"}["\(.[0].limit_s)"] else "" end);
		"\(map(.known_gap_pct) | mean | to(3)) % of \(length)")),
($all | map(select(.row | IN("day20", "day100", "day200", "day1000")))[]
	| line(.row; "\(.tool), \(.limit_s) s: travel, memory"; ""; "\(.cost) s, \(.rss_mb | round) MB")),
($all | of("homberger")[] | line("homberger"; "\(.case), \(.tool), \(.limit_s) s: tenths"; ""; "\(.cost)")),
($all | of("trsp") | map(select(.known_gap_pct != null)) | select(length > 0)
	| line("trsp"; "\(.[0].limit_s) s: mean gap to the best known"; "0.3 % at 30 s";
		"\(map(.known_gap_pct) | mean | to(3)) % of \(length)")),
($all | of("real")[]
	| line("real"; "\(.case), \(.limit_s) s: working time, best published"; "equal or better in 60 s";
		"\(.working_time | to(1)), \(.known | to(1)) (unserved \(.unserved), \(.known_unserved))")),
($all | of("trsp_dynamic") | group_by(.share)[]
	| line("trsp_dynamic"; "\(.[0].share) % dynamic: mean rejected"; {"10": "0", "30": "0", "50": "0", "70": "0", "90": "0.1"}["\(.[0].share)"];
		"\(map(.rejected) | mean | to(2)) of \(length) instances")),
($all | of("dvrptw") | group_by(.edit_price)[]
	| line("dvrptw"; "price of an edit \(.[0].edit_price): cost over knowing all, edits"; "";
		"\(map((.cost / .known - 1) * 100) | mean | to(2)) %, \(map(.edits) | mean | to(1))"))
