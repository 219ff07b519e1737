/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/promises.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/carry.h"
#include "daemon/cost.h"
#include "daemon/object.h"
#include "daemon/risk.h"

/* One promise as it looks now. */
struct line {
	int32_t call, tech; /* tech: who is planned, -1 nobody */
	int32_t risk_pct;
	bool late, at_risk;
	int64_t arrival, p90; /* 0: nobody is planned */
};

struct list {
	const struct state *s;
	int64_t now;
	const struct promises_filter *filter;
	struct line *line;
	int32_t lines;
	int64_t horizon; /* the last end of a route planned for now */
};

bool
promises_at_risk(const struct guidelines *g, const struct call_state *c, int32_t risk_pct,
    bool late)
{
	return late || risk_pct >= g->risk_pct || (c->at_risk && 3 * risk_pct >= 2 * g->risk_pct);
}

static bool
is_wanted(const struct list *l, const struct call_state *c)
{
	if (c->status > CALL_EN_ROUTE)
		return false; /* somebody is there */
	if (l->filter->needs_manager && !carry_needs_manager(l->s, c->carried))
		return false;
	return c->told.promise || l->filter->needs_manager;
}

static void
add(struct list *l, struct line *line)
{
	const struct call_state *c = state_call(l->s, line->call);

	line->late = c->told.promise &&
	    (line->arrival > c->told.promise_to || l->now > c->told.promise_to);
	line->at_risk = promises_at_risk(state_guidelines(l->s), c, line->risk_pct, line->late);
	if (!l->filter->at_risk || line->at_risk)
		l->line[l->lines++] = *line;
}

static int
add_route(struct list *l, int32_t tech)
{
	struct risk_stop *risk;
	struct retimed r;

	retime(l->s, tech, l->now, &r);
	l->horizon = r.end > l->horizon ? r.end : l->horizon;
	if (state_tech(l->s, tech)->stops == 0)
		return 0;
	risk = malloc(((size_t)r.stops + 1) * sizeof(*risk));
	if (risk == NULL)
		return -ENOMEM;
	risk_route(l->s, l->now, tech, &r, risk);
	for (int32_t i = 0; i < r.stops; i++) {
		const struct call_state *c = state_call(l->s, r.stop[i].call);
		struct line line = { .call = r.stop[i].call,
			.tech = tech,
			.risk_pct = risk_missed_pct(&risk[i], c),
			.arrival = r.stop[i].arrival,
			.p90 = risk[i].p90 };

		if (is_wanted(l, c))
			add(l, &line);
	}
	/* What does not fit any more is on nobody's route by the next revision. */
	for (int32_t i = 0; i < r.losts; i++) {
		struct line line = { .call = r.lost[i], .tech = -1, .risk_pct = 100 };

		if (is_wanted(l, state_call(l->s, r.lost[i])))
			add(l, &line);
	}
	free(risk);
	return 0;
}

/* Who has nobody planned: lost, unless it is for another day. */
static void
add_unassigned(struct list *l)
{
	struct cost_frame f = cost_frame(l->s, l->now);
	int32_t open_n;
	const int32_t *open = state_open(l->s, &open_n);

	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(l->s, open[i]);
		struct line line = { .call = open[i], .tech = -1 };

		if (c->status != CALL_UNASSIGNED || !is_wanted(l, c))
			continue;
		line.risk_pct = cost_waits(&f, open[i], l->horizon) ? 0 : 100;
		add(l, &line);
	}
}

static int
by_risk(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->late != y->late)
		return x->late ? -1 : 1;
	if (x->risk_pct != y->risk_pct)
		return x->risk_pct > y->risk_pct ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

static json_t *
line_out(const struct state *s, const struct line *line)
{
	const struct call_state *c = state_call(s, line->call);
	const struct told_state *t = &c->told;
	json_t *j = json_pack("{s:s, s:O, s:s, s:s, s:f, s:b, s:b, s:i, s:s, s:i}", "call", c->id,
	    "customer", json_object_get(c->terms, "customer"), "status",
	    call_status_name(line->tech < 0 ? CALL_UNASSIGNED : c->status), "origin",
	    c->inside ? "inside" : "outside", "risk", line->risk_pct / 100.0, "at_risk",
	    (int)line->at_risk, "late", (int)line->late, "repromised", (int)t->repromised, "answer",
	    answer_name(c->answer), "carried_over", (int)c->carried);

	if (t->promise) {
		build_set(&j, "window", object_window(s, t->promise_from, t->promise_to));
		build_set(&j, "first_window", object_window(s, t->first_from, t->first_to));
	}
	if (line->tech >= 0) {
		build_set(&j, "technician", json_string(state_tech(s, line->tech)->id));
		build_set(&j, "arrival", object_when(s, line->arrival));
		build_set(&j, "p90", object_when(s, line->p90));
	}
	if (c->agreed_pct > 0)
		build_set(&j, "confidence", json_real(c->agreed_pct / 100.0));
	return j;
}

json_t *
promises_list(const struct state *s, int64_t now, const struct promises_filter *filter)
{
	struct list l = { .s = s, .now = now, .filter = filter };
	json_t *out = json_array();
	int32_t open_n;
	int rc = 0;

	state_open(s, &open_n);
	l.line = calloc((size_t)open_n + 1, sizeof(*l.line));
	if (l.line == NULL)
		rc = -ENOMEM;
	for (int32_t k = 0; rc == 0 && k < state_techs(s); k++)
		rc = add_route(&l, k);
	if (rc == 0) {
		add_unassigned(&l);
		qsort(l.line, (size_t)l.lines, sizeof(*l.line), by_risk);
	} else {
		json_decref(out);
		out = NULL;
	}
	for (int32_t i = 0; rc == 0 && i < l.lines && i < filter->limit; i++)
		build_add(&out, line_out(s, &l.line[i]));
	free(l.line);
	return out;
}

int64_t
promises_overdue(const struct state *s, int64_t now)
{
	int64_t overdue = 0;
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);

		/* The arrival, the carry-over and a later window count theirs: state_apply_stop.c. */
		overdue += c->status != CALL_ON_SITE && c->agreed_pct > 0 && !c->customer_fault &&
		    c->carried == 0 && c->told.first_to != 0 && c->told.first_to < now &&
		    !(c->told.promise && c->told.promise_from >= c->told.first_to);
	}
	return overdue;
}
