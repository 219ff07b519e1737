/* SPDX-License-Identifier: Apache-2.0 */
/* What disturbing people costs, and whom it has disturbed. */
#include "ctl/show.h"

#include <string.h>

#include "ctl/list.h"
#include "ctl/ripple.h"
#include "ctl/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

void
show_preview(struct ctl *ctl, const json_t *result)
{
	char cost[TEXT_SIZE], before[TEXT_SIZE], after[TEXT_SIZE], text[TEXT_SIZE], call[TEXT_SIZE],
	    who[TEXT_SIZE];
	bool dearer = list_number(result, "cost_cents") > 0;

	show_learn_currency(ctl);
	list_text(ctl, result, "call", call);
	list_text(ctl, result, "technician", who);
	fprintf(ctl->out, "%s for %s: %s%s%s (the plan goes from %s to %s%s%s)\n", call, who,
	    colour_on(ctl, dearer ? YELLOW : GREEN), list_text(ctl, result, "cost_cents", cost),
	    colour_off(ctl, dearer ? YELLOW : GREEN),
	    list_text(ctl, result, "cost_before_cents", before),
	    list_text(ctl, result, "cost_after_cents", after),
	    list_number(result, "paid_cents") > 0 ? ", once for those disturbed " : "",
	    list_number(result, "paid_cents") > 0 ? list_text(ctl, result, "paid_cents", text) : "");
	if (list_text(ctl, result, "arrival", text)[0] != '\0')
		fprintf(ctl->out, "   arrival %s\n", text);
	if (list_number(result, "overtime_s") > 0)
		fprintf(ctl->out, "   overtime %s\n", list_text(ctl, result, "overtime_s", text));
	ripple_lines(ctl, result);
	if (json_array_size(json_object_get(result, "calm")) > 0) {
		fprintf(ctl->out, "\nWithout the move, the price of calm:\n");
		ripple_calm(ctl, json_object_get(result, "calm"));
	}
	list_text(ctl, result, "token", text);
	fprintf(ctl->out, "\nTo do it: evenkeelctl override force %s --to %s --token %s --reason WHY\n",
	    call, who, text);
}

void
show_price(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "ACCOUNT", false, false }, "account", false },
		{ { "SPENT", true, false }, "spent", false },
		{ { "ALLOWED", true, false }, "allowance", false },
	};
	char territory[TEXT_SIZE], cost[TEXT_SIZE], text[TEXT_SIZE];

	show_learn_currency(ctl);
	fprintf(ctl->out, "%sPlan %lld of %s%s costs %s; looked at %lld technicians and %lld calls\n",
	    colour_on(ctl, BOLD), list_number(result, "plan_version"),
	    list_text(ctl, result, "territory", territory), colour_off(ctl, BOLD),
	    list_text(ctl, result, "cost_cents", cost), list_number(result, "scope.technicians"),
	    list_number(result, "scope.calls"));
	if (list_text(ctl, result, "text", text)[0] != '\0')
		fprintf(ctl->out, "%s\n", text);
	fputc('\n', ctl->out);
	ripple_calm(ctl, json_object_get(result, "calm"));
	fputc('\n', ctl->out);
	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "accounts"), "");
}

/* --- why was I moved? --- */

/* What became of a time that people knew, where no other took its place. */
static const char *
ending(const char *code)
{
	static const char *const endings[][2] = {
		{ "carried_over", "carried over to another day" },
		{ "declined", "declined by the customer" },
		{ "countered", "the customer asked for another time" },
		{ "silent", "released: the customer has not answered" },
	};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if (strcmp(code, endings[i][0]) == 0)
			return endings[i][1];
	}
	return "taken out of the plan";
}

/* "09:40 c9 moved from 10:15 to 10:45" */
static void
move_what(const struct ctl *ctl, const json_t *m)
{
	char at[TEXT_SIZE], call[TEXT_SIZE], from[TEXT_SIZE], to[TEXT_SIZE], who[TEXT_SIZE],
	    former[TEXT_SIZE], code[TEXT_SIZE];

	fprintf(ctl->out, "%s  %s%s%s ", list_text(ctl, m, "at", at), colour_on(ctl, BOLD),
	    list_text(ctl, m, "call", call), colour_off(ctl, BOLD));
	list_text(ctl, m, "previous", from);
	list_text(ctl, m, "technician", who);
	if (list_text(ctl, m, "arrival", to)[0] == '\0')
		fprintf(ctl->out, "%s%s%s", ending(list_text(ctl, m, "code", code)),
		    from[0] != '\0' ? ", was told " : "", from);
	else if (from[0] == '\0' || json_is_true(json_object_get(m, "first")))
		fprintf(ctl->out, "told%s: %s comes at %s",
		    list_member(m, "previous_promise") == NULL ? " first" : "", who, to);
	else
		fprintf(ctl->out, "moved from %s to %s", from, to);
	if (list_text(ctl, m, "former", former)[0] != '\0' && strcmp(former, who) != 0)
		fprintf(ctl->out, ", from %s to %s", former, who[0] != '\0' ? who : "nobody");
}

/* "by choice: made room for c41 (booked), paid by the emergency account, 5.00 USD" */
static void
move_why(const struct ctl *ctl, const json_t *m)
{
	bool chosen = json_is_true(json_object_get(m, "chosen"));
	char reason[TEXT_SIZE], cause[TEXT_SIZE], account[TEXT_SIZE], cents[TEXT_SIZE];

	fprintf(ctl->out, "       %s%s%s", colour_on(ctl, chosen ? YELLOW : PLAIN),
	    chosen ? "by choice" : "no choice", colour_off(ctl, chosen ? YELLOW : PLAIN));
	if (list_text(ctl, m, "reason", reason)[0] != '\0')
		fprintf(ctl->out, ": %s", reason);
	fprintf(ctl->out, "; because of %s %s", list_text(ctl, m, "cause.event", cause),
	    list_text(ctl, m, "cause.call|cause.technician", account));
	if (list_text(ctl, m, "cause.text", cause)[0] != '\0')
		fprintf(ctl->out, " (%s)", cause);
	list_text(ctl, m, "account", account);
	if (chosen && account[0] != '\0' && strcmp(account, "none") != 0)
		fprintf(ctl->out, "; paid by the account '%s'", account);
	if (list_number(m, "cents") > 0)
		fprintf(ctl->out, ", %s", list_text(ctl, m, "cents", cents));
	fputc('\n', ctl->out);
}

/* "promised 10:00 to 11:00 before, 11:30 to 12:30 now" */
static void
move_promise(const struct ctl *ctl, const json_t *m)
{
	bool ours = json_is_true(json_object_get(m, "repromised")); /* else by the customer */
	char before[TEXT_SIZE], now[TEXT_SIZE];

	if (list_text(ctl, m, "previous_promise", before)[0] == '\0')
		return;
	fprintf(ctl->out, "       %s%s%s: %s before, %s now\n", colour_on(ctl, ours ? RED : PLAIN),
	    ours ? "re-promised" : "promise", colour_off(ctl, ours ? RED : PLAIN), before,
	    list_text(ctl, m, "promise", now)[0] != '\0' ? now : "nothing");
}

void
show_history(struct ctl *ctl, const json_t *result)
{
	const json_t *moves = json_object_get(result, "moves");
	char since[TEXT_SIZE];
	const json_t *m;
	size_t i;

	show_learn_currency(ctl);
	if (json_array_size(moves) == 0)
		fprintf(ctl->out, "No time was told, and none that was told has changed%s.\n",
		    list_text(ctl, result, "since", since)[0] != '\0' ? ", as far as is remembered" : "");
	json_array_foreach(moves, i, m) {
		move_what(ctl, m);
		fputc('\n', ctl->out);
		move_promise(ctl, m);
		if (!json_is_true(json_object_get(m, "first")) ||
		    json_is_true(json_object_get(m, "chosen")) ||
		    list_member(m, "previous_promise") != NULL)
			move_why(ctl, m);
	}
	if (list_member(result, "next") != NULL)
		fprintf(ctl->out, "There are more: --before %lld\n", list_number(result, "next"));
}
