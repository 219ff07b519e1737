/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/problem_json.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct format *const formats[] = {
	&format_evenkeel,
	&format_vroom,
	&format_solomon,
	&format_trsp,
};

static int
read_evenkeel(const struct text *t, const struct text *before, struct format_case *c, char *why,
    size_t why_size)
{
	if (before != NULL) {
		snprintf(why, why_size, "expected no plan from before: a problem of this format "
		    "says itself what people were told");
		return -EINVAL;
	}
	return problem_parse(t->at, t->size, &c->problem, why, why_size);
}

static json_t *
write_evenkeel(const struct format_case *c, const struct plan *plan)
{
	return plan_to_json(c->problem, plan);
}

const struct format format_evenkeel = {
	.name = "evenkeel",
	.read = read_evenkeel,
	.write = write_evenkeel,
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

int
format_read(const struct format *f, const struct text *t, const struct text *before,
    struct format_case **ret, char *why, size_t why_size)
{
	struct format_case *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (c == NULL)
		return rc;
	c->format = f;
	rc = f->read(t, before, c, why, why_size);
	if (rc == 0) {
		*ret = c;
		return 0;
	}
	format_case_free(c);
	return rc;
}

void
format_case_free(struct format_case *c)
{
	if (c == NULL)
		return;
	problem_free(c->problem);
	if (c->format->done != NULL)
		c->format->done(c->own);
	free(c);
}

json_t *
format_write(const struct format_case *c, const struct plan *plan)
{
	return c->format->write(c, plan);
}

int
format_put(json_t *j, const char *name, json_t *v)
{
	return json_object_set_new_nocheck(j, name, v);
}

json_t *
format_claims(const struct format_case *c, const struct plan *plan, int64_t cost, int64_t per_unit)
{
	const struct problem *p = c->problem;
	json_t *j = json_object();
	int64_t bound = plan->bound_cents;
	int bad;

	for (int32_t i = 0; i < p->calls; i++)
		if (!plan->served[i])
			bound -= p->call[i].unserved_cents;
	bound = plan->proven ? cost : bound > 0 ? bound / per_unit : 0;
	if (bound > cost)
		bound = cost;
	bad = format_put(j, "cost", json_integer(cost));
	bad |= format_put(j, "bound", json_integer(bound));
	bad |= format_put(j, "gap", json_real(cost > 0 ? (double)(cost - bound) / (double)cost : 0));
	bad |= format_put(j, "proven", json_boolean(plan->proven));
	bad |= format_put(j, "work", json_integer(plan->work));
	bad |= format_put(j, "seed", json_integer((json_int_t)c->seed));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}
