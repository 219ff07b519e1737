/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ripple.h"

#include <string.h>

#include "ctl/list.h"
#include "ctl/text.h"
#include "proto/when.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	INDENT = 11,  /* of what follows "delays" */
	WIDEST = 140, /* an options' table with all its columns */
};

/* Money without its currency: that is said once, with the sum. */
static const char *
bare_money(const struct ctl *ctl, const json_t *o, const char *path, char buf[TEXT_SIZE])
{
	list_text(ctl, o, path, buf);
	buf[strcspn(buf, " ")] = '\0';
	return buf;
}

void
ripple_cost(const struct ctl *ctl, const json_t *cost)
{
	const char *before = "";
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)cost, key, v) {
		char label[64], text[TEXT_SIZE];

		if (strcmp(key, "total_cents") == 0 || json_integer_value(v) == 0)
			continue;
		text_label(key, label, sizeof(label));
		fprintf(ctl->out, "%s%s %s", before, label, bare_money(ctl, cost, key, text));
		before = ", ";
	}
}

/* ", 25 min later": by how much a time changes. */
static void
say_by(const struct ctl *ctl, const json_t *d)
{
	const char *from = json_string_value(json_object_get(d, "from"));
	const char *to = json_string_value(json_object_get(d, "to"));
	char text[TEXT_SIZE];
	int64_t was, is;

	if (from == NULL || to == NULL || when_parse(from, &was) < 0 || when_parse(to, &is) < 0 ||
	    was == is)
		return;
	text_duration(is > was ? is - was : was - is, text, sizeof(text));
	fprintf(ctl->out, ", %s %s", text, is > was ? "later" : "earlier");
}

/* "c17 from 10:15 to 10:40, 25 min later, promise holds" */
static void
delay_text(const struct ctl *ctl, const json_t *d)
{
	char call[TEXT_SIZE], from[TEXT_SIZE], to[TEXT_SIZE], promise[TEXT_SIZE];
	enum colour c = text_colour("promise", json_object_get(d, "promise"));

	list_text(ctl, d, "promise", promise);
	if (list_text(ctl, d, "to", to)[0] == '\0')
		snprintf(to, sizeof(to), "no place");
	fprintf(ctl->out, "%s from %s to %s", list_text(ctl, d, "call", call),
	    list_text(ctl, d, "from", from), to);
	say_by(ctl, d);
	if (strcmp(promise, "none") != 0)
		fprintf(ctl->out, ", %spromise %s%s", colour_on(ctl, c), promise, colour_off(ctl, c));
	fputc('\n', ctl->out);
}

/* "c9 of Acme, promised 10:00 to 11:00: would start 11:20, goodwill 50.00 USD" */
static void
break_text(const struct ctl *ctl, const json_t *b)
{
	char call[TEXT_SIZE], customer[TEXT_SIZE], promise[TEXT_SIZE], to[TEXT_SIZE], cents[TEXT_SIZE];

	fprintf(ctl->out, "%s%s%s%s", colour_on(ctl, RED), list_text(ctl, b, "call", call),
	    list_text(ctl, b, "customer", customer)[0] != '\0' ? " of " : "", customer);
	fprintf(ctl->out, ", promised %s: ", list_text(ctl, b, "promise", promise));
	if (list_text(ctl, b, "to", to)[0] != '\0')
		fprintf(ctl->out, "would start %s", to);
	else
		fprintf(ctl->out, "would have no place");
	if (list_number(b, "goodwill_cents") > 0)
		fprintf(ctl->out, ", goodwill %s", list_text(ctl, b, "goodwill_cents", cents));
	fprintf(ctl->out, "%s\n", colour_off(ctl, RED));
}

/* "customer of c17: We are sorry ..." */
static void
tell_text(const struct ctl *ctl, const json_t *t)
{
	char to[TEXT_SIZE], call[TEXT_SIZE], kind[TEXT_SIZE], text[TEXT_SIZE], all[3 * TEXT_SIZE];

	list_text(ctl, t, "kind", kind);
	snprintf(all, sizeof(all), "%s of %s: %s", list_text(ctl, t, "to", to),
	    list_text(ctl, t, "call", call), list_text(ctl, t, "text", text)[0] != '\0' ? text : kind);
	text_wrapped(ctl->out, INDENT, ctl->width, all);
}

static void
each(const struct ctl *ctl, const char *head, const json_t *list,
    void (*one)(const struct ctl *, const json_t *))
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		fprintf(ctl->out, "   %-*s", INDENT - 3, i == 0 ? head : "");
		one(ctl, o);
	}
}

void
ripple_breaks(const struct ctl *ctl, const json_t *breaks)
{
	each(ctl, "breaks", breaks, break_text);
}

void
ripple_lines(const struct ctl *ctl, const json_t *o)
{
	char text[TEXT_SIZE];

	if (json_array_size(json_object_get(o, "delays")) == 0)
		fprintf(ctl->out, "   delays  nobody else\n");
	each(ctl, "delays", json_object_get(o, "delays"), delay_text);
	ripple_breaks(ctl, json_object_get(o, "breaks"));
	each(ctl, "tells", json_object_get(o, "tells"), tell_text);
	if (list_number(o, "goodwill_cents") > 0)
		fprintf(ctl->out, "   goodwill up to %s\n", list_text(ctl, o, "goodwill_cents", text));
}

/* --- the price of calm --- */

static void
calm_row(const struct ctl *ctl, struct table *t, const json_t *one)
{
	char text[TEXT_SIZE];

	if (list_number(one, "budget") < 0)
		snprintf(text, sizeof(text), "any");
	else
		snprintf(text, sizeof(text), "%lld", list_number(one, "budget"));
	table_add(t, PLAIN, text);
	table_add(t, PLAIN, list_text(ctl, one, "cost_cents", text));
	table_add(t, list_number(one, "saves_cents") > 0 ? GREEN : PLAIN,
	    list_text(ctl, one, "saves_cents", text));
	table_add(t, PLAIN, list_text(ctl, one, "disturbed", text));
	table_add(t, PLAIN, list_text(ctl, one, "proven", text));
}

/* No budget buys anything: rows that are all alike would only be read in vain. */
static bool
is_flat(const json_t *calm)
{
	const json_t *one;
	size_t i;

	json_array_foreach(calm, i, one) {
		if (list_number(one, "cost_cents") !=
		    list_number(json_array_get(calm, 0), "cost_cents"))
			return false;
	}
	return json_array_size(calm) > 1;
}

void
ripple_calm(const struct ctl *ctl, const json_t *calm)
{
	static const struct column columns[] = {
		{ "CALLS MOVED", true, false },
		{ "COST", true, false },
		{ "SAVES", true, false },
		{ "USED", true, false },
		{ "PROVEN", false, false },
	};
	struct table *t;
	const json_t *one;
	size_t i;

	if (json_array_size(calm) == 0)
		return;
	if (is_flat(calm)) {
		char cost[TEXT_SIZE];

		fprintf(ctl->out, "%s, however many calls may be moved: nothing is to be gained by it\n",
		    list_text(ctl, json_array_get(calm, 0), "cost_cents", cost));
		return;
	}
	t = table_new(columns, ARRAY_LEN(columns));
	json_array_foreach(calm, i, one) {
		if (t != NULL)
			calm_row(ctl, t, one);
	}
	if (t == NULL || table_print(t, ctl, "") < 0)
		fprintf(stderr, "evenkeelctl: out of memory\n");
	table_free(t);
}

/* --- options --- */

/* One option below the table: why one would take it, and what it does to others. */
static void
option_lines(const struct ctl *ctl, const json_t *o)
{
	char text[TEXT_SIZE], cost[TEXT_SIZE], before[TEXT_SIZE], after[TEXT_SIZE];

	fprintf(ctl->out, "\n%s%s%s  %s", colour_on(ctl, BOLD), list_text(ctl, o, "quote", text),
	    colour_off(ctl, BOLD), list_text(ctl, o, "kinds", cost));
	if (list_text(ctl, o, "arrival", text)[0] != '\0')
		fprintf(ctl->out, ", arrival %s", text);
	fputc('\n', ctl->out);
	if (list_member(o, "cost") != NULL) {
		fprintf(ctl->out, "   cost    %s: ", list_text(ctl, o, "cost_cents", cost));
		ripple_cost(ctl, json_object_get(o, "cost"));
		fprintf(ctl->out, " (the plan goes from %s to %s%s%s)\n",
		    bare_money(ctl, o, "cost_before_cents", before),
		    bare_money(ctl, o, "cost_after_cents", after),
		    list_number(o, "paid_cents") > 0 ? ", once for those disturbed " : "",
		    list_number(o, "paid_cents") > 0 ? bare_money(ctl, o, "paid_cents", text) : "");
	}
	ripple_lines(ctl, o);
	if (json_is_true(json_object_get(o, "needs_manager")))
		fprintf(ctl->out, "   %sonly a manager may book it%s: it breaks a customer's promise for "
		                  "somebody inside\n",
		    colour_on(ctl, RED), colour_off(ctl, RED));
}

void
ripple_options(const struct ctl *ctl, const json_t *options)
{
	static const struct field fields[] = {
		{ { "QUOTE", false, false }, "quote", false },
		{ { "WINDOW", false, false }, "window", false },
		{ { "CONFIDENCE", true, false }, "confidence", false },
		{ { "IN TIME", false, false }, "meets", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "COST", true, false }, "cost_cents", false },
		{ { "OVERTIME", true, false }, "overtime_s", false },
		/* Below each option as well: a narrow terminal does without. */
		{ { "ARRIVAL", false, false }, "arrival", true },
		{ { "BEST AT", false, false }, "kinds", false },
	};
	size_t count = ARRAY_LEN(fields) - (ctl->width == 0 || ctl->width >= WIDEST ? 0 : 2);
	const json_t *o;
	size_t i;

	list_print(ctl, fields, count, options, "No option.");
	json_array_foreach(options, i, o)
		option_lines(ctl, o);
	if (list_member(json_array_get(options, 0), "quote") != NULL) {
		char quote[TEXT_SIZE];

		fprintf(ctl->out, "\nTo book one: evenkeelctl call book --quote %s\n",
		    list_text(ctl, json_array_get(options, 0), "quote", quote));
	}
}
