/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/show.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/list.h"
#include "ctl/ripple.h"
#include "ctl/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *
member(const json_t *o, const char *path)
{
	const char *text = json_string_value(list_member(o, path));

	return text != NULL ? text : "";
}

static void
title(const struct ctl *ctl, const char *text)
{
	fprintf(ctl->out, "%s%s%s\n", colour_on(ctl, BOLD), text, colour_off(ctl, BOLD));
}

void
show_learn_currency(struct ctl *ctl)
{
	json_t *g;

	if (ctl->currency[0] != '\0' || ctl->client == NULL)
		return;
	g = ctl_ask(ctl, "guidelines.get", NULL);
	text_safe(member(g, "guidelines.currency"), ctl->currency, sizeof(ctl->currency));
	json_decref(g);
}

void
show_json(struct ctl *ctl, const json_t *result)
{
	json_dumpf(result, ctl->out, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
	fputc('\n', ctl->out);
}

void
show_any(struct ctl *ctl, const json_t *result)
{
	size_t width = 0;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)result, key, v) {
		char label[TEXT_SIZE];

		text_label(key, label, sizeof(label));
		width = text_width(label) > width ? text_width(label) : width;
	}
	json_object_foreach((json_t *)result, key, v) {
		char label[TEXT_SIZE], text[TEXT_SIZE], until[64] = "";
		enum colour c = text_colour(key, v);

		text_label(key, label, sizeof(label));
		text_value(ctl, key, v, text, sizeof(text));
		if (json_is_string(v))
			text_until(ctl, json_string_value(v), until, sizeof(until));
		fprintf(ctl->out, "%s%*s  %s%s%s%s%s%s\n", label,
		    (int)(width - text_width(label)), "", colour_on(ctl, c), text,
		    colour_off(ctl, c), until[0] != '\0' ? " (" : "", until,
		    until[0] != '\0' ? ")" : "");
	}
}

void
show_done(struct ctl *ctl, const json_t *result)
{
	static const char *const what[] = { "call", "technician", "status", "version",
		"promise", "plan_version", "cost_cents", "calls" };
	char text[TEXT_SIZE], label[64];
	const char *before = " ";

	if (list_member(result, "cost_cents") != NULL)
		show_learn_currency(ctl);
	fprintf(ctl->out, "%sDone%s:", colour_on(ctl, GREEN), colour_off(ctl, GREEN));
	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		if (list_member(result, what[i]) == NULL)
			continue;
		text_label(what[i], label, sizeof(label));
		fprintf(ctl->out, "%s%s %s", before, label, list_text(ctl, result, what[i], text));
		before = ", ";
	}
	fprintf(ctl->out, "%sseq %lld\n", before, list_number(result, "seq"));
}

void
show_call(struct ctl *ctl, const json_t *result)
{
	json_t *rest = json_copy((json_t *)result);
	const json_t *history = json_object_get(result, "history");
	const json_t *h;
	size_t i;

	json_object_del(rest, "history"); /* shown below, a line for each */
	show_any(ctl, rest);
	json_decref(rest);
	if (json_array_size(history) > 0) {
		fputc('\n', ctl->out);
		title(ctl, "What was told, and when");
	}
	json_array_foreach(history, i, h) {
		const char *before = "";
		const char *key;
		json_t *v;

		json_object_foreach((json_t *)h, key, v) {
			char label[64], text[TEXT_SIZE];

			text_label(key, label, sizeof(label));
			text_value(ctl, key, v, text, sizeof(text));
			fprintf(ctl->out, "%s%s %s", before, label, text);
			before = ", ";
		}
		fputc('\n', ctl->out);
	}
}

void
show_calls(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "CALL", false, false }, "call", false },
		{ { "STATUS", false, false }, "status", false },
		{ { "SEVERITY", false, false }, "severity", false },
		{ { "CUSTOMER", false, true }, "customer", false },
		{ { "KIND", false, true }, "kind", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "TOLD", false, false }, "eta.arrival", false },
		{ { "ARRIVAL", false, false }, "arrival", true },
		{ { "PROMISED", false, false }, "promise", false },
		{ { "DUE", false, false }, "due|appointment", false },
	};
	const char *next = member(result, "next");

	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "calls"), "No calls.");
	if (next[0] != '\0')
		fprintf(ctl->out, "There are more: --after %s\n", next);
}

void
show_technicians(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "NAME", false, true }, "name", false },
		{ { "STATUS", false, false }, "status", false },
		{ { "CALL", false, false }, "call", false },
		{ { "UNTIL", false, false }, "until", true },
		{ { "SKILLS", false, true }, "skills", false },
		{ { "SHIFTS", false, true }, "shifts", false },
		{ { "ABSENT", false, false }, "absent", false },
	};

	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "technicians"),
	    "No technicians.");
}

static const struct field stop_fields[] = {
	{ { "ARRIVAL", false, false }, "arrival", true },
	{ { "END", false, false }, "end", false },
	{ { "CALL", false, false }, "call", false },
	{ { "STATUS", false, false }, "status", false },
	{ { "CUSTOMER", false, true }, "customer", false },
	{ { "KIND", false, true }, "kind", false },
	{ { "PROMISED", false, false }, "promise", false },
	{ { "DRIVE", true, false }, "drive_s", false },
	{ { "PINNED", false, false }, "pinned", false },
};

void
show_day(struct ctl *ctl, const json_t *result)
{
	static const struct field break_fields[] = {
		{ { "BREAK", false, false }, "start", true },
		{ { "LENGTH", true, false }, "duration_s", false },
		{ { "STATUS", false, false }, "status", false },
	};
	const json_t *breaks = json_object_get(result, "breaks");
	char a[TEXT_SIZE], b[TEXT_SIZE], c[TEXT_SIZE], d[TEXT_SIZE];
	enum colour colour = text_colour("status", json_object_get(result, "status"));

	fprintf(ctl->out, "%s%s%s %s, %s%s%s", colour_on(ctl, BOLD),
	    list_text(ctl, result, "technician", a), colour_off(ctl, BOLD),
	    list_text(ctl, result, "name", b), colour_on(ctl, colour),
	    list_text(ctl, result, "status", c),
	    colour_off(ctl, colour));
	if (list_text(ctl, result, "shift", d)[0] != '\0')
		fprintf(ctl->out, ", shift %s", d);
	fprintf(ctl->out, "\n\n");
	list_print(ctl, stop_fields, ARRAY_LEN(stop_fields), json_object_get(result, "stops"),
	    "Nothing ahead.");
	if (json_array_size(breaks) > 0) {
		fputc('\n', ctl->out);
		list_print(ctl, break_fields, ARRAY_LEN(break_fields), breaks, "");
	}
	if (json_array_size(json_object_get(result, "stops")) > 0 &&
	    list_text(ctl, result, "end", a)[0] != '\0')
		fprintf(ctl->out, "\nHome at %s\n", a);
	if (json_array_size(json_object_get(result, "done")) > 0) {
		fputc('\n', ctl->out);
		title(ctl, "Done");
		list_print(ctl, stop_fields, ARRAY_LEN(stop_fields) - 1, /* no longer pinned */
		    json_object_get(result, "done"), "");
	}
}

/* "08:10 c17, 09:30 c4": one route on a line. */
static void
route_text(const struct ctl *ctl, const json_t *route, char *ret, size_t size)
{
	const json_t *stop;
	size_t i, len = 0;

	ret[0] = '\0';
	json_array_foreach(json_object_get(route, "stops"), i, stop) {
		char at[TEXT_SIZE], call[TEXT_SIZE];

		list_text(ctl, stop, "arrival", at);
		list_text(ctl, stop, "call", call);
		if (len + strlen(at) + strlen(call) + 8 > size) {
			snprintf(ret + len, size - len, ", ...");
			return;
		}
		len += (size_t)snprintf(ret + len, size - len, "%s%s %s", i > 0 ? ", " : "", at, call);
	}
}

static void
show_routes(const struct ctl *ctl, const json_t *routes)
{
	static const struct column columns[] = {
		{ "TECHNICIAN", false, false },
		{ "CALLS", true, false },
		{ "STOPS", false, true },
		{ "END", false, false },
		{ "DRIVING", true, false },
		{ "OVERTIME", true, false },
	};
	struct table *t = table_new(columns, ARRAY_LEN(columns));
	const json_t *r;
	size_t i;

	json_array_foreach(routes, i, r) {
		char text[TEXT_SIZE];

		if (t == NULL)
			break;
		table_add(t, PLAIN, list_text(ctl, r, "technician", text));
		snprintf(text, sizeof(text), "%zu", json_array_size(json_object_get(r, "stops")));
		table_add(t, PLAIN, text);
		route_text(ctl, r, text, sizeof(text));
		table_add(t, PLAIN, text);
		/* Who drives nowhere comes home from nowhere. */
		table_add(t, PLAIN, json_array_size(json_object_get(r, "stops")) > 0 ?
		    list_text(ctl, r, "end", text) : "");
		table_add(t, PLAIN, list_text(ctl, r, "drive_s", text));
		table_add(t, list_number(r, "overtime_s") > 0 ? YELLOW : PLAIN,
		    list_number(r, "overtime_s") > 0 ? list_text(ctl, r, "overtime_s", text) : "");
	}
	if (t == NULL || table_print(t, ctl, "No routes.") < 0)
		fprintf(stderr, "evenkeelctl: out of memory\n");
	table_free(t);
}

/* "Cost 84.00 USD: driving 40.00, late 44.00" */
static void
show_cost(const struct ctl *ctl, const json_t *cost)
{
	char total[TEXT_SIZE];

	fprintf(ctl->out, "Cost %s: ", list_text(ctl, cost, "total_cents", total));
	ripple_cost(ctl, cost);
	fputc('\n', ctl->out);
}

void
show_plan(struct ctl *ctl, const json_t *result)
{
	const json_t *unassigned = json_object_get(result, "unassigned");
	char text[TEXT_SIZE], territory[TEXT_SIZE];

	show_learn_currency(ctl);
	list_text(ctl, result, "territory", territory);
	fprintf(ctl->out, "%sPlan %lld of %s%s", colour_on(ctl, BOLD), list_number(result, "version"),
	    territory, colour_off(ctl, BOLD));
	if (list_member(result, "spent_hour") != NULL)
		fprintf(ctl->out, ", calls disturbed: %lld this hour, %lld today",
		    list_number(result, "spent_hour"), list_number(result, "spent_day"));
	fputc('\n', ctl->out);
	show_cost(ctl, json_object_get(result, "cost"));
	fputc('\n', ctl->out);
	show_routes(ctl, json_object_get(result, "routes"));
	if (json_array_size(unassigned) > 0) {
		list_text(ctl, result, "unassigned", text);
		fprintf(ctl->out, "\n%sNot planned (%zu)%s: %s\n", colour_on(ctl, RED),
		    json_array_size(unassigned), colour_off(ctl, RED), text);
	}
}

void
show_guidelines(struct ctl *ctl, const json_t *result)
{
	static const struct column columns[] = {
		{ "NAME", false, false },
		{ "VALUE", true, false },
		{ "UNIT", false, false },
		{ "MEANING", false, true },
	};
	const json_t *properties =
	    json_object_get(openrpc_schema(ctl->doc, "Guidelines"), "properties");
	struct table *t = table_new(columns, ARRAY_LEN(columns));
	const char *key;
	json_t *v;

	fprintf(ctl->out, "Version %lld\n", list_number(result, "version"));
	json_object_foreach(json_object_get(result, "guidelines"), key, v) {
		const json_t *schema = json_object_get(properties, key);
		bool changed = schema != NULL && !json_equal(json_object_get(schema, "default"), v);
		char text[TEXT_SIZE];

		if (t == NULL)
			break;
		text_safe(key, text, sizeof(text));
		table_add(t, PLAIN, text);
		text_value(ctl, "", v, text, sizeof(text)); /* as it is set: in its own unit */
		table_add(t, changed ? YELLOW : PLAIN, text);
		table_add(t, DIM, member(schema, "x-unit"));
		table_add(t, PLAIN, member(schema, "description"));
	}
	if (t == NULL || table_print(t, ctl, "No guidelines.") < 0)
		fprintf(stderr, "evenkeelctl: out of memory\n");
	table_free(t);
}

void
show_status(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "TERRITORY", false, false }, "territory", false },
		{ { "PLAN", true, false }, "plan_version", false },
		{ { "TECHNICIANS", true, false }, "technicians", false },
		{ { "ON SHIFT", true, false }, "on_shift", false },
		{ { "OPEN CALLS", true, false }, "open", false },
		{ { "UNASSIGNED", true, false }, "unassigned", false },
		{ { "SEQ", true, false }, "seq", false },
		{ { "SETTLED", false, false }, "settled", false },
	};
	const json_t *solver = json_object_get(result, "solver");
	enum colour c = text_colour("state", json_object_get(solver, "state"));
	char a[TEXT_SIZE], b[TEXT_SIZE], up[TEXT_SIZE], state[TEXT_SIZE];

	fprintf(ctl->out, "%s, up %s, %s (%s clock), %lld sessions\n",
	    list_text(ctl, result, "version", a), list_text(ctl, result, "uptime_s", up),
	    list_text(ctl, result, "now", b), list_text(ctl, result, "clock", state),
	    list_number(result, "sessions"));
	fprintf(ctl->out, "solver %s%s%s: %lld workers, %lld solves (%lld proven), %lld timeouts, "
	                  "%lld rejected, %lld restarts\n",
	    colour_on(ctl, c), list_text(ctl, solver, "state", a), colour_off(ctl, c),
	    list_number(solver, "workers"), list_number(solver, "solves"), list_number(solver, "proven"),
	    list_number(solver, "timeouts"), list_number(solver, "rejected"),
	    list_number(solver, "restarts"));
	fprintf(ctl->out, "store %s: %lld commits, fsync %lld us median, %lld us at most for 99 %%\n",
	    list_text(ctl, result, "store.url", a), list_number(result, "store.commits"),
	    list_number(result, "store.fsync_us_p50"), list_number(result, "store.fsync_us_p99"));
	if (list_number(result, "webhooks.webhooks") > 0)
		fprintf(ctl->out, "webhooks %lld: %lld messages waiting, %lld dead, %lld restarts\n",
		    list_number(result, "webhooks.webhooks"), list_number(result, "webhooks.waiting"),
		    list_number(result, "webhooks.dead"), list_number(result, "webhooks.restarts"));
	fputc('\n', ctl->out);
	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "territories"),
	    "No territories.");
}

void
show_tokens(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "TOKEN", false, false }, "id", false },
		{ { "ROLE", false, false }, "role", false },
		{ { "NAME", false, true }, "name", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "ISSUED", false, false }, "issued", false },
		{ { "EXPIRES", false, false }, "expires", true },
		{ { "REVOKED", false, false }, "revoked", false },
	};

	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "tokens"), "No tokens.");
}

/* The secret alone on stdout, so that it can go into a file; the rest is for eyes. */
void
show_token(struct ctl *ctl, const json_t *result)
{
	char id[TEXT_SIZE], secret[TEXT_SIZE];

	text_safe(member(result, "token"), secret, sizeof(secret));
	fprintf(ctl->out, "%s\n", secret);
	fflush(ctl->out);
	fprintf(stderr, "Token %s: it is shown this once; the daemon keeps only a hash.\n",
	    list_text(ctl, result, "id", id));
}
