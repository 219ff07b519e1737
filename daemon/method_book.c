/* SPDX-License-Identifier: Apache-2.0 */
/* Booking: with a deadline or an appointment, or as quoted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/booking.h"
#include "daemon/build.h"
#include "daemon/insertion.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/quote_run.h"
#include "daemon/wanted.h"

/* A call that nobody can do is taken all the same: the shop may hire. But it is said. */
static void
say_if_nobody(struct request *r, const struct state *s, const json_t *terms, const char *id)
{
	struct visit v = { .needs = 0 };
	const json_t *need;
	char text[200];
	size_t i;

	json_array_foreach(json_object_get(terms, "needs"), i, need) {
		struct skill *to = &v.need[v.needs++];

		snprintf(to->name, sizeof(to->name), "%s",
		    json_string_value(json_object_get(need, "skill")));
		to->level = (int32_t)json_integer_value(json_object_get(need, "level"));
	}
	for (int32_t k = 0; k < state_techs(s); k++)
		if (insertion_skilled(state_tech(s, k), &v))
			return;
	snprintf(text, sizeof(text),
	    "Nobody here has the skills that call %s needs: it stays unassigned "
	    "until somebody has",
	    id);
	help_notice(r, s, "warning", "nobody_qualified", text);
}

/* False after answering. */
static bool
has_room(struct request *r, const struct state *s)
{
	int32_t open_n;

	state_open(s, &open_n);
	if (open_n < STATE_CALLS_OPEN_MAX)
		return true;
	request_refuse(r, RPC_OVERLOADED, NULL,
	    "The territory is full: it has %d open calls; finish or "
	    "cancel some",
	    STATE_CALLS_OPEN_MAX);
	return false;
}

/* --- as quoted --- */

/* Everything else comes from the quote. False after answering. */
static bool
only_more(struct request *r)
{
	static const char *const may[] = { "cmd_id", "territory", "quote", "note", "reference",
		"contact" };
	struct params *p = request_params(r);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)p->obj, name, value) {
		bool fine = false;

		for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
			fine = fine || strcmp(name, may[i]) == 0;
		if (fine)
			continue;
		params_refuse(p, name,
		    "nothing: it comes from the quote (only note, reference and contact "
		    "may be added)",
		    "a value");
		request_refuse_params(r);
		return false;
	}
	return true;
}

/* Note, reference and contact, as far as they came; NULL when out of memory. */
static json_t *
more_of(struct request *r)
{
	static const char *const name[] = { "note", "reference", "contact" };
	json_t *more = json_object();

	for (size_t i = 0; i < 3; i++) {
		json_t *v = json_object_get(request_params(r)->obj, name[i]);

		if (v != NULL)
			build_set(&more, name[i], json_incref(v));
	}
	return more;
}

/* What was asked for when the quote was made. */
static struct quote_need
need_of(const struct quoted *q, int64_t now)
{
	const json_t *window = json_object_get(q->wanted, "appointment");
	struct quote_need need = { .terms = q->wanted };

	need.due = json_integer_value(json_object_get(q->wanted, "due"));
	need.from = json_integer_value(json_object_get(window, "from"));
	need.to = json_integer_value(json_object_get(window, "to"));
	if (window != NULL)
		need.due = 0;
	need.due = need.due > now ? need.due : 0;
	need.appointment = window != NULL && need.to > now;
	need.of = q->of;
	return need;
}

static void
refuse_gone(struct request *r, struct territory *t, const struct quoted *q, const char *why)
{
	struct quote_need need = need_of(q, clock_now(&request_shop(r)->clock));
	int32_t of = q->of.call[0] == '\0' ? -1 : state_call_find(t->state, q->of.call);
	json_t *terms = NULL;
	struct quote_refusal refusal = { .code = RPC_QUOTE_GONE };

	snprintf(refusal.message, sizeof(refusal.message),
	    "quote: %s no longer holds: %.180s; "
	    "data.options has new ones",
	    q->id, why);
	snprintf(refusal.reason, sizeof(refusal.reason), "%s", why);
	if (q->of.call[0] != '\0' && (of < 0 || !quote_may(state_call(t->state, of)))) {
		request_refuse(r, RPC_QUOTE_GONE, json_pack("{s:s, s:[]}", "reason", why, "options"),
		    "quote: %s no longer holds: %s, and no other time can be agreed for it", q->id,
		    why);
		return;
	}
	if (of >= 0) {
		/* As it is by now, with the wish of then. */
		terms = quote_wish(state_call(t->state, of), need.due,
		    (struct span){ need.appointment ? need.from : 0, need.appointment ? need.to : 0 });
		need.terms = terms;
	}
	if (of >= 0 && terms == NULL)
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	else
		quote_run(r, t, &need, &refusal);
	json_decref(terms);
}

/*
 * Only a manager breaks a promise to somebody outside for somebody inside. False after answering.
 */
static bool
may_break(struct request *r, const struct quoted *q)
{
	enum role role = request_principal(r)->role;
	char calls[160] = "";
	const json_t *one;
	size_t i, len = 0;

	if (!q->needs_manager || role == ROLE_MANAGER || role == ROLE_ADMIN)
		return true;
	json_array_foreach(q->breaks, i, one) {
		const char *id = json_string_value(json_object_get(one, "call"));
		const char *whose = json_string_value(json_object_get(one, "customer"));

		if (len < sizeof(calls) - 1)
			len += (size_t)snprintf(calls + len, sizeof(calls) - len, "%s%s%s%s%s",
			    len > 0 ? ", " : "", id, whose != NULL ? " (" : "",
			    whose != NULL ? whose : "", whose != NULL ? ")" : "");
	}
	request_refuse(r, RPC_NEEDS_MANAGER, json_pack("{s:O}", "breaks", q->breaks),
	    "quote: for somebody inside it would break what was promised to %s: a manager must "
	    "book it, or book another option",
	    calls);
	return false;
}

static json_t *
done_quoted(const struct state *s, const struct quoted *q, const struct booking *b)
{
	bool is_new = q->of.call[0] == '\0';
	json_t *result = json_pack("{s:s, s:I, s:s, s:o}", "call", b->call, "version",
	    (json_int_t)(is_new ? 1 : q->version + 1), "status",
	    call_status_name(b->events > 1 ? CALL_PLANNED : CALL_UNASSIGNED), "promise",
	    object_window(s, q->from, q->to));

	if (b->events > 1) {
		build_set(&result, "technician", json_string(q->technician));
		build_set(&result, "arrival", object_when(s, b->arrival));
		build_set(&result, "plan_version", json_integer(state_plan_version(s) + 1));
	}
	return result;
}

static void
commit_quoted(struct request *r, struct territory *t, struct quoted *q, struct booking *b)
{
	json_t *result = done_quoted(t->state, q, b);
	int64_t seq = state_seq(t->state);

	if (result == NULL) {
		booking_done(b);
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	request_commit(r, t, b->event, b->events, result);
	/* What could not be decided may be tried again. */
	if (state_seq(t->state) > seq)
		snprintf(q->call, sizeof(q->call), "%s", b->call);
}

static void
book_quoted(struct request *r, const char *id)
{
	struct shop *shop = request_shop(r);
	int64_t now = clock_now(&shop->clock);
	struct quotes *quotes = quote_run_quotes(shop);
	struct quoted *q = quotes == NULL ? NULL : quotes_find(quotes, id);
	const char *named = params_str(request_params(r), "territory", NULL);
	struct territory *t = q == NULL ? NULL : shop_territory(shop, q->territory);
	char by[HELP_BY_SIZE], why[200] = "";
	struct booking b;
	json_t *more;
	int rc;

	if (t == NULL || (named != NULL && strcmp(named, q->territory) != 0)) {
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "quote: there is no quote %s, or the daemon was started "
		    "since; ask again with call.quote",
		    id);
		return;
	}
	if (!only_more(r) || !may_break(r, q) ||
	    (q->of.call[0] == '\0' && !has_room(r, t->state)))
		return;
	more = more_of(r);
	help_by(r, by);
	rc = more == NULL ? -ENOMEM
			  : booking_make(t->state, now, q, more, by, &b, why, sizeof(why));
	json_decref(more);
	if (rc == -ESTALE)
		refuse_gone(r, t, q, why);
	else if (rc < 0)
		request_refuse(r, RPC_INTERNAL, NULL, "The quote cannot be booked (%d)", rc);
	else
		commit_quoted(r, t, q, &b);
}

/* --- by a deadline or an appointment --- */

static void
book_dated(struct request *r, struct territory *t, const struct wanted *w, int64_t now)
{
	char id[STATE_ID_SIZE];

	if (!has_room(r, t->state))
		return;
	state_next_id(t->state, "c", id);
	say_if_nobody(r, t->state, w->terms, id);
	request_commit_one(r, t,
	    event_new(EV_CALL_BOOKED, now, json_pack("{s:s, s:O}", "call", id, "terms", w->terms)),
	    json_pack("{s:s, s:i, s:s}", "call", id, "version", 1, "status",
		call_status_name(CALL_UNASSIGNED)));
}

static void
call_book(struct request *r)
{
	const char *quote = params_str(request_params(r), "quote", NULL);
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t;
	enum wanted_times times;
	char why[QUOTE_RUN_TEXT_SIZE];
	struct wanted w;

	if (quote != NULL) {
		book_quoted(r, quote);
		return;
	}
	if (!wanted_whole(r, "a value, unless a quote is booked"))
		return;
	t = request_territory(r); /* NULL: answered, and r is gone */
	if (t == NULL || !wanted_of(r, &w))
		return;
	wanted_fill(&w, now);
	times = wanted_times(t->state, now, &w, why, sizeof(why));
	if (w.terms == NULL)
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	else if (!wanted_check(r, t->state, NULL, &w))
		; /* answered */
	else if (times == WANTED_DATED)
		book_dated(r, t, &w, now);
	else
		wanted_refuse(r, t, &w, times, NULL, why);
	json_decref(w.terms);
}

const struct method methods_book[] = {
	{ "call.book", call_book },
	{ NULL, NULL },
};
