# SPDX-License-Identifier: Apache-2.0
# The results as tables in Markdown, one a row of the benchmark.
def round_to(n): if type == "number" then (. * n | round / n) else "" end;
def mean: if length == 0 then null else add / length end;
def median: sort | if length == 0 then null else .[length / 2 | floor] end;
def line: "| " + (map(if . == null then "" else tostring end) | join(" | ")) + " |";
def table(head): [(head | line), (head | map("---") | line)] + map(line) | join("\n");
def limit: if .limit_s == null or .limit_s == 0 then "" else "\(.limit_s) s" end;
def section(row; title; body):
	map(select(.row == row)) as $rows
	| if ($rows | length) == 0 then empty
	  elif ($rows | all(.skipped != null)) then "## \(title)\n\nskipped: \($rows[0].skipped)\n"
	  else ($rows | map(select(.skipped == null)) | "## \(title)\n\n\(body)\n") end;
def by_tool(name): group_by([.tool, .limit_s]) | map([.[0].tool, (.[0] | limit), length,
	(map(.[name] | select(. != null)) | mean | round_to(1000)), (map(.proven | select(.)) | length),
	(map(.cpu_s) | mean | round_to(100)), (map(.rss_mb) | max)])
	| table(["tool", "limit", "instances", "mean gap to best known, %", "proven", "mean CPU, s", "most memory, MB"]);
def each: map([.case, .tool, limit, .cost, .bound, (if .proven then "yes" else "" end), .unassigned,
	(.wall_s | round_to(100)), (.cpu_s | round_to(100)), .rss_mb, .work])
	| table(["instance", "tool", "limit", "cost", "bound", "proven", "unserved", "s", "CPU s", "MB", "work"]);

. as $all |
(map(select(.machine != null)) | last | "\(.cores) cores of \(.machine), \(.kernel); commit \(.commit), the "
	+ "\(.form) form, \(.date); load before \(.load_before); VROOM \(.vroom), PyVRP \(.pyvrp).\n"),
section("urgent"; "An urgent call into a running day of 100 technicians and 600 jobs";
	group_by([.tool, .budget]) | map([.[0].tool, (.[0].budget | if . == -1 then "any" else . end), length,
		(map(.disturbed) | median), (map(.disturbed) | max), (map(.unserved) | add),
		(map(.travel_s) | mean | round_to(1)), (map(.ms // (.cpu_s * 1000)) | median | round_to(10)),
		(map(.ms // (.cpu_s * 1000)) | max | round_to(10)), (map(.proven | select(.)) | length)])
	| table(["tool", "K", "events", "disturbed, median", "most", "unserved", "travel, mean s", "median ms",
		"longest ms", "proven"])),
section("events"; "Event re-solves, the solver alone";
	map([.case, .technicians, .budget, "\(.limit_s * 1000) ms", .p50_ms, .p99_ms, .longest_ms,
		.cpu_p50_ms, .cpu_p99_ms, "\(.proven) of \(.of)", .cents])
	| table(["event", "technicians", "K", "limit", "p50 ms", "p99 ms", "longest ms", "CPU p50 ms", "p99 ms",
		"proven", "mean cents"])),
section("scope"; "Scopes against solving over all";
	map([.case, (if .scope == 0 then "8, wider while a call finds no place" else .scope end), .events, .equal, (.loss_cents | round_to(10)), .most_cents, .p50_ms, .p99_ms, .proven])
	| table(["day", "technicians", "events", "as cheap as over all", "mean loss, cents", "most", "p50 ms",
		"p99 ms", "proven"])),
section("quote"; "What an asker waits for";
	map([.case, .tool, .p50_ms, .p99_ms, .max_ms])
	| table(["technicians / open calls", "request", "p50 ms", "p99 ms", "longest ms"])),
section("push"; "Event at the socket to a push, SQLite FULL";
	map([.case, .pushes, .p50_ms, .p99_ms, .commit_p50_us, .commit_p99_us, .proven_share, .over_budget])
	| table(["technicians / open calls", "pushes", "p50 ms", "p99 ms", "commit p50 us", "p99 us",
		"proven, share", "over budget"])),
section("exact"; "Generated days from scratch, to the proof";
	group_by(.case | split(" ")[0]) | map([(.[0].case | split(" ")[0]), length,
		(map(.proven | select(.)) | length), (map(.gap_pct // 100) | max), (map(.wall_s) | median | round_to(100)),
		(map(.wall_s) | max | round_to(100))])
	| table(["technicians / jobs", "days", "proven", "largest gap, %", "median s", "longest s"])),
section("solomon50"; "Solomon 25 and 50, to the proof"; each),
section("solomon100"; "Solomon 100"; by_tool("known_gap_pct")),
section("homberger"; "Homberger 200"; each),
section("trsp"; "TRSP static"; by_tool("known_gap_pct")),
section("real"; "Real technician days";
	map([.case, limit, .working_time, .known, (.known_gap_pct | round_to(1000)), .unserved, .known_unserved])
	| table(["day", "limit", "working time, min", "best published", "gap, %", "unserved", "published"])),
section("trsp_dynamic"; "TRSP dynamic";
	group_by(.share) | map([.[0].share, length, (map(.rejected) | mean | round_to(100)),
		(map(.cost) | mean | round_to(10))])
	| table(["dynamic, %", "instances", "mean rejected", "mean working time"])),
section("dvrptw"; "Dynamic VRPTW, 10 % dynamic";
	group_by(.edit_price) | map([.[0].edit_price, length, (map(.edits) | mean | round_to(10)),
		(map(select(.known > 0) | 100 * (.cost / .known - 1)) | mean | round_to(100))])
	| table(["price of an edit", "instances", "mean edits", "cost over knowing all, %"])),
(["day20", "20/100"], ["day100", "100/600"], ["day200", "200/1,500"], ["day1000", "1,000/8,000"] |
	. as $day | $all | section($day[0]; "Generated day \($day[1]) from scratch, seconds of travel"; each)),
section("storm"; "A replayed day";
	map([.case, .tool, "\(.kept_first) of \(.calls)", .repromised, .reassigned, .eta_moved, .over_budget,
		.driving_s, .overtime_s, .cost_cents])
	| table(["day", "policy", "promises kept as first told", "re-promised", "reassigned", "ETA moved",
		"over budget", "driving s", "overtime s", "cents"]))
