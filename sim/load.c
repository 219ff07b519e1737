/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"
#include "sim/draw.h"
#include "sim/replay.h"

enum {
	TECHNICIANS = 100,
	MORE_WITHIN_S = 7 * 3600, /* calls beyond those open at first come in over this */
	WARM_UP_S = 1200,         /* measured from so long after the shifts begin */
	SPREAD_UDEG = 90000,      /* about 10 km */
};

/* 2026-03-12 08:00 in Boston: any ordinary day. */
static const int64_t begin_s = INT64_C(1773316800);

struct counting {
	volatile int stop;
	volatile int *stopped; /* by a signal */
	int64_t from_s;
	int32_t events, wanted;
};

static void
make_call(struct sim_call *c, int32_t i, int32_t open, const struct draw *dr)
{
	static const struct {
		const char *skill;
		int32_t duration_s;
	} kinds[] = { { "lifts", 2700 }, { "doors", 1800 }, { "heating", 3600 }, { "power", 2700 },
		{ "alarms", 1500 } };
	int32_t kind, lot;

	snprintf(c->id, sizeof(c->id), "L%d", (int)i + 1);
	kind = draw_below(dr, "kind", c->id, 5);
	lot = draw_below(dr, "severity", c->id, 20);
	snprintf(c->kind, sizeof(c->kind), "%s", kinds[kind].skill);
	snprintf(c->skill, sizeof(c->skill), "%s", kinds[kind].skill);
	snprintf(c->customer, sizeof(c->customer), "customer %d", (int)i + 1);
	c->level = 1;
	/* Of those that come during the day most are urgent: that is what disturbs. */
	c->severity = i < open ? (lot < 3 ? SEV_URGENT : SEV_ROUTINE)
	    : lot < 1          ? SEV_TRAPPED
	    : lot < 4          ? SEV_EMERGENCY
	    : lot < 14         ? SEV_URGENT
			       : SEV_ROUTINE;
	c->site.lat_udeg = 42350000 + (int32_t)(SPREAD_UDEG * draw_normal(dr, "lat", c->id));
	c->site.lon_udeg = -71080000 +
	    (int32_t)(1.35 * SPREAD_UDEG * draw_normal(dr, "lon", c->id));
	c->duration_s = kinds[kind].duration_s;
	c->opened_s = begin_s - 3600;
	if (i >= open)
		c->opened_s = begin_s + 60 + draw_below(dr, "when", c->id, MORE_WITHIN_S);
	c->known_s = c->opened_s;
	c->within_s = c->severity >= SEV_EMERGENCY ? 7200
	    : c->severity == SEV_URGENT            ? 14400
						   : 172800;
}

static int
make_day(const struct options *o, struct replay *r, char *why, size_t why_size)
{
	struct draw dr;
	int32_t more = o->events;
	int rc;

	memset(r, 0, sizeof(*r));
	r->options = *o;
	draw_init(&dr, o->seed);
	if (o->open + more > DAY_CALLS_MAX)
		more = DAY_CALLS_MAX - o->open;
	r->day.call = calloc((size_t)(o->open + more), sizeof(*r->day.call));
	r->day.used = calloc((size_t)rule_count(), sizeof(*r->day.used));
	if (r->day.call == NULL || r->day.used == NULL)
		return -ENOMEM;
	snprintf(r->day.name, sizeof(r->day.name), "load");
	snprintf(r->day.zone, sizeof(r->day.zone), "America/New_York");
	snprintf(r->day.date, sizeof(r->day.date), "2026-03-12");
	rc = when_midnight(begin_s, r->day.zone, &r->day.midnight_s);
	if (rc < 0) {
		snprintf(why, why_size, "%s is no time zone of this machine: install tzdata",
		    r->day.zone);
		return rc;
	}
	for (r->day.calls = 0; r->day.calls < o->open + more; r->day.calls++)
		make_call(&r->day.call[r->day.calls], r->day.calls, o->open, &dr);
	rc = fleet_make(&r->day, o->technicians != 0 ? o->technicians : TECHNICIANS, o->seed,
	    &r->fleet);
	for (int32_t k = 0; rc == 0 && k < r->fleet.techs; k++) {
		struct fleet_tech *t = &r->fleet.tech[k];
		int64_t by_s = begin_s - t->from_s; /* everybody starts at once */

		t->from_s += by_s;
		t->to_s += by_s + 3600;
		for (int32_t b = 0; b < t->dues; b++) {
			t->due[b].from_s += by_s;
			t->due[b].to_s += by_s;
		}
	}
	if (rc == 0) {
		fleet_measure(&r->fleet, &r->day);
		day_open_office(&r->day, begin_s - DAY_OFFICE_LEAD_S, begin_s);
		world_init(&r->world, &r->day, &r->fleet, o->seed);
	}
	return rc;
}

static void
count_fact(void *arg, const struct desk *d, const struct fact *f)
{
	struct counting *c = arg;

	if (d->now_s >= c->from_s && f->type != FACT_POSITION && ++c->events >= c->wanted)
		c->stop = 1;
	if (*c->stopped)
		c->stop = 1;
}

static int64_t
figure(const json_t *status, const char *part, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(status, part), name));
}

static int
report(const struct options *o, const struct counting *c, struct outcome *out)
{
	const struct figures *f = &out->figures;
	const json_t *status = json_object_get(out->result, "daemon");
	int64_t commit_p50_us = figure(status, "store", "fsync_us_p50");
	int64_t commit_p99_us = figure(status, "store", "fsync_us_p99");
	json_t *j = json_pack("{s:i,s:i,s:i,s:i,s:i,s:{s:f,s:f},s:{s:f,s:f},s:{s:I,s:I},s:f,s:I}",
	    "technicians", (int)json_integer_value(json_object_get(out->result, "technicians")),
	    "open", o->open, "events", c->events, "pushes", f->pushes, "refused", out->refusals,
	    "event_to_push_ms", "p50", f->push_p50_ms, "p99", f->push_p99_ms, "solve_ms", "p50",
	    f->solve_p50_ms, "p99", f->solve_p99_ms, "commit_us", "p50", (json_int_t)commit_p50_us,
	    "p99", (json_int_t)commit_p99_us, "proven_share", f->proven_share, "over_budget",
	    (json_int_t)f->over);
	int rc = 0;

	if (!o->quiet) {
		printf("%-52s %8d\n", "events handed to the daemon", (int)c->events);
		printf("%-52s %8d\n", "of them answered by a push", (int)f->pushes);
		printf("%-52s %8.1f ms\n", "event at the socket to push read, median",
		    f->push_p50_ms);
		printf("%-52s %8.1f ms\n", "event at the socket to push read, 99 %",
		    f->push_p99_ms);
		printf("%-52s %8.1f ms\n", "commit (fsync), median", (double)commit_p50_us / 1000);
		printf("%-52s %8.1f ms\n", "commit (fsync), 99 %", (double)commit_p99_us / 1000);
		printf("%-52s %8.1f ms\n", "solve, median", f->solve_p50_ms);
		printf("%-52s %8.1f ms\n", "solve, 99 %", f->solve_p99_ms);
		printf("%-52s %8.1f %%\n", "solves proven optimal", f->proven_share * 100);
		printf("%-52s %8lld\n", "plans over their budget of disturbance",
		    (long long)f->over);
	}
	if (o->json != NULL) {
		FILE *to = strcmp(o->json, "-") == 0 ? stdout : fopen(o->json, "w");

		if (to == NULL || json_dumpf(j, to, JSON_INDENT(2)) < 0 || fputc('\n', to) == EOF)
			rc = -EIO;
		if (to != NULL && to != stdout && fclose(to) != 0)
			rc = -EIO;
		if (rc < 0)
			fprintf(stderr, "evenkeel-sim: %s cannot be written\n", o->json);
	}
	json_decref(j);
	return rc;
}

int
load_run(const struct options *o, volatile int *stop)
{
	struct counting c = { .stopped = stop, .wanted = o->events, .from_s = begin_s + WARM_UP_S };
	struct watch watch = { .fact = count_fact, .arg = &c };
	struct outcome out = { 0 };
	struct replay r;
	char why[1024] = "out of memory";
	int rc = make_day(o, &r, why, sizeof(why));

	r.measure_from_s = c.from_s;
	if (rc == 0) {
		if (!o->quiet)
			printf("load: %d technicians, %d open calls, %d events are measured\n",
			    (int)r.fleet.techs, (int)o->open, (int)o->events);
		rc = replay_policy(&r, "evenkeel", &watch, &c.stop, &out, why, sizeof(why));
	}
	if (rc == -ECANCELED && !*stop)
		rc = 0; /* enough was measured */
	if (rc == 0)
		rc = report(o, &c, &out);
	else
		fprintf(stderr, "evenkeel-sim: %s\n", why);
	json_decref(out.result);
	replay_done(&r);
	return rc;
}
