/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about what was learned, and about work that turns out to be of another kind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/learn.h"
#include "daemon/method_help.h"
#include "daemon/object.h"

enum { ROWS_MAX = 5000 };

/* --- what was learned --- */

/* What is asked for; NULL: all. */
struct wanted {
	const char *technician, *kind;
};

static bool
is_wanted(const struct wanted *w, const struct learn_row *row)
{
	if (w->kind != NULL && strcmp(w->kind, row->kind) != 0)
		return false;
	return w->technician == NULL || row->technician == NULL ||
	    strcmp(w->technician, row->technician) == 0;
}

static double
millionths(int64_t x)
{
	return (double)x / LEARN_MILLION;
}

/* To four places: more would only look exact. */
static json_t *
figure(double x)
{
	return json_real(round(x * 10000) / 10000);
}

static json_t *
row_json(const struct learn_row *row, double ratio, int64_t variance)
{
	json_t *j = json_pack("{s:I, s:I, s:b}", "cases", (json_int_t)row->time.cases, "new_cases",
	    (json_int_t)row->newer, "few", row->time.cases < LEARN_FEW);

	if (row->technician != NULL)
		build_set(&j, "technician", json_string(row->technician));
	build_set(&j, "ratio", figure(ratio));
	build_set(&j, "spread", figure(sqrt(millionths(variance))));
	return j;
}

static json_t *
work_json(const struct state *s, const struct learn_row *row)
{
	const struct guidelines *g = state_guidelines(s);
	bool given = row->given.cases * 2 >= row->time.cases;
	int32_t tech = row->technician == NULL ? -1 : state_tech_find(s, row->technician);
	int32_t cases, kind_cases;
	struct learned l = learn_of_work(state_learned(s), g, row->technician, row->kind, given,
	    &cases, &kind_cases);
	double ratio = exp(millionths(l.mean)) / (given ? 1 : g->duration_routine_s);
	struct work work;
	json_t *j = row_json(row, ratio, l.variance);

	state_work_of(s, tech, row->kind, 0, &work);
	build_set(&j, "kind", json_string(row->kind));
	build_set(&j, "planned_s", json_integer(work.planned_s));
	return j;
}

static json_t *
drive_json(const struct state *s, const struct learn_row *row)
{
	int32_t cases;
	struct learned l = learn_of_drive(state_learned(s), state_guidelines(s), row->technician,
	    &cases);

	return row_json(row, exp(millionths(l.mean)), l.variance);
}

typedef json_t *row_fn(const struct state *s, const struct learn_row *row);

/* Frees the rows. */
static json_t *
list(const struct state *s, const struct wanted *w, struct learn_row *rows, size_t n, row_fn *fn)
{
	json_t *j = json_array();

	for (size_t i = 0; i < n && json_array_size(j) < ROWS_MAX; i++)
		if (is_wanted(w, &rows[i]))
			build_add(&j, fn(s, &rows[i]));
	free(rows);
	return j;
}

static json_t *
learned_json(const struct state *s, const struct wanted *w)
{
	const struct learn *l = state_learned(s);
	struct wanted driver = { .technician = w->technician };
	struct learn_row *rows;
	int64_t held, quoted = learn_promises(l, &held);
	size_t n;
	json_t *j = json_pack("{s:f, s:o, s:I, s:I}", "window_level",
	    state_window_level(s, state_guidelines(s)->quote_confidence_pct), "window_shift",
	    figure(state_window_shift(s)), "quoted", (json_int_t)quoted, "held", (json_int_t)held);

	build_set(&j, "work", learn_work_rows(l, &rows, &n) < 0 ? NULL :
	                                                          list(s, w, rows, n, work_json));
	build_set(&j, "drives", learn_drive_rows(l, &rows, &n) < 0 ?
	    NULL : list(s, &driver, rows, n, drive_json));
	if (learn_since(l) > 0)
		build_set(&j, "since", object_when(s, learn_since(l)));
	return j;
}

static void
learned_list(struct request *r)
{
	struct params *p = request_params(r);
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	struct wanted w;

	if (t == NULL)
		return;
	w = (struct wanted){ params_str(p, "technician", NULL), params_str(p, "kind", NULL) };
	if (w.technician != NULL && state_tech_find(t->state, w.technician) < 0) {
		request_refuse(r, RPC_NOT_FOUND, NULL, "technician: there is no %s here; "
		    "technician.list shows who there is", w.technician);
		return;
	}
	request_reply(r, learned_json(t->state, &w));
}

/* --- another kind --- */

/* When it will be done, as he thinks, or as such work goes that has lasted so long. */
static int64_t
end_of(struct request *r, const struct found *f, const char *kind)
{
	int64_t left_s = params_int(request_params(r), "left_s", 0);
	struct work work;

	if (left_s > 0)
		return f->now + left_s;
	state_work_of(f->s, f->tech, kind, 0, &work);
	return f->now + state_work_left(f->s, &work, f->now - state_call(f->s, f->call)->arrival);
}

static void
stop_change_kind(struct request *r)
{
	struct found f = { 0 };
	const struct call_state *c;
	const char *kind = params_str(request_params(r), "kind", "");
	json_t *body;

	if (!help_stop(r, &f) || !help_at_work(r, &f))
		return;
	c = state_call(f.s, f.call);
	if (strcmp(c->kind, kind) == 0) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "kind: %s is \"%s\" already; stop.running_late "
		    "says that it takes longer", c->id, kind);
		return;
	}
	body = json_pack("{s:s, s:s, s:I, s:s, s:I, s:I}", "technician",
	    state_tech(f.s, f.tech)->id, "call", c->id, "version", (json_int_t)c->version + 1, "kind",
	    kind, "end", (json_int_t)end_of(r, &f, kind), "technician_version",
	    (json_int_t)state_tech(f.s, f.tech)->version);
	request_commit_one(r, f.t, event_new(EV_STOP_KIND_CHANGED, f.now, body),
	    help_done_call(c, CALL_ON_SITE));
}

const struct method methods_learn[] = {
	{ "learned.list", learned_list },
	{ "stop.change_kind", stop_change_kind },
	{ NULL, NULL },
};
