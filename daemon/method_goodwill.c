/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about goodwill: the ledger, and its decisions. */
#include <inttypes.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/goodwill.h"
#include "daemon/method_help.h"
#include "daemon/morning.h"
#include "daemon/object.h"

enum { LIST_DEFAULT = 200 };

static const char *const statuses[] = {
	[GOODWILL_OPEN] = "open",
	[GOODWILL_GRANTED] = "granted",
	[GOODWILL_REFUSED] = "refused",
	[GOODWILL_LAPSED] = "lapsed",
};

/* --- looking --- */

/* The Goodwill object of the OpenRPC document; NULL when out of memory. */
static json_t *
goodwill_json(const struct state *s, const struct goodwill *g)
{
	static const char *const words[] = { "customer", "contract", "text", "by", "reason" };
	json_t *obj = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o}", "goodwill", g->id, "call",
	    g->call, "form", g->form, "cents", (json_int_t)g->cents, "cause", g->cause, "status",
	    statuses[g->status], "at", object_when(s, g->at));

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		json_t *word = json_object_get(g->words, words[i]);

		if (word != NULL)
			build_set(&obj, words[i], json_incref(word));
	}
	if (g->decided_at > 0)
		build_set(&obj, "decided_at", object_when(s, g->decided_at));
	return obj;
}

/* What of the ledger is wanted. */
struct filter {
	const char *status; /* NULL all */
	int64_t from, to;
	int64_t limit;
};

static bool
fits(const struct filter *w, const struct goodwill *g)
{
	return g->at >= w->from && g->at < w->to &&
	    (w->status == NULL || strcmp(w->status, statuses[g->status]) == 0);
}

static void
goodwill_list(struct request *r)
{
	struct params *p = request_params(r);
	int64_t now = clock_now(&request_shop(r)->clock), sum[4] = { 0 };
	struct territory *t = request_territory(r);
	const struct state *s;
	struct filter w;
	json_t *list;

	if (t == NULL)
		return;
	w = (struct filter){ .status = params_str(p, "status", NULL),
		.from = params_when(p, "from", 0),
		.to = params_when(p, "to", INT64_MAX),
		.limit = params_int(p, "limit", LIST_DEFAULT) };
	if (p->failed) {
		request_refuse_params(r);
		return;
	}
	s = t->state;
	list = json_array();
	for (int32_t i = state_goodwills(s) - 1; i >= 0 && w.limit > 0; i--) {
		const struct goodwill *g = state_goodwill(s, i);

		if (!fits(&w, g))
			continue;
		build_add(&list, goodwill_json(s, g));
		sum[g->status] += g->cents;
		w.limit--;
	}
	request_reply(r, json_pack("{s:o, s:I, s:i, s:I, s:I, s:I}", "goodwill", list,
	    "granted_today_cents", (json_int_t)state_goodwill_granted(s, morning_today(s, now)),
	    "limit_today_cents", (int)state_guidelines(s)->goodwill_day_cents, "granted_cents",
	    (json_int_t)sum[GOODWILL_GRANTED], "refused_cents", (json_int_t)sum[GOODWILL_REFUSED],
	    "open_cents", (json_int_t)sum[GOODWILL_OPEN]));
}

/* --- deciding --- */

/* The offer that is named, and its territory; NULL after answering. */
static const struct goodwill *
find(struct request *r, struct territory **ret)
{
	struct shop *shop = request_shop(r);
	const char *id = params_str(request_params(r), "goodwill", "");

	for (size_t i = 0; i < shop->territories; i++) {
		const struct state *s = shop->territory[i]->state;
		int32_t at = state_goodwill_find(s, id);

		if (at >= 0) {
			*ret = shop->territory[i];
			return state_goodwill(s, at);
		}
	}
	request_refuse(r, RPC_NOT_FOUND, NULL, "goodwill: there is no offer %s; goodwill.list names "
	    "those there are", id);
	return NULL;
}

/* Whether the amount is this person's to grant. False after answering. */
static bool
may_grant(struct request *r, const struct state *s, const struct goodwill *g, int64_t cents,
    int64_t left)
{
	const struct guidelines *guide = state_guidelines(s);
	enum role role = request_principal(r)->role;

	if (cents > g->cents && role != ROLE_MANAGER && role != ROLE_ADMIN) {
		request_refuse(r, RPC_FORBIDDEN, NULL, "cents: %" PRId64 " is more than the %" PRId64
		    " proposed, which only a manager may grant", cents, g->cents);
		return false;
	}
	if (cents <= left)
		return true;
	request_refuse(r, RPC_WRONG_STATE, json_pack("{s:I}", "left_today_cents",
	    (json_int_t)left), "%" PRId64 " cents are more than the %" PRId64 " left of today's %d "
	    "(goodwill_day_cents); grant less, decide tomorrow, or have a manager raise the guideline",
	    cents, left, (int)guide->goodwill_day_cents);
	return false;
}

static bool
is_open(struct request *r, const struct goodwill *g)
{
	const char *by = json_string_value(json_object_get(g->words, "by"));

	if (g->status == GOODWILL_OPEN)
		return true;
	request_refuse(r, RPC_WRONG_STATE, NULL, "%s was %s already%s%s: an offer is decided once",
	    g->id, statuses[g->status], by != NULL ? " by " : "", by != NULL ? by : "");
	return false;
}

static void
goodwill_decide(struct request *r)
{
	struct params *p = request_params(r);
	int64_t now = clock_now(&request_shop(r)->clock), left;
	struct territory *t = NULL;
	const struct goodwill *g = find(r, &t);
	struct goodwill_decision d;
	char by[HELP_BY_SIZE];
	bool grant;

	if (g == NULL || !is_open(r, g))
		return;
	grant = strcmp(params_str(p, "decision", ""), "grant") == 0;
	if (!grant && params_has(p, "cents")) {
		params_refuse(p, "cents", "left out unless it is granted", "an amount");
		request_refuse_params(r);
		return;
	}
	help_by(r, by);
	d = (struct goodwill_decision){ .decision = grant ? "grant" : "refuse", .by = by,
		.reason = params_text(p, "reason", NULL), .cents = params_int(p, "cents", g->cents) };
	left = state_guidelines(t->state)->goodwill_day_cents -
	    state_goodwill_granted(t->state, morning_today(t->state, now));
	left = left > 0 ? left : 0;
	if (grant && !may_grant(r, t->state, g, d.cents, left))
		return;
	if (grant)
		left -= d.cents;
	request_commit_one(r, t, goodwill_decided(g, &d, now),
	    json_pack("{s:s, s:s, s:I, s:I}", "goodwill", g->id, "status",
	        grant ? "granted" : "refused", "cents", (json_int_t)d.cents, "left_today_cents",
	        (json_int_t)left));
}

const struct method methods_goodwill[] = {
	{ "goodwill.list", goodwill_list },
	{ "goodwill.decide", goodwill_decide },
	{ NULL, NULL },
};
