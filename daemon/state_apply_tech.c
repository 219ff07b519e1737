/* SPDX-License-Identifier: Apache-2.0 */
/* technician.*: who works here, what he can do, when he is away. */
#include "daemon/state_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Refuses a "status", if it came along, that will not be true after the event. */
static void
status_read(struct body *b, const struct tech *t, bool absent)
{
	const char *is = absent ? "absent" : tech_status_name(t->status);
	const char *said = body_str_or(b, "status", 32, is);

	if (!body_failed(b) && strcmp(said, is) != 0)
		body_fail(b, -EBADMSG, "status: expected %s, got %s", is, said);
}

static void
id_read(const struct state *s, struct body *b, char ret[STATE_ID_SIZE])
{
	body_copy(b, "technician", ret, STATE_ID_SIZE);
	if (!body_failed(b) && state_tech_find(s, ret) >= 0)
		body_fail(b, -EPERM, "There is a technician %s already", ret);
	if (!body_failed(b) && s->techs >= STATE_TECHNICIANS_MAX)
		body_fail(b, -EPERM, "The territory is full: %d technicians",
		    STATE_TECHNICIANS_MAX);
}

static int
added(struct state *s, struct body *b)
{
	struct body terms = body_sub(b, "terms");
	struct tech *t = calloc(1, sizeof(*t));

	if (t == NULL || state_reserve_tech(s) < 0) {
		free(t);
		return body_fail(b, -ENOMEM, "Out of memory");
	}
	id_read(s, b, t->id);
	terms_read_tech(&terms, t);
	if (body_failed(b)) {
		free(t);
		return b->error->rc;
	}
	t->version = 1;
	t->terms = json_incref((json_t *)terms.obj);
	t->shift_now = -1;
	t->call = -1;
	t->break_now = -1;
	t->at = t->home;
	state_add_tech(s, t);
	s->counter++;
	return 0;
}

/* --- amended --- */

/* What became of the shifts goes over to the new list, by the time they start. */
static void
carry_shifts(const struct tech *was, struct tech *now)
{
	for (int32_t i = 0; i < now->shifts; i++) {
		struct shift *to = &now->shift[i];

		for (int32_t j = 0; j < was->shifts; j++) {
			const struct shift *from = &was->shift[j];

			if (from->from != to->from && !(j == was->shift_now && i == now->shift_now))
				continue;
			to->ended = from->ended;
			for (int32_t d = 0; d < to->dues && d < from->dues; d++)
				to->due[d].status = from->due[d].status;
		}
	}
}

/* The shift of the new list that the one being worked became: the same start, else an overlap. */
static int32_t
shift_worked(const struct tech *was, const struct tech *now)
{
	const struct shift *worked;

	if (was->shift_now < 0)
		return -1;
	worked = &was->shift[was->shift_now];
	for (int32_t i = 0; i < now->shifts; i++) {
		if (now->shift[i].from == worked->from)
			return i;
	}
	for (int32_t i = 0; i < now->shifts; i++) {
		if (now->shift[i].from < worked->to && now->shift[i].to > worked->from)
			return i;
	}
	return -1;
}

static void
shifts_check(struct body *b, const struct tech *was, struct tech *now)
{
	if (body_failed(b) || was->shift_now < 0)
		return;
	if (now->shift_now < 0)
		body_fail(b, -EPERM, "%s is working a shift that the new list has not: end it first",
		    was->id);
	else if (was->break_now >= now->shift[now->shift_now].dues)
		body_fail(b, -EPERM, "%s is in a break that the new list has not: end it first",
		    was->id);
}

static void
take_terms(struct tech *t, const struct tech *from)
{
	t->home = from->home;
	t->end = from->end;
	t->own_end = from->own_end;
	memcpy(t->skill, from->skill, sizeof(t->skill));
	t->skills = from->skills;
	t->speed_pct = from->speed_pct;
	t->overtime_max_s = from->overtime_max_s;
	memcpy(t->shift, from->shift, sizeof(t->shift));
	t->shifts = from->shifts;
	t->shift_now = from->shift_now;
}

/* Planned breaks that the new list of breaks due has no more. */
static void
drop_takens(struct tech *t, int32_t shift)
{
	int32_t dues = shift < 0 ? 0 : t->shift[shift].dues, kept = 0;

	for (int32_t i = 0; i < t->takens; i++) {
		if (t->taken[i].due < dues)
			t->taken[kept++] = t->taken[i];
	}
	t->takens = kept;
}

static int
amended(struct state *s, const struct event *ev, struct body *b)
{
	int32_t i = state_read_tech(s, b, "technician");
	struct body change = body_sub(b, "terms"), terms = change;
	struct tech *t = i < 0 ? NULL : s->tech[i], *scratch = NULL;

	if (body_failed(b))
		return b->error->rc;
	terms.obj = terms_merge(t->terms, change.obj);
	scratch = calloc(1, sizeof(*scratch));
	if (terms.obj == NULL || scratch == NULL) {
		body_fail(b, -ENOMEM, "Out of memory");
		goto out;
	}
	state_read_version(b, t->version);
	status_read(b, t, t->absent_from <= ev->at_s && ev->at_s < t->absent_to);
	terms_read_tech(&terms, scratch);
	scratch->shift_now = shift_worked(t, scratch);
	shifts_check(b, t, scratch);
	if (body_failed(b))
		goto out;
	carry_shifts(t, scratch);
	take_terms(t, scratch);
	if (body_has(&change, "shifts"))
		drop_takens(t, t->shift_now);
	if (t->status == TECH_OFF && body_has(&change, "home"))
		t->at = t->home;
	json_decref(t->terms);
	t->terms = (json_t *)terms.obj;
	terms.obj = NULL;
	t->version++;
out:
	json_decref((json_t *)terms.obj);
	free(scratch);
	return b->error->rc;
}

/* --- absent --- */

static int
absent(struct state *s, const struct event *ev, struct body *b)
{
	int32_t i = state_read_tech(s, b, "technician");
	int64_t from = body_time(b, "from");
	int64_t to = body_int(b, "to", from + 1, BODY_TIME_MAX);
	bool now = from <= ev->at_s && ev->at_s < to;
	struct tech *t;

	if (body_failed(b))
		return b->error->rc;
	t = s->tech[i];
	state_read_version(b, t->version);
	status_read(b, t, now);
	if (body_has(b, "call") && state_read_call(s, b, "call") != t->call)
		body_fail(b, -EBADMSG, "call: %s is not on his way to it", t->id);
	if (body_failed(b))
		return b->error->rc;
	if (now && t->status == TECH_DRIVING)
		state_turn_back(s, t, ev->at_s);
	t->absent_from = from;
	t->absent_to = to;
	t->version++;
	return 0;
}

int
state_apply_technician(struct state *s, const struct event *ev, struct body *b)
{
	switch (ev->type) {
	case EV_TECHNICIAN_ADDED:
		return added(s, b);
	case EV_TECHNICIAN_AMENDED:
		return amended(s, ev, b);
	default:
		return absent(s, ev, b);
	}
}
