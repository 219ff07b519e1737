/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_day TECHNICIANS JOBS SEED [clustered]: a generated technician day as a VROOM problem on
 * standard output.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/city.h"

static void
print_vehicle(const struct city *c, int32_t k)
{
	const char *comma = "";

	printf("%s{\"id\":%d,\"start_index\":%d,\"end_index\":%d,\"skills\":[", k > 0 ? "," : "",
	    (int)k + 1, (int)k, (int)k);
	for (int s = 1; s <= CITY_SKILLS; s++)
		if (c->tech[k].skills & 1U << s) {
			printf("%s%d", comma, s);
			comma = ",";
		}
	printf("],\"time_window\":[0,%d]}", CITY_SHIFT_S);
}

static void
print_job(const struct city *c, int32_t i)
{
	const struct job *j = &c->job[i];

	printf("%s{\"id\":%d,\"location_index\":%d,\"service\":%d,\"skills\":[%d]", i > 0 ? "," : "",
	    (int)i + 1, (int)(c->techs + i), (int)j->service_s, (int)j->skill);
	if (j->open_s >= 0)
		printf(",\"time_windows\":[[%d,%d]]", (int)j->open_s,
		    (int)j->open_s + CITY_WINDOW_S);
	putchar('}');
}

int
main(int argc, char **argv)
{
	struct city c;

	if (argc < 4) {
		fputs("usage: make_day TECHNICIANS JOBS SEED [clustered]\n", stderr);
		return 2;
	}
	city_init(&c, atoi(argv[1]), atoi(argv[2]), (uint32_t)strtoul(argv[3], NULL, 10),
	    argc > 4 && strcmp(argv[4], "clustered") == 0);
	fputs("{\"vehicles\":[", stdout);
	for (int32_t k = 0; k < c.techs; k++)
		print_vehicle(&c, k);
	fputs("],\"jobs\":[", stdout);
	for (int32_t i = 0; i < c.jobs; i++)
		print_job(&c, i);
	fputs("],", stdout);
	city_print_matrix(&c, stdout);
	putchar('}');
	city_done(&c);
	return 0;
}
