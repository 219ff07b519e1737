/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/season.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"
#include "sim/engine.h"
#include "sim/remote.h"
#include "sim/replay.h"
#include "sim/season_score.h"

enum { DAY_S = 86400, SURE_PCT = 95 };

struct season {
	const struct options *o;
	volatile int *stop;
	struct policy *policy;
	struct replay *replay; /* of the present day, which the policy looks at */
	int32_t played, skipped;
	int64_t now_s; /* when the last day was over */
	struct held held; /* on the days that are scored */
	json_t *days;
	char why[1024];
};

/* --- one day --- */

/*
 * Who was quoted and started, or did not and was not withdrawn. *ret_missed: by how many seconds each
 * promise was missed, null if nobody came that day.
 */
static void
score_promises(const struct season *sn, const struct desk *d, const struct score *sc,
    struct held *ret, json_t **ret_missed)
{
	const struct quoted *q = remote_quoted(sn->policy);

	*ret_missed = json_array();
	for (int32_t i = 0; i < d->day->calls; i++) {
		int64_t start_s = sc->call[i].start_s;

		if (q[i].pct == 0 || (start_s == 0 && d->call[i].phase == CALL_CANCELLED))
			continue;
		held_add(ret, q[i].pct, start_s > 0 && start_s <= q[i].to_s);
		if (start_s == 0)
			json_array_append_new(*ret_missed, json_null());
		else if (start_s > q[i].to_s)
			json_array_append_new(*ret_missed, json_integer(start_s - q[i].to_s));
	}
}

/* What was not done by night is given up: each day is scored for itself. */
static int
clear_desk(struct season *sn, struct desk *d)
{
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < d->day->calls; i++) {
		struct fact f = { .type = FACT_CANCELLED, .at_s = d->now_s, .call = i, .tech = -1 };

		if (d->call[i].phase == CALL_OPEN)
			rc = sn->policy->ops->fact(sn->policy, &f);
		if (rc == -EPERM)
			rc = 0;
	}
	return rc == 0 ? sn->policy->ops->settle(sn->policy) : rc;
}

static void
report(struct season *sn, const struct held *held, const struct figures *f, json_t *missed)
{
	struct held_sum all = held_sum(held, 1, SEASON_PCT_MAX);
	const struct sim_day *day = &sn->replay->day;
	bool scored = sn->played >= sn->o->train;
	json_t *learned = remote_learned(sn->policy);

	if (!sn->o->quiet)
		printf("%-24s %5d calls %4d technicians  %5d quoted at %4.1f %%, held %5.1f %%%s\n",
		    day->name, (int)day->calls, (int)sn->replay->fleet.techs, (int)all.made,
		    all.stated_pct, all.held_pct, scored ? "" : "  (to learn from)");
	fflush(stdout);
	json_array_append_new(sn->days,
	    json_pack("{s:s, s:i, s:i, s:b, s:o, s:i, s:i, s:i, s:i, s:o, s:O?, s:O?, s:O?}", "day",
	        day->name, "calls", (int)day->calls, "technicians", (int)sn->replay->fleet.techs,
	        "scored", scored, "quoted", held_json(&all), "served", (int)f->served, "promises",
	        (int)f->made, "kept_first", (int)f->kept_first, "kept_last", (int)f->kept_last,
	        "missed_s", missed, "learned_shift", json_object_get(learned, "window_shift"),
	        "learned_quoted", json_object_get(learned, "quoted"), "learned_held",
	        json_object_get(learned, "held")));
	json_decref(learned);
}

static int
play(struct season *sn, struct engine *e, struct score *sc)
{
	struct held held = { 0 };
	struct figures f;
	json_t *missed;
	int rc = engine_run(e, sn->policy, sn->why, sizeof(sn->why));

	if (rc < 0)
		return rc;
	score_figures(sc, engine_desk(e), &f);
	score_promises(sn, engine_desk(e), sc, &held, &missed);
	report(sn, &held, &f, missed);
	if (sn->played++ >= sn->o->train)
		held_join(&sn->held, &held);
	rc = clear_desk(sn, engine_desk(e));
	sn->now_s = engine_desk(e)->now_s;
	if (rc < 0)
		snprintf(sn->why, sizeof(sn->why), "%s", sn->policy->why);
	return rc;
}

/* The daemon is started on the first day, and told of the others. */
static int
open_day(struct season *sn, struct replay *r, struct desk *d)
{
	if (sn->policy == NULL)
		return remote_open(r, d, &sn->policy, sn->why, sizeof(sn->why));
	return remote_next_day(sn->policy, r, d, sn->why, sizeof(sn->why));
}

static int
season_day(struct season *sn, struct replay *r)
{
	struct engine_options eo = { .stop = sn->stop,
		.positions = true,
		.customers_answer = sn->o->customers_answer };
	struct engine *e = NULL;
	struct score sc = { 0 };
	int rc = score_init(&sc, &r->day, &r->fleet);

	snprintf(sn->why, sizeof(sn->why), "out of memory");
	if (rc == 0 && (e = engine_new(&r->world, &eo, &sc)) == NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = open_day(sn, r, engine_desk(e));
	if (rc == 0) {
		if (sn->replay != NULL) {
			replay_done(sn->replay);
			free(sn->replay);
		}
		sn->replay = r;
		rc = play(sn, e, &sc);
	} else {
		replay_done(r);
		free(r);
	}
	engine_free(e);
	score_done(&sc);
	return rc;
}

/* --- the days --- */

/* A day of a file: by its date, or its busiest. -ENOENT: it has no call then. */
static int
one_day(struct season *sn, const char *file, const char *date)
{
	struct options o = *sn->o;
	struct replay *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return -ENOMEM;
	o.day = file;
	o.date = date;
	o.quotes = true;
	rc = replay_load(&o, r, sn->why, sizeof(sn->why));
	if (rc < 0) {
		free(r);
		return rc;
	}
	/* Who is still out cannot begin the next day: it is left out. */
	if (r->fleet.first_s - DAY_OFFICE_LEAD_S < sn->now_s) {
		sn->skipped++;
		replay_done(r);
		free(r);
		return 0;
	}
	/* Other chances every day, the same technicians. */
	world_init(&r->world, &r->day, &r->fleet, o.seed + 1000 * (uint64_t)(sn->played + 1));
	r->world.ways = o.ways;
	r->world.ways_seed = o.seed;
	return season_day(sn, r);
}

/* The date so many days after one that is written YYYY-MM-DD. */
static int
date_after(const char *date, int32_t days, char ret[WHEN_SIZE])
{
	char noon[WHEN_SIZE];
	int64_t s;

	snprintf(noon, sizeof(noon), "%.10sT12:00:00Z", date);
	if (when_parse(noon, &s) < 0 || when_format(s + (int64_t)days * DAY_S, "UTC", ret) < 0)
		return -EINVAL;
	ret[10] = '\0';
	return 0;
}

static int
play_days(struct season *sn)
{
	const struct options *o = sn->o;
	char date[WHEN_SIZE];
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < o->days; i++) {
		if (o->date != NULL && date_after(o->date, i, date) < 0) {
			snprintf(sn->why, sizeof(sn->why), "--date: expected YYYY-MM-DD");
			return -EINVAL;
		}
		rc = one_day(sn, o->day, o->date != NULL ? date : NULL);
		if (rc == -ENOENT && i > 0) /* a day without calls */
			rc = 0;
	}
	for (int32_t i = 0; rc == 0 && i < o->files; i++)
		rc = one_day(sn, o->file[i], NULL);
	return rc == -ENOENT ? -EINVAL : rc;
}

/* --- the result --- */

static void
print_sum(const char *what, const struct held_sum *s)
{
	if (s->made > 0)
		printf("  %-28s %6d quoted at %4.1f %%, held %4.1f %% (%4.1f to %4.1f)\n", what,
		    (int)s->made, s->stated_pct, s->held_pct, s->low_pct, s->high_pct);
}

static json_t *
conclude(const struct season *sn)
{
	struct held_sum all = held_sum(&sn->held, 1, SEASON_PCT_MAX);
	struct held_sum asked = held_sum(&sn->held, 1, SURE_PCT - 1);
	struct held_sum sure = held_sum(&sn->held, SURE_PCT, SEASON_PCT_MAX);

	if (!sn->o->quiet) {
		printf("%d days (%d left out: the day before was not over), the first %d to learn from; on"
		       " the others\n", (int)sn->played, (int)sn->skipped, (int)sn->o->train);
		print_sum("all promises", &all);
		print_sum("stated below 95 %", &asked);
		print_sum("stated from 95 %", &sure);
	}
	return json_pack("{s:i, s:i, s:i, s:I, s:o, s:o, s:o, s:O}", "days", (int)sn->played, "left_out",
	    (int)sn->skipped, "train",
	    (int)sn->o->train, "seed", (json_int_t)sn->o->seed, "all", held_json(&all), "below_95",
	    held_json(&asked), "from_95", held_json(&sure), "by_day", sn->days);
}

static int
write_result(struct season *sn)
{
	json_t *result = conclude(sn);
	int rc = 0;

	if (sn->o->json != NULL && json_dump_file(result, sn->o->json, JSON_INDENT(2)) < 0) {
		snprintf(sn->why, sizeof(sn->why), "%s cannot be written", sn->o->json);
		rc = -EIO;
	}
	json_decref(result);
	return rc;
}

int
season_run(const struct options *o, volatile int *stop)
{
	struct season sn = { .o = o, .stop = stop, .days = json_array() };
	int rc = play_days(&sn);

	if (rc == 0)
		rc = write_result(&sn);
	if (rc < 0)
		fprintf(stderr, "evenkeel-sim: %s\n", sn.why);
	if (sn.policy != NULL)
		sn.policy->ops->close(sn.policy);
	if (sn.replay != NULL)
		replay_done(sn.replay);
	free(sn.replay);
	json_decref(sn.days);
	return rc;
}
