/* SPDX-License-Identifier: Apache-2.0 */
/* plan.revised: new routes, what was told of them, and whom they disturbed. */
#include <assert.h>
#include <string.h>

#include "daemon/state_plan.h"

static void
take_off(struct state *s, const struct tech *t)
{
	for (int32_t i = 0; i < t->stops; i++) {
		struct call_state *c = &s->call[t->stop[i].call]->c;

		if (t->stop[i].call == t->call)
			continue;
		c->status = CALL_UNASSIGNED;
		c->tech = -1;
		c->arrival = c->end = 0;
	}
}

static void
put_on(struct state *s, const struct route_new *route)
{
	struct tech *t = s->tech[route->tech];

	memcpy(t->stop, route->stop, (size_t)route->stops * sizeof(t->stop[0]));
	memcpy(t->taken, route->taken, sizeof(t->taken));
	t->stops = route->stops;
	t->takens = route->takens;
	t->route_end = route->end;
	t->overtime_s = route->overtime_s;
	for (int32_t i = 0; i < t->stops; i++) {
		struct stop *stop = &t->stop[i];
		struct call_state *c = &s->call[stop->call]->c;

		if (c->status == CALL_ON_SITE)
			stop->arrival = c->arrival; /* it is known */
		else if (c->status == CALL_UNASSIGNED)
			c->status = CALL_PLANNED;
		c->tech = route->tech;
		c->arrival = stop->arrival;
		c->end = stop->end;
		if (stop->call == t->call)
			t->until = stop->end;
	}
}

static void
disturb(struct state *s, const struct revision *r, int32_t call)
{
	struct call_state *c = &s->call[call]->c;

	if (c->moves_day != r->midnight)
		c->moves_today = 0;
	c->moves_day = r->midnight;
	c->moves_today++;
}

static void
tell(struct state *s, struct told_new *told)
{
	struct call_slot *slot = s->call[told->call];
	json_t *was = slot->history;

	if (state_is_settled(&told->told) && !state_is_settled(&slot->c.told))
		state_learn_missed(s, &slot->c);
	/* A first ETA, to be answered anew, unless it is for the time that he asked for himself. */
	if (told->told.any && slot->c.told.first_at == 0 && slot->c.answer != ANSWER_COUNTERED &&
	    slot->c.agreed_pct == 0)
		slot->c.answer = ANSWER_NONE;
	slot->c.told = told->told;
	slot->history = told->history;
	told->history = was; /* freed with the revision */
	state_add_move(s, told->move);
	told->move = NULL;
}

int
state_apply_plan(struct state *s, const struct event *ev, struct body *b)
{
	struct revision r = { 0 };

	if (plan_read(s, ev, b, &r) < 0)
		goto out;
	for (int32_t i = 0; i < r.routes; i++)
		take_off(s, s->tech[r.route[i].tech]);
	for (int32_t i = 0; i < r.routes; i++)
		put_on(s, &r.route[i]);
	for (int32_t i = 0; i < r.tolds; i++)
		tell(s, &r.told[i]);
	for (int32_t i = 0; i < r.withdrawns; i++)
		tell(s, &r.withdrawn[i]);
	for (int32_t i = 0; i < r.untolds; i++) {
		state_add_move(s, r.untold[i].move);
		r.untold[i].move = NULL;
	}
	for (int32_t i = 0; i < r.chosens; i++)
		disturb(s, &r, r.chosen[i]);
	state_spend(s, ev->at_s, r.account, r.chosens);
	s->plan_version++;
out:
	plan_done(&r);
	return b->error->rc;
}
