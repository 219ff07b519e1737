/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine.h"
#include "sim/exec.h"
#include "sim/remote.h"

static int
save_fleet(const struct replay *r, char *why, size_t why_size)
{
	FILE *out = fopen(r->options.save_fleet, "w");
	int rc = 0;

	if (out == NULL || fleet_write(&r->fleet, r->day.zone, out) < 0)
		rc = -EIO;
	if (out != NULL && fclose(out) != 0)
		rc = -EIO;
	if (rc < 0)
		snprintf(why, why_size, "%s cannot be written", r->options.save_fleet);
	return rc;
}

int
replay_load(const struct options *o, struct replay *ret, char *why, size_t why_size)
{
	struct replay r = { .options = *o };
	int rc = day_load(o->day, o->date, o->zone, &r.day, why, why_size);

	if (rc < 0)
		return rc;
	if (o->fleet != NULL)
		rc = fleet_read(o->fleet, &r.day, &r.fleet, why, why_size);
	else if ((rc = fleet_make(&r.day, o->technicians, o->seed, &r.fleet)) < 0)
		snprintf(why, why_size, "%s",
		    rc == -ERANGE ? "the day needs more than 1000 technicians: say --technicians N"
				  : "out of memory");
	if (rc == 0)
		day_open_office(&r.day, r.fleet.first_s - DAY_OFFICE_LEAD_S, r.fleet.first_s);
	if (rc == 0 && o->save_fleet != NULL)
		rc = save_fleet(&r, why, why_size);
	*ret = r;
	if (rc < 0)
		replay_done(ret);
	else
		world_init(&ret->world, &ret->day, &ret->fleet, o->seed);
	return rc;
}

void
replay_done(struct replay *r)
{
	fleet_done(&r->fleet);
	day_done(&r->day);
}

static json_t *
fleet_to_json(const struct replay *r)
{
	json_t *list = json_array();

	for (int32_t k = 0; k < r->fleet.techs; k++)
		json_array_append_new(list, fleet_tech_to_json(&r->fleet.tech[k], r->day.zone));
	return json_pack("{s:s,s:f,s:i,s:i,s:i,s:o}", "from",
	    r->options.fleet != NULL ? "file"
		: r->fleet.fitted    ? "made to fit"
				     : "made, size given",
	    "load", r->fleet.load, "speed_m_per_h", r->fleet.travel.speed_m_per_h,
	    "road_factor_pct", r->fleet.travel.road_factor_pct, "leg_s", r->fleet.travel.leg_s,
	    "technicians", list);
}

static json_t *
guidelines_to_json(const struct options *o)
{
	json_t *set = json_object();

	for (int32_t i = 0; i < o->guidelines; i++)
		json_object_set_new(set, o->guideline[i].name, json_integer(o->guideline[i].value));
	return set;
}

/* How often an exec: policy was asked in vain; others say nothing of the kind. */
static void
note_failures(const json_t *status, struct outcome *ret)
{
	const char *first = json_string_value(json_object_get(status, "first_failure"));

	ret->asked = (int32_t)json_integer_value(json_object_get(status, "asked"));
	ret->failed = (int32_t)json_integer_value(json_object_get(status, "failed"));
	snprintf(ret->first_failure, sizeof(ret->first_failure), "%s", first != NULL ? first : "");
}

static void
conclude(const struct replay *r, struct policy *p, struct engine *e, const struct score *s,
    struct outcome *ret)
{
	const char *refusal;
	json_t *rules = rules_to_json(r->day.used);

	memset(ret, 0, sizeof(*ret));
	score_figures(s, engine_desk(e), &ret->figures);
	ret->refusals = engine_refusals(e, &refusal);
	snprintf(ret->first_refusal, sizeof(ret->first_refusal), "%s", refusal);
	memcpy(ret->worst, s->worst, sizeof(ret->worst));
	memcpy(ret->odd, s->odd, sizeof(ret->odd));
	ret->result = score_to_json(&ret->figures, p->ops->name, &r->day, r->options.seed,
	    &r->fleet);
	if (p->ops->status != NULL && strcmp(p->ops->name, "evenkeel") == 0) {
		json_object_set_new(ret->result, "daemon", p->ops->status(p));
	} else if (p->ops->status != NULL) {
		json_object_set_new(ret->result, "solver", p->ops->status(p));
		note_failures(json_object_get(ret->result, "solver"), ret);
	}
	json_object_set_new(ret->result, "refused", json_integer(ret->refusals));
	json_object_set_new(rules, "scoring", score_rules());
	json_object_set_new(ret->result, "fleet", fleet_to_json(r));
	json_object_set_new(ret->result, "rules", rules);
	json_object_set_new(ret->result, "guidelines", guidelines_to_json(&r->options));
}

/* A policy that runs in this program. NULL when out of memory. */
static struct policy *
policy_here(const struct options *o, const char *name)
{
	struct exec_options eo = {
		.command = name + strlen(EXEC_PREFIX),
		.limit_s = o->exec_limit_s,
		.steps = o->exec_steps,
	};

	if (strncmp(name, EXEC_PREFIX, strlen(EXEC_PREFIX)) == 0)
		return exec_new(name, &eo);
	return policy_local(name);
}

int
replay_policy(const struct replay *r, const char *policy, const struct watch *watch,
    volatile int *stop, struct outcome *ret, char *why, size_t why_size)
{
	bool real = strcmp(policy, "evenkeel") == 0;
	struct engine_options eo = { .speed = r->options.speed,
		.watch = watch,
		.stop = stop,
		.customers_answer = r->options.customers_answer,
		.positions = true,
		.measure_from_s = r->measure_from_s };
	struct policy *p = NULL;
	struct engine *e = NULL;
	struct score s = { 0 };
	int rc = score_init(&s, &r->day, &r->fleet);

	snprintf(why, why_size, "out of memory");
	if (rc == 0 && (e = engine_new(&r->world, &eo, &s)) == NULL)
		rc = -ENOMEM;
	if (rc < 0)
		goto out;
	/* The daemon says itself which guidelines it follows. */
	for (int32_t i = 0; !real && i < r->options.guidelines; i++)
		desk_habit(engine_desk(e), r->options.guideline[i].name,
		    r->options.guideline[i].value);
	if (real)
		rc = remote_open(r, engine_desk(e), &p, why, why_size);
	else if ((p = policy_here(&r->options, policy)) == NULL)
		rc = -ENOMEM;
	if (rc < 0)
		goto out;
	rc = engine_run(e, p, why, why_size);
	if (rc == 0 || rc == -ECANCELED)
		conclude(r, p, e, &s, ret);
out:
	if (p != NULL)
		p->ops->close(p);
	engine_free(e);
	score_done(&s);
	return rc;
}
