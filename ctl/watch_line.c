/* SPDX-License-Identifier: Apache-2.0 */
/* One notification as one line of text. */
#include <stdlib.h>
#include <string.h>

#include "ctl/list.h"
#include "ctl/text.h"
#include "ctl/watch.h"
#include "proto/when.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static size_t
listed(const json_t *p, const char *path)
{
	return json_array_size(list_member(p, path));
}

/* ", 2 reassigned (c1, c2)", if there are any. */
static void
disturbed(const struct ctl *ctl, const json_t *p, const char *path, const char *label)
{
	char calls[TEXT_SIZE];

	if (listed(p, path) == 0)
		return;
	fprintf(ctl->out, ", %s%zu %s%s (%s)", colour_on(ctl, YELLOW), listed(p, path), label,
	    colour_off(ctl, YELLOW), list_text(ctl, p, path, calls));
}

/* "plan 12 for call_booked c41: 84.00 -> 96.50 USD, proven, 12 ms, budget 1 of 2, ..." */
static void
plan_line(const struct ctl *ctl, const json_t *p)
{
	char event[TEXT_SIZE], object[TEXT_SIZE], before[TEXT_SIZE], after[TEXT_SIZE];
	bool proven = json_is_true(json_object_get(p, "proven"));

	list_text(ctl, p, "cause.event", event);
	list_text(ctl, p, "cause.call|cause.technician", object);
	list_text(ctl, p, "cost_before_cents", before);
	list_text(ctl, p, "cost_after_cents", after);
	before[strcspn(before, " ")] = '\0'; /* the currency is said once */
	fprintf(ctl->out, "%splan %lld%s for %s%s%s: %s -> %s, ", colour_on(ctl, BOLD),
	    list_number(p, "plan_version"), colour_off(ctl, BOLD), event, object[0] != '\0' ? " " : "",
	    object, before, after);
	if (proven)
		fprintf(ctl->out, "%sproven%s", colour_on(ctl, GREEN), colour_off(ctl, GREEN));
	else if (json_object_get(p, "bound_cents") != NULL && list_number(p, "work") > 0)
		fprintf(ctl->out, "gap %.1f %%",
		    100 * json_number_value(json_object_get(p, "gap")));
	else if (list_number(p, "work") > 0)
		fprintf(ctl->out, "no bound");
	else
		fprintf(ctl->out, "not solved");
	fprintf(ctl->out, ", %.1f ms, budget %lld, chosen %zu",
	    json_number_value(json_object_get(p, "solve_ms")), list_number(p, "budget"),
	    listed(p, "disturbance.chosen"));
	disturbed(ctl, p, "disturbance.reassigned", "reassigned");
	disturbed(ctl, p, "disturbance.repromised", "re-promised");
	disturbed(ctl, p, "disturbance.eta_moved", "ETA moved");
	disturbed(ctl, p, "disturbance.dropped", "dropped");
	if (listed(p, "unassigned") > 0)
		fprintf(ctl->out, ", %s%zu not planned%s", colour_on(ctl, RED),
		    listed(p, "unassigned"), colour_off(ctl, RED));
}

/* "eta c17 t4 10:42 (10:30 to 11:05), was 10:15: ..." Later is yellow, earlier green. */
static void
eta_line(const struct ctl *ctl, const json_t *p)
{
	const char *previous = json_string_value(json_object_get(p, "previous"));
	const char *arrival = json_string_value(json_object_get(p, "arrival"));
	char a[TEXT_SIZE], b[TEXT_SIZE], call[TEXT_SIZE], who[TEXT_SIZE], reason[TEXT_SIZE];
	enum colour c = BLUE;
	int64_t was, is;

	if (previous != NULL && arrival != NULL && when_parse(previous, &was) == 0 &&
	    when_parse(arrival, &is) == 0)
		c = is > was ? YELLOW : GREEN;
	fprintf(ctl->out, "%seta%s  %s by %s at %s%s%s", colour_on(ctl, c), colour_off(ctl, c),
	    list_text(ctl, p, "call", call), list_text(ctl, p, "technician", who), colour_on(ctl, c),
	    list_text(ctl, p, "arrival", a), colour_off(ctl, c));
	if (list_text(ctl, p, "previous", b)[0] != '\0')
		fprintf(ctl->out, ", was %s", b);
	fprintf(ctl->out, ", promised %s: %s", list_text(ctl, p, "promise", b),
	    list_text(ctl, p, "reason", reason));
}

/* "call c17 on_site (arrived)" and the same for technicians. */
static void
changed_line(const struct ctl *ctl, const char *what, const json_t *p, const char *other)
{
	enum colour c = text_colour("status", json_object_get(p, "status"));
	char id[TEXT_SIZE], status[TEXT_SIZE], change[TEXT_SIZE], by[TEXT_SIZE];

	fprintf(ctl->out, "%s %s %s%s%s (%s)", what, list_text(ctl, p, what, id), colour_on(ctl, c),
	    list_text(ctl, p, "status", status), colour_off(ctl, c),
	    list_text(ctl, p, "change", change));
	if (list_text(ctl, p, other, by)[0] != '\0')
		fprintf(ctl->out, ", %s %s", other, by);
}

static void
notice_line(const struct ctl *ctl, const json_t *p)
{
	enum colour c = text_colour("level", json_object_get(p, "level"));
	char level[TEXT_SIZE], text[TEXT_SIZE];

	fprintf(ctl->out, "%s%s%s: %s", colour_on(ctl, c), list_text(ctl, p, "level", level),
	    colour_off(ctl, c), list_text(ctl, p, "text", text));
}

/* "risk c17 t4 42 %: arrival 10:42, promised 09:45 to 10:45" */
static void
risk_line(const struct ctl *ctl, const json_t *p)
{
	bool at_risk = json_is_true(json_object_get(p, "at_risk"));
	enum colour c = at_risk ? YELLOW : GREEN;
	char call[TEXT_SIZE], who[TEXT_SIZE], risk[TEXT_SIZE], arrival[TEXT_SIZE], promise[TEXT_SIZE];

	fprintf(ctl->out, "%s%s%s  %s", colour_on(ctl, c), at_risk ? "at risk" : "safe again",
	    colour_off(ctl, c), list_text(ctl, p, "call", call));
	if (list_text(ctl, p, "technician", who)[0] != '\0')
		fprintf(ctl->out, " by %s", who);
	fprintf(ctl->out, ": %s", list_text(ctl, p, "risk", risk));
	if (list_text(ctl, p, "arrival", arrival)[0] != '\0')
		fprintf(ctl->out, ", arrival %s", arrival);
	if (list_text(ctl, p, "promise", promise)[0] != '\0')
		fprintf(ctl->out, ", promised %s", promise);
}

/* "re-promised c17: 09:45 to 10:45 -> 11:00 to 12:00: The stop before runs long" */
static void
moved_line(const struct ctl *ctl, const json_t *p)
{
	char call[TEXT_SIZE], before[TEXT_SIZE], now[TEXT_SIZE], reason[TEXT_SIZE];

	fprintf(ctl->out, "%sre-promised%s  %s: %s -> %s", colour_on(ctl, RED), colour_off(ctl, RED),
	    list_text(ctl, p, "call", call), list_text(ctl, p, "previous", before),
	    list_text(ctl, p, "promise", now)[0] != '\0' ? now : "to be agreed");
	if (list_text(ctl, p, "reason", reason)[0] != '\0')
		fprintf(ctl->out, ": %s", reason);
}

static void
goodwill_line(const struct ctl *ctl, const json_t *p)
{
	enum colour c = text_colour("status", list_member(p, "goodwill.status"));
	char id[TEXT_SIZE], call[TEXT_SIZE], form[TEXT_SIZE], cents[TEXT_SIZE], cause[TEXT_SIZE],
	    status[TEXT_SIZE];

	fprintf(ctl->out, "goodwill %s for %s: %s %s, %s, %s%s%s",
	    list_text(ctl, p, "goodwill.goodwill", id), list_text(ctl, p, "goodwill.call", call),
	    list_text(ctl, p, "goodwill.form", form), list_text(ctl, p, "goodwill.cents", cents),
	    list_text(ctl, p, "goodwill.cause", cause), colour_on(ctl, c),
	    list_text(ctl, p, "goodwill.status", status), colour_off(ctl, c));
}

/* "message m12 to Acme (c17): We are sorry ..." */
static void
message_line(const struct ctl *ctl, const json_t *p)
{
	char id[TEXT_SIZE], customer[TEXT_SIZE], call[TEXT_SIZE], text[TEXT_SIZE];

	fprintf(ctl->out, "%smessage%s %s to %s (%s): %s", colour_on(ctl, BLUE), colour_off(ctl, BLUE),
	    list_text(ctl, p, "message.message", id), list_text(ctl, p, "message.customer", customer),
	    list_text(ctl, p, "message.call", call), list_text(ctl, p, "message.text", text));
}

/* Any other notification, one of a newer daemon too. */
static void
other_line(const struct ctl *ctl, const char *method, const json_t *p)
{
	char *json = json_dumps(p, JSON_COMPACT | JSON_REAL_PRECISION(9));
	char text[TEXT_SIZE];

	text_safe(json != NULL ? json : "", text, sizeof(text));
	fprintf(ctl->out, "%s %s", method, text);
	free(json);
}

static const struct line {
	const char *method;
	void (*print)(const struct ctl *ctl, const json_t *params);
} lines[] = {
	{ "plan.revised", plan_line },
	{ "eta.revised", eta_line },
	{ "promise.at_risk", risk_line },
	{ "promise.moved", moved_line },
	{ "goodwill.proposed", goodwill_line },
	{ "message.written", message_line },
	{ "notice", notice_line },
};

void
watch_line(const struct ctl *ctl, const struct client_note *n)
{
	const json_t *p = n->params;
	char at[TEXT_SIZE];
	size_t i = 0;

	fprintf(ctl->out, "%s%lld%s ", colour_on(ctl, DIM), list_number(p, "seq"),
	    colour_off(ctl, DIM));
	if (strcmp(n->method, "eta.revised") != 0 &&
	    list_text(ctl, p, "at|message.at", at)[0] != '\0')
		fprintf(ctl->out, "%s ", at);
	while (i < ARRAY_LEN(lines) && strcmp(lines[i].method, n->method) != 0)
		i++;
	if (i < ARRAY_LEN(lines))
		lines[i].print(ctl, p);
	else if (strcmp(n->method, "call.changed") == 0)
		changed_line(ctl, "call", p, "technician");
	else if (strcmp(n->method, "technician.changed") == 0)
		changed_line(ctl, "technician", p, "call");
	else
		other_line(ctl, n->method, p);
	fputc('\n', ctl->out);
}
