/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_quote TECHNICIANS CALLS QUOTES: how long an asker waits, measured at the socket of a real
 * daemon in virtual time: call.quote, call.book of its first option, a refused call.book without a
 * deadline, and order.preview of three wanted calls. One line of JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "solver/clock.h"
#include "solver/rng.h"
#include "tests/story.h"

enum { SAMPLES_MAX = 2000, SPREAD_UDEG = 180000, MINUTES_APART = 1 };

struct series {
	const char *name;
	int64_t us[SAMPLES_MAX];
	size_t n;
};

static struct series quotes = { .name = "quote" }, books = { .name = "book" },
		     refusals = { .name = "refusal" }, orders = { .name = "order" };

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
percentile_ms(struct series *s, size_t pct)
{
	if (s->n == 0)
		return 0;
	qsort(s->us, s->n, sizeof(s->us[0]), by_size);
	return (double)s->us[(s->n - 1) * pct / 100] / 1000;
}

static void
note(struct series *s, int64_t from_us)
{
	if (s->n < SAMPLES_MAX)
		s->us[s->n++] = clock_us() - from_us;
}

static double
around(struct rng *rng, double middle)
{
	return middle + ((double)rng_below(rng, 2 * SPREAD_UDEG) - SPREAD_UDEG) / 1e6;
}

static json_t *
need(struct rng *rng, const char *due)
{
	json_t *j = story_need("Evans", around(rng, 42.35), around(rng, -71.08), due,
	    30 + (int)rng_below(rng, 31));

	json_object_set_new(j, "severity",
	    json_string(rng_below(rng, 4) == 0 ? "urgent" : "routine"));
	return j;
}

static void
open_day(struct story *s, struct rng *rng, int techs, int calls)
{
	static const char *const due[] = { "11:00", "13:00", "15:00", "17:00", "+1 17:00" };
	char id[16];

	story_open(s);
	for (int k = 0; k < techs; k++) {
		snprintf(id, sizeof(id), "t%d", k + 1);
		story_technician(s, id, around(rng, 42.35), around(rng, -71.08), 2);
	}
	for (int i = 0; i < calls; i++)
		story_booked(s, need(rng, due[rng_below(rng, 5)]));
	story_at(s, "08:00");
	for (int k = 0; k < techs; k++) {
		snprintf(id, sizeof(id), "t%d", k + 1);
		story_starts(s, id);
	}
	story_at(s, "08:05");
}

static void
ask(struct story *s, struct rng *rng)
{
	static const char *const due[] = { "09:30", "11:00", "14:00", "16:30" };
	struct client_error refused = { 0 };
	json_t *params = need(rng, due[rng_below(rng, 4)]), *wanted = json_array();
	int64_t from = clock_us();
	json_t *quote = harness_ok(s->desk, "call.quote", params);
	const json_t *option = story_member(quote, "options.0.quote");

	note(&quotes, from);
	if (option != NULL) {
		params = json_pack("{s:O}", "quote", (json_t *)option);
		from = clock_us();
		harness_do(s->desk, "call.book", params);
		note(&books, from);
	}
	json_decref(quote);
	params = need(rng, NULL);
	from = clock_us();
	harness_refused(s->desk, "call.book", params, RPC_NO_DEADLINE, &refused);
	note(&refusals, from);
	client_error_done(&refused);
	for (int i = 0; i < 3; i++)
		json_array_append_new(wanted, need(rng, due[i + 1]));
	from = clock_us();
	harness_do(s->desk, "order.preview", json_pack("{s:o}", "wanted", wanted));
	note(&orders, from);
}

int
main(int argc, char **argv)
{
	int techs = argc > 1 ? atoi(argv[1]) : 100, calls = argc > 2 ? atoi(argv[2]) : 600;
	int wanted = argc > 3 ? atoi(argv[3]) : 200;
	struct series *all[] = { &quotes, &books, &refusals, &orders };
	struct story s;
	struct rng rng = { 1 };

	open_day(&s, &rng, techs, calls);
	for (int i = 0; i < wanted; i++)
		ask(&s, &rng);
	printf("{\"technicians\":%d,\"calls\":%d,\"quotes\":%d", techs, calls, (int)quotes.n);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		printf(",\"%s_ms\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", all[i]->name,
		    percentile_ms(all[i], 50), percentile_ms(all[i], 99),
		    percentile_ms(all[i], 100));
	printf("}\n");
	harness_done(&s.h);
	return 0;
}
