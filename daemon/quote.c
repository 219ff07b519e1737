/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/eta.h"
#include "daemon/object.h"

enum {
	APART_S = 1800, /* options of one technician are so far apart */
	DELAY_S = 60,   /* smaller ones are not worth a word */
};

struct option {
	int32_t tech;
	struct insertion in;
};

static int
by_cents(const void *a, const void *b)
{
	const struct option *x = a, *y = b;

	if (x->in.cents != y->in.cents)
		return x->in.cents < y->in.cents ? -1 : 1;
	return x->tech < y->tech ? -1 : x->tech > y->tech;
}

static bool
is_forbidden(const json_t *forbidden, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach(forbidden, i, one)
		if (strcmp(json_string_value(one), id) == 0)
			return true;
	return false;
}

/* The chance that a start planned so lies in [start - before, start + after]. */
static double
confidence(const struct state *s, const struct retimed *r, const struct option *o, int64_t before,
    int64_t after)
{
	double var = 0, sd;

	for (int32_t i = 0; i < o->in.pos && i < r->stops; i++) {
		double work = (double)(r->stop[i].end - r->stop[i].arrival) * ETA_DURATION_SD;
		double drive = r->stop[i].drive_s * ETA_DRIVE_SD;

		var += work * work + drive * drive;
	}
	(void)s;
	if (o->in.detour_s > 0)
		var += o->in.detour_s * ETA_DRIVE_SD * o->in.detour_s * ETA_DRIVE_SD;
	if (var < 1)
		return 0.99;
	sd = sqrt(2 * var);
	var = (erf((double)after / sd) + erf((double)before / sd)) / 2;
	return var > 0.99 ? 0.99 : round(var * 100) / 100;
}

static json_t *
delays(const struct state *s, const struct retimed *r, const struct option *o, bool broken_only)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < r->stops; i++) {
		const struct call_state *c = state_call(s, r->stop[i].call);
		int64_t from = r->stop[i].arrival, to = from + o->in.push_s[i];
		bool breaks = c->told.promise && from <= c->told.promise_to &&
		    to > c->told.promise_to;

		if (broken_only && breaks)
			build_add(&list, json_string(c->id));
		if (broken_only || to - from < DELAY_S)
			continue;
		build_add(&list, json_pack("{s:s, s:o, s:o, s:s, s:s}", "call", c->id,
		    "from", object_when(s, from), "to", object_when(s, to), "technician",
		    state_tech(s, o->tech)->id, "promise",
		    breaks ? "breaks" : c->told.promise ? "holds" : "none"));
	}
	return list;
}

static json_t *
show(const struct state *s, int64_t now, const struct option *o)
{
	const struct guidelines *g = state_guidelines(s);
	int64_t from = o->in.start - g->promise_before_s, to = o->in.start + g->promise_after_s;
	struct retimed r;

	retime(s, o->tech, now, &r);
	from = from > now ? from : now;
	return json_pack("{s:o, s:s, s:o, s:f, s:I, s:i, s:o, s:o}", "window",
	    object_window(s, from, to), "technician", state_tech(s, o->tech)->id, "arrival",
	    object_when(s, o->in.start), "confidence",
	    confidence(s, &r, o, g->promise_before_s, g->promise_after_s), "cost_cents",
	    (json_int_t)o->in.cents, "overtime_s", (int)o->in.overtime_s, "delays",
	    delays(s, &r, o, false), "breaks", delays(s, &r, o, true));
}

static bool
is_apart(const struct option *list, const int32_t *taken, int32_t n, int32_t one)
{
	for (int32_t i = 0; i < n; i++) {
		const struct option *a = &list[taken[i]], *b = &list[one];

		if (llabs(a->in.start - b->in.start) < APART_S)
			return false;
	}
	return true;
}

/* The cheapest of each technician, the best of all, sorted. */
static int32_t
gather(const struct state *s, int64_t now, const struct visit *v, const char *required,
    const json_t *forbidden, struct option *list)
{
	struct cost_frame f = cost_frame(s, now);
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);
		struct retimed r;

		if ((required != NULL && strcmp(t->id, required) != 0) ||
		    is_forbidden(forbidden, t->id))
			continue;
		retime(s, k, now, &r);
		list[n].tech = k;
		n += insertion_best(&f, k, &r, v, &list[n].in);
	}
	qsort(list, (size_t)n, sizeof(*list), by_cents);
	return n;
}

json_t *
quote_options(const struct state *s, int64_t now, const struct visit *v, const char *required,
    const json_t *forbidden)
{
	struct option *list = calloc((size_t)state_techs(s) + 1, sizeof(*list));
	json_t *options = json_array();
	int32_t taken[QUOTE_OPTIONS_MAX], n = 0, found;

	if (list == NULL || options == NULL) {
		free(list);
		json_decref(options);
		return NULL;
	}
	found = gather(s, now, v, required, forbidden, list);
	for (int32_t i = 0; i < found && n < QUOTE_OPTIONS_MAX; i++) {
		if (!is_apart(list, taken, n, i))
			continue;
		taken[n++] = i;
		build_add(&options, show(s, now, &list[i]));
	}
	free(list);
	return options;
}
