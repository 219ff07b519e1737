/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/trail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
trails_init(struct trails *ts, const struct ground *g, struct rng *rng)
{
	size_t technicians = (size_t)g->m->p->technicians + 1;
	int rc = 0;

	*ts = (struct trails){ .g = g, .rng = rng };
	ts->now = calloc(technicians, sizeof(*ts->now));
	ts->old = calloc(technicians, sizeof(*ts->old));
	ts->touched = malloc(technicians * sizeof(*ts->touched));
	ts->is_touched = calloc(technicians, sizeof(*ts->is_touched));
	if (ts->now == NULL || ts->old == NULL || ts->touched == NULL || ts->is_touched == NULL)
		return -ENOMEM;
	for (int32_t k = 0; rc == 0 && k < g->m->p->technicians; k++)
		rc = trail_set(ts, k, NULL, 0);
	return rc;
}

static void
trail_done(struct trail *t)
{
	free(t->seq);
	free(t->gap);
	free(t->load);
	trail_full_free(t);
}

void
trails_done(struct trails *ts)
{
	for (int32_t k = 0; ts->now != NULL && ts->old != NULL && k < ts->g->m->p->technicians; k++) {
		trail_done(&ts->now[k]);
		trail_done(&ts->old[k]);
	}
	free(ts->now);
	free(ts->old);
	free(ts->touched);
	free(ts->is_touched);
}

/* Makes room for n stops, and keeps nothing but the sequence. */
static int
make_room(struct trails *ts, struct trail *t, int32_t n)
{
	int32_t *grown;
	int rc;

	if (n <= t->n_max && t->seq != NULL)
		return 0;
	n += n / 2 + 6;
	rc = ts->g->form == GROUND_FULL ? trail_full_room(ts, t, n) : trail_plain_room(ts, t, n);
	if (rc < 0)
		return rc;
	grown = realloc(t->seq, (size_t)n * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	t->seq = grown;
	t->n_max = n;
	return 0;
}

static void
drive(struct trails *ts, int32_t k)
{
	if (ts->g->form == GROUND_FULL)
		trail_full_drive(ts, k);
	else
		trail_plain_drive(ts, k);
}

/* Puts the route aside before its first change. */
static int
touch(struct trails *ts, int32_t k)
{
	struct trail *now = &ts->now[k], *old = &ts->old[k];

	if (ts->is_touched[k])
		return 0;
	if (make_room(ts, old, now->n) < 0)
		return -ENOMEM;
	ts->is_touched[k] = true;
	ts->touched[ts->touches++] = k;
	memcpy(old->seq, now->seq, (size_t)now->n * sizeof(*now->seq));
	old->n = now->n;
	old->cents = now->cents;
	old->chosen_max = now->chosen_max;
	if (ts->g->form == GROUND_FULL)
		trail_full_copy(ts, old, now);
	else
		trail_plain_copy(ts, old, now);
	return 0;
}

int
trail_set(struct trails *ts, int32_t k, const int32_t *seq, int32_t n)
{
	struct trail *t = &ts->now[k];

	if (make_room(ts, t, n) < 0 || touch(ts, k) < 0)
		return -ENOMEM;
	if (n > 0)
		memmove(t->seq, seq, (size_t)n * sizeof(*seq));
	t->n = n;
	drive(ts, k);
	return 0;
}

void
trail_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best)
{
	if (ts->now[k].n >= ts->g->m->p->technician[k].stops_max)
		return;
	if (ts->g->form == GROUND_FULL)
		trail_full_ask(ts, k, i, best);
	else
		trail_plain_ask(ts, k, i, best);
}

int
trail_put(struct trails *ts, int32_t k, int32_t pos, int32_t i)
{
	struct trail *t = &ts->now[k];

	if (touch(ts, k) < 0 || make_room(ts, t, t->n + 1) < 0)
		return -ENOMEM;
	memmove(t->seq + pos + 1, t->seq + pos, (size_t)(t->n - pos) * sizeof(*t->seq));
	t->seq[pos] = i;
	t->n++;
	if (ts->g->form == GROUND_FULL || t->n == 1)
		drive(ts, k);
	else
		trail_plain_put(ts, k, pos);
	return 0;
}

void
trails_back(struct trails *ts)
{
	for (int32_t c = 0; c < ts->touches; c++) {
		int32_t k = ts->touched[c];
		struct trail now = ts->now[k];

		ts->now[k] = ts->old[k];
		ts->old[k] = now;
		ts->is_touched[k] = false;
	}
	ts->touches = 0;
}

void
trails_keep(struct trails *ts)
{
	for (int32_t c = 0; c < ts->touches; c++)
		ts->is_touched[ts->touched[c]] = false;
	ts->touches = 0;
}
