/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quotes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOT_DIGITS = 4 };

struct quotes {
	char boot[BOOT_DIGITS + 1];
	int64_t given; /* ids so far */
	struct quoted *ring;
	int32_t n, next; /* next: where the next one goes */
};

struct quotes *
quotes_new(const char *boot)
{
	struct quotes *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->ring = calloc(QUOTES_MAX, sizeof(*q->ring));
	if (q->ring == NULL) {
		free(q);
		return NULL;
	}
	snprintf(q->boot, sizeof(q->boot), "%s", boot);
	return q;
}

static void
forget(struct quoted *one)
{
	json_decref(one->wanted);
	json_decref(one->terms);
	json_decref(one->rests);
	json_decref(one->breaks);
	*one = (struct quoted){ .id = "" };
}

void
quotes_free(struct quotes *q)
{
	if (q == NULL)
		return;
	for (int32_t i = 0; i < q->n; i++)
		forget(&q->ring[i]);
	free(q->ring);
	free(q);
}

static int64_t
version_of(const struct state *s, const struct quote_of *of)
{
	int32_t call = of->call[0] == '\0' ? -1 : state_call_find(s, of->call);

	return call < 0 ? 0 : state_call(s, call)->version;
}

static int
keep_one(struct quotes *q, const struct state *s, int64_t expires,
    const struct quote_need *need, struct quote_option *o)
{
	struct quoted *to = &q->ring[q->next];
	char id[QUOTES_ID_SIZE];

	snprintf(id, sizeof(id), "q%s-%" PRId64, q->boot, q->given + 1);
	if (json_object_set_new(o->shown, "quote", json_string(id)) < 0)
		return -ENOMEM;
	forget(to);
	*to = (struct quoted){
		.wanted = json_incref((json_t *)need->terms),
		.terms = json_incref(o->terms),
		.rests = json_incref(o->rests),
		.breaks = json_incref(json_object_get(o->shown, "breaks")),
		.of = need->of,
		.version = version_of(s, &need->of),
		.from = o->from,
		.to = o->to,
		.cost_cents = o->cost_cents,
		.after_cents = o->after_cents,
		.pct = o->pct,
		.brokens = o->brokens,
		.needs_manager = o->needs_manager,
		.another_day = o->another_day,
		.expires = expires,
		.guidelines_version = state_guidelines_version(s),
	};
	snprintf(to->id, sizeof(to->id), "%s", id);
	snprintf(to->territory, sizeof(to->territory), "%s", state_territory(s));
	snprintf(to->technician, sizeof(to->technician), "%s", state_tech(s, o->tech)->id);
	q->given++;
	q->next = (q->next + 1) % QUOTES_MAX;
	q->n += q->n < QUOTES_MAX;
	return 0;
}

int
quotes_keep(struct quotes *q, const struct state *s, int64_t now, const struct quote_need *need,
    struct quote_result *result)
{
	int64_t expires = now + state_guidelines(s)->quote_s;
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < result->options; i++)
		rc = keep_one(q, s, expires, need, &result->option[i]);
	return rc;
}

struct quoted *
quotes_find(struct quotes *q, const char *id)
{
	for (int32_t i = 0; i < q->n; i++)
		if (strcmp(q->ring[i].id, id) == 0)
			return &q->ring[i];
	return NULL;
}
