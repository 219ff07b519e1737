/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes, orders, promises, answers: what was asked for, and what may be counted on. */
#include "ctl/show.h"

#include <string.h>

#include "ctl/list.h"
#include "ctl/ripple.h"
#include "ctl/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* "Wanted by 10:00: 62 % with the best option. ..." */
static void
show_wish(const struct ctl *ctl, const json_t *wish)
{
	char when[TEXT_SIZE], confidence[TEXT_SIZE], text[TEXT_SIZE];

	if (list_text(ctl, wish, "due|window", when)[0] == '\0') {
		fprintf(ctl->out, "%s\n", list_text(ctl, wish, "text", text));
		return;
	}
	fprintf(ctl->out, "Wanted%s %s: %s with the best option.%s%s\n",
	    json_object_get(wish, "due") != NULL ? " by" : "", when,
	    list_text(ctl, wish, "confidence", confidence),
	    list_text(ctl, wish, "text", text)[0] != '\0' ? " " : "", text);
}

void
show_quote(struct ctl *ctl, const json_t *result)
{
	const json_t *calm = json_object_get(result, "calm");
	char text[TEXT_SIZE], until[64] = "", at[TEXT_SIZE];
	const char *expires = json_string_value(json_object_get(result, "expires"));

	show_learn_currency(ctl);
	if (json_object_get(result, "wish") != NULL)
		show_wish(ctl, json_object_get(result, "wish"));
	if (list_text(ctl, result, "text", text)[0] != '\0')
		fprintf(ctl->out, "%s\n", text);
	fputc('\n', ctl->out);
	ripple_options(ctl, json_object_get(result, "options"));
	if (expires != NULL)
		text_until(ctl, expires, until, sizeof(until));
	if (expires != NULL && json_array_size(json_object_get(result, "options")) > 0)
		fprintf(ctl->out, "They may be booked until %s%s%s%s; they rest on plan %lld.\n",
		    list_text(ctl, result, "expires", at), until[0] != '\0' ? " (" : "", until,
		    until[0] != '\0' ? ")" : "", list_number(result, "plan_version"));
	if (json_array_size(calm) > 0) {
		fprintf(ctl->out, "\nThe price of calm, with this call on top:\n");
		ripple_calm(ctl, calm);
	}
}

/* --- an asker's order --- */

/* The wanted calls as people count them: from 1, in the asker's order. */
static json_t *
counted_from_one(const json_t *options)
{
	json_t *list = json_deep_copy(options);
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		json_object_set_new(o, "wanted", json_integer(list_number(o, "wanted") + 1));
	return list;
}

static void
show_one_order(const struct ctl *ctl, const json_t *order)
{
	static const struct field fields[] = {
		{ { "WANTED", true, false }, "wanted", false },
		{ { "DAY", false, false }, "day", false },
		{ { "WINDOW", false, false }, "window", false },
		{ { "CONFIDENCE", true, false }, "confidence", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "IN TIME", false, false }, "meets", false },
		{ { "PLACED", false, false }, "placed", false },
	};
	char by[TEXT_SIZE], cost[TEXT_SIZE], text[TEXT_SIZE];
	json_t *options;

	list_text(ctl, order, "by", by);
	fprintf(ctl->out, "%s%s%s, %s\n", colour_on(ctl, BOLD),
	    strcmp(by, "asker") == 0 ? "In the asker's order" :
	    strcmp(by, "deadline") == 0 ? "By deadline" :
	    strcmp(by, "cheapest") == 0 ? "The cheapest order" : by,
	    colour_off(ctl, BOLD), list_text(ctl, order, "cost_cents", cost));
	if (list_text(ctl, order, "text", text)[0] != '\0')
		fprintf(ctl->out, "%s\n", text);
	options = counted_from_one(json_object_get(order, "options"));
	list_print(ctl, fields, ARRAY_LEN(fields), options, "Nothing.");
	json_decref(options);
	ripple_lines(ctl, order);
}

void
show_order(struct ctl *ctl, const json_t *result)
{
	const json_t *order;
	size_t i;

	show_learn_currency(ctl);
	json_array_foreach(json_object_get(result, "orders"), i, order) {
		if (i > 0)
			fputc('\n', ctl->out);
		show_one_order(ctl, order);
	}
}

/* --- promises --- */

/* "166 of 180 quoted promises held (92 %)." */
static void
show_kept(const struct ctl *ctl, const json_t *result)
{
	char share[TEXT_SIZE];

	if (list_number(result, "quoted") > 0)
		fprintf(ctl->out, "\n%lld of %lld quoted promises held (%s).\n",
		    list_number(result, "held"), list_number(result, "quoted"),
		    list_text(ctl, result, "kept_share", share));
}

void
show_promises(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "CALL", false, false }, "call", false },
		{ { "CUSTOMER", false, true }, "customer", false },
		{ { "STATUS", false, false }, "status", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "PROMISED", false, false }, "window", false },
		{ { "ARRIVAL", false, false }, "arrival", false },
		{ { "90 %", false, false }, "p90", false },
		{ { "RISK", true, false }, "risk", false },
		{ { "LATE", false, false }, "late", false },
		{ { "MOVED", true, false }, "repromised", false },
		{ { "CARRIED", true, false }, "carried_over", false },
		{ { "ANSWER", false, false }, "answer", false },
		{ { "FROM", false, false }, "origin", false },
	};

	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "promises"),
	    "No promise stands.");
	show_kept(ctl, result);
}

void
show_answer(struct ctl *ctl, const json_t *result)
{
	char call[TEXT_SIZE], answer[TEXT_SIZE], text[TEXT_SIZE], promise[TEXT_SIZE];
	bool agreed = json_is_true(json_object_get(result, "agreed"));

	fprintf(ctl->out, "%s: %s, %s%s%s", list_text(ctl, result, "call", call),
	    list_text(ctl, result, "answer", answer), colour_on(ctl, agreed ? GREEN : YELLOW),
	    agreed ? "agreed" : "not agreed yet", colour_off(ctl, agreed ? GREEN : YELLOW));
	if (list_text(ctl, result, "promise", promise)[0] != '\0')
		fprintf(ctl->out, ", promised %s", promise);
	fprintf(ctl->out, ", seq %lld\n%s\n", list_number(result, "seq"),
	    list_text(ctl, result, "text", text));
	if (json_array_size(json_object_get(result, "options")) > 0) {
		show_learn_currency(ctl);
		fputc('\n', ctl->out);
		ripple_options(ctl, json_object_get(result, "options"));
	}
}

void
show_carried(struct ctl *ctl, const json_t *result)
{
	char call[TEXT_SIZE], promise[TEXT_SIZE], from[TEXT_SIZE];
	long long times = list_number(result, "carried_over");

	fprintf(ctl->out, "%sDone%s: %s is carried over", colour_on(ctl, GREEN),
	    colour_off(ctl, GREEN), list_text(ctl, result, "call", call));
	if (times > 1)
		fprintf(ctl->out, " for the %lld. time", times);
	if (list_text(ctl, result, "promise", promise)[0] != '\0')
		fprintf(ctl->out, ", promised %s", promise);
	else
		fprintf(ctl->out, ", not before %s, no promise: agree a window with the customer",
		    list_text(ctl, result, "not_before", from));
	fprintf(ctl->out, ", seq %lld\n", list_number(result, "seq"));
	if (json_is_true(json_object_get(result, "needs_manager")))
		fprintf(ctl->out, "%sA manager should look at it.%s\n", colour_on(ctl, YELLOW),
		    colour_off(ctl, YELLOW));
}
