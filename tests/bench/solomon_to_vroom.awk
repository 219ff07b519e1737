# SPDX-License-Identifier: Apache-2.0
# A problem in Solomon's text as VROOM's JSON: all in tenths, distances floor(10 d).
BEGIN { n = 0 }
$1 == "NUMBER" || $1 == "number" { getline; vehicles = $1; capacity = $2; next }
NF == 7 && $1 ~ /^[0-9]+$/ {
	x[n] = $2; y[n] = $3; load[n] = $4; open[n] = 10 * $5; close_[n] = 10 * $6
	service[n] = 10 * $7
	n++
}
# The whole root of a whole number.
function root(v, r) {
	r = int(sqrt(v))
	while (r * r > v)
		r--
	while ((r + 1) * (r + 1) <= v)
		r++
	return r
}
END {
	printf "{\"vehicles\":["
	for (k = 1; k <= vehicles; k++)
		printf "%s{\"id\":%d,\"start_index\":0,\"end_index\":0,\"capacity\":[%d],\"time_window\":[%d,%d]}",
			(k > 1 ? "," : ""), k, capacity, open[0], close_[0]
	printf "],\"jobs\":["
	for (i = 1; i < n; i++)
		printf "%s{\"id\":%d,\"location_index\":%d,\"service\":%d,\"delivery\":[%d],\"time_windows\":[[%d,%d]]}",
			(i > 1 ? "," : ""), i, i, service[i], load[i], open[i], close_[i]
	printf "],\"matrices\":{\"car\":{\"durations\":["
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++)
			printf "%s%d", (j ? "," : (i ? ",[" : "[")),
				root(100 * ((x[i] - x[j]) ^ 2 + (y[i] - y[j]) ^ 2))
		printf "]"
	}
	print "]}}}"
}
