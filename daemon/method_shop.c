/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about how the shop is run: its guidelines. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/guidelines.h"
#include "daemon/method.h"

static void
guidelines_get(struct request *r)
{
	struct territory *t = request_territory(r);

	if (t == NULL)
		return;
	request_reply(r,
	    json_pack("{s:I, s:o}", "version", (json_int_t)state_guidelines_version(t->state),
		"guidelines", guidelines_to_json(state_guidelines(t->state))));
}

/* Whether it has the form of a code of ISO 4217. */
static bool
is_currency(const char *code)
{
	return strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static void
guidelines_set_(struct request *r)
{
	struct params *p = request_params(r);
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	int64_t version, wanted;
	const char *currency;
	json_t *values;

	if (t == NULL)
		return;
	version = state_guidelines_version(t->state);
	wanted = params_int(p, "if_version", version);
	if (wanted != version) {
		request_refuse(r, RPC_CONFLICT, json_pack("{s:I}", "current", (json_int_t)version),
		    "The guidelines changed meanwhile: their version is %" PRId64, version);
		return;
	}
	values = json_object_get(p->obj, "guidelines");
	if (json_object_size(values) == 0) {
		params_refuse(p, "guidelines", "at least one guideline (guidelines.get lists them)",
		    "none");
		request_refuse_params(r);
		return;
	}
	currency = json_string_value(json_object_get(values, "currency"));
	if (currency != NULL && !is_currency(currency)) {
		params_refuse(p, "guidelines.currency", "three capital letters, as USD", currency);
		request_refuse_params(r);
		return;
	}
	request_commit_one(r, t,
	    event_new(EV_GUIDELINES_SET, now,
		json_pack("{s:O, s:I}", "guidelines", values, "version",
		    (json_int_t)(version + 1))),
	    json_pack("{s:I}", "version", (json_int_t)(version + 1)));
}

const struct method methods_shop[] = {
	{ "guidelines.get", guidelines_get },
	{ "guidelines.set", guidelines_set_ },
	{ NULL, NULL },
};
