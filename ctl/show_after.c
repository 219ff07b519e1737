/* SPDX-License-Identifier: Apache-2.0 */
/* What happens around a promise: goodwill, what was learned, messages and where they go. */
#include "ctl/show.h"

#include <string.h>

#include "ctl/list.h"
#include "ctl/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { INDENT = 7 /* of what stands below a line that begins with a time */ };

void
show_goodwill(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "GOODWILL", false, false }, "goodwill", false },
		{ { "CALL", false, false }, "call", false },
		{ { "CUSTOMER", false, true }, "customer", false },
		{ { "OFFER", false, false }, "form", false },
		{ { "AMOUNT", true, false }, "cents", false },
		{ { "BECAUSE", false, false }, "cause", false },
		{ { "PROPOSED", false, false }, "at", false },
		{ { "STATUS", false, false }, "status", false },
		{ { "BY", false, true }, "by", false },
	};
	const json_t *list = json_object_get(result, "goodwill");
	char granted[TEXT_SIZE], limit[TEXT_SIZE], open[TEXT_SIZE];

	show_learn_currency(ctl);
	list_print(ctl, fields, ARRAY_LEN(fields), list, "No goodwill was offered.");
	fprintf(ctl->out, "\nGranted today %s of %s",
	    list_text(ctl, result, "granted_today_cents", granted),
	    list_text(ctl, result, "limit_today_cents", limit));
	if (list_number(result, "open_cents") > 0)
		fprintf(ctl->out, "; open %s: evenkeelctl goodwill decide GOODWILL grant|refuse",
		    list_text(ctl, result, "open_cents", open));
	fputc('\n', ctl->out);
}

void
show_decided(struct ctl *ctl, const json_t *result)
{
	char id[TEXT_SIZE], status[TEXT_SIZE], cents[TEXT_SIZE], left[TEXT_SIZE];

	show_learn_currency(ctl);
	fprintf(ctl->out, "%sDone%s: %s %s, %s; %s may still be granted today, seq %lld\n",
	    colour_on(ctl, GREEN), colour_off(ctl, GREEN), list_text(ctl, result, "goodwill", id),
	    list_text(ctl, result, "status", status), list_text(ctl, result, "cents", cents),
	    list_text(ctl, result, "left_today_cents", left), list_number(result, "seq"));
}

void
show_learned(struct ctl *ctl, const json_t *result)
{
	static const struct field work[] = {
		{ { "KIND", false, true }, "kind", false },
		{ { "TECHNICIAN", false, false }, "technician", false },
		{ { "CASES", true, false }, "cases", false },
		{ { "FROM TOMORROW", true, false }, "new_cases", false },
		{ { "TAKES", true, false }, "ratio", false },
		{ { "SPREAD", true, false }, "spread", false },
		{ { "PLANNED", true, false }, "planned_s", false },
		{ { "FEW", false, false }, "few", false },
	};
	static const struct field drives[] = {
		{ { "DRIVES OF", false, false }, "technician", false },
		{ { "CASES", true, false }, "cases", false },
		{ { "FROM TOMORROW", true, false }, "new_cases", false },
		{ { "TAKES", true, false }, "ratio", false },
		{ { "SPREAD", true, false }, "spread", false },
		{ { "FEW", false, false }, "few", false },
	};
	char level[TEXT_SIZE];

	list_print(ctl, work, ARRAY_LEN(work), json_object_get(result, "work"),
	    "No duration was learned yet.");
	fputc('\n', ctl->out);
	list_print(ctl, drives, ARRAY_LEN(drives), json_object_get(result, "drives"),
	    "No drive was learned yet.");
	if (list_member(result, "window_level") != NULL)
		fprintf(ctl->out, "\nWindows are drawn at the %s point, after %lld promises that could "
		                  "be checked.\n",
		    list_text(ctl, result, "window_level", level), list_number(result, "quoted"));
}

/* "desk: dead after 10 tries (410); crm: delivered" */
static void
deliveries_text(const struct ctl *ctl, const json_t *deliveries, char *ret, size_t size)
{
	const json_t *d;
	size_t i, len = 0;

	ret[0] = '\0';
	json_array_foreach(deliveries, i, d) {
		char to[TEXT_SIZE], status[TEXT_SIZE], error[TEXT_SIZE], one[TEXT_SIZE * 3 + 16];

		list_text(ctl, d, "webhook", to);
		list_text(ctl, d, "status", status);
		list_text(ctl, d, "error", error);
		snprintf(one, sizeof(one), "%s%s: %s%s%s%s", i > 0 ? "; " : "", to, status,
		    error[0] != '\0' ? " (" : "", error, error[0] != '\0' ? ")" : "");
		if (len + strlen(one) + 1 > size)
			return;
		len += (size_t)snprintf(ret + len, size - len, "%s", one);
	}
}

/* For eyes: the words that were sent in full, below whom they went to. */
static void
messages_below(const struct ctl *ctl, const json_t *messages)
{
	const json_t *one;
	size_t i;

	json_array_foreach(messages, i, one) {
		char at[TEXT_SIZE], text[TEXT_SIZE], call[TEXT_SIZE], kind[TEXT_SIZE], to[TEXT_SIZE],
		    sent[TEXT_SIZE];

		deliveries_text(ctl, json_object_get(one, "deliveries"), sent, sizeof(sent));
		fprintf(ctl->out, "%s  %s%s%s %s to %s", list_text(ctl, one, "message.at", at),
		    colour_on(ctl, BOLD), list_text(ctl, one, "message.call", call),
		    colour_off(ctl, BOLD), list_text(ctl, one, "message.kind", kind),
		    list_text(ctl, one, "message.customer", to));
		fprintf(ctl->out, ", %s%s%s\n%*s", list_text(ctl, one, "message.message", text),
		    sent[0] != '\0' ? ", " : "", sent, INDENT, "");
		text_wrapped(ctl->out, INDENT, ctl->width, list_text(ctl, one, "message.text", text));
	}
	if (json_array_size(messages) == 0)
		fprintf(ctl->out, "No messages.\n");
}

/* A line each, for a program or a pipe. */
static void
messages_table(const struct ctl *ctl, const json_t *messages)
{
	static const struct column columns[] = {
		{ "AT", false, false },
		{ "MESSAGE", false, false },
		{ "CALL", false, false },
		{ "KIND", false, false },
		{ "CUSTOMER", false, true },
		{ "TEXT", false, true },
		{ "DELIVERED", false, true },
	};
	struct table *t = table_new(columns, ARRAY_LEN(columns));
	const json_t *one;
	size_t i;

	json_array_foreach(messages, i, one) {
		static const char *const paths[] = { "message.at", "message.message", "message.call",
			"message.kind", "message.customer", "message.text" };
		char text[TEXT_SIZE];

		for (size_t c = 0; c < ARRAY_LEN(paths) && t != NULL; c++)
			table_add(t, PLAIN, list_text(ctl, one, paths[c], text));
		deliveries_text(ctl, json_object_get(one, "deliveries"), text, sizeof(text));
		if (t != NULL)
			table_add(t, strstr(text, "dead") != NULL ? RED : PLAIN, text);
	}
	if (t == NULL || table_print(t, ctl, "No messages.") < 0)
		fprintf(stderr, "evenkeelctl: out of memory\n");
	table_free(t);
}

void
show_messages(struct ctl *ctl, const json_t *result)
{
	const json_t *messages = json_object_get(result, "messages");

	if (ctl->width > 0)
		messages_below(ctl, messages);
	else
		messages_table(ctl, messages);
	if (list_member(result, "next") != NULL)
		fprintf(ctl->out, "There are more: --before %lld\n", list_number(result, "next"));
}

void
show_webhooks(struct ctl *ctl, const json_t *result)
{
	static const struct field fields[] = {
		{ { "WEBHOOK", false, false }, "webhook", false },
		{ { "URL", false, true }, "url", false },
		{ { "KINDS", false, true }, "kinds", false },
		{ { "WAITING", true, false }, "waiting", false },
		{ { "DEAD", true, false }, "dead", false },
		{ { "DISABLED", false, false }, "disabled", false },
		{ { "WHY", false, true }, "why", false },
	};

	list_print(ctl, fields, ARRAY_LEN(fields), json_object_get(result, "webhooks"),
	    "No webhooks.");
}

/* The secret alone on stdout, so that it can go into a file; the rest is for eyes. */
void
show_webhook(struct ctl *ctl, const json_t *result)
{
	char id[TEXT_SIZE], url[TEXT_SIZE], secret[TEXT_SIZE];
	bool disabled = json_is_true(json_object_get(result, "disabled"));

	if (list_text(ctl, result, "secret", secret)[0] != '\0')
		fprintf(ctl->out, "%s\n", secret);
	fflush(ctl->out);
	fprintf(stderr, "Webhook %s sends to %s%s.%s\n", list_text(ctl, result, "webhook", id),
	    list_text(ctl, result, "url", url), disabled ? ", but is disabled" : "",
	    secret[0] != '\0' ? " The secret is shown this once." : "");
}
