/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

#include <errno.h>
#include <string.h>

#include "ctl/list.h"
#include "ctl/ripple.h"
#include "ctl/show.h"
#include "ctl/text.h"
#include "ctl/verb.h"
#include "proto/when.h"

/* An answer that says what time it is: the clock may have moved since the hello, or been moved. */
static const char *
learn_now(struct ctl *ctl, const json_t *result)
{
	const char *now = json_string_value(json_object_get(result, "now"));

	return now != NULL && when_parse(now, &ctl->now_s) == 0 ? now : NULL;
}

static void
learn_clock(struct ctl *ctl)
{
	const json_t *session = client_session(ctl->client);
	const char *now = learn_now(ctl, session);
	const char *zone = json_string_value(json_object_get(session, "zone"));
	int64_t local_s;
	char utc[64];

	snprintf(ctl->zone, sizeof(ctl->zone), "%s", zone == NULL ? "" : zone);
	if (now == NULL)
		return;
	snprintf(utc, sizeof(utc), "%.19sZ", now);
	if (when_parse(utc, &local_s) == 0)
		ctl->offset_s = (int32_t)(local_s - ctl->now_s);
}

enum exit_code
ctl_connect(struct ctl *ctl)
{
	struct client_error err = { 0 };
	int rc = ctl->client != NULL ? 0 : client_open(&ctl->where, &ctl->client, &err);

	if (rc == 0) {
		learn_clock(ctl);
		return EXIT_DONE;
	}
	if (rc == -EREMOTEIO)
		ctl_say_error(ctl, "session.hello", &err);
	else
		fprintf(stderr, "evenkeelctl: %s\n", err.message);
	client_error_done(&err);
	return rc == -EREMOTEIO ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

enum exit_code
ctl_call(struct ctl *ctl, const char *method, json_t *params, json_t **ret_result)
{
	struct client_error err = { 0 };
	int rc = client_call(ctl->client, method, params, ctl->where.timeout_ms, ret_result, &err);

	if (rc == 0) {
		learn_now(ctl, *ret_result);
		return EXIT_DONE;
	}
	if (rc == -EREMOTEIO)
		ctl_say_error(ctl, method, &err);
	else
		fprintf(stderr, "evenkeelctl: %s: %s\n", method, err.message);
	client_error_done(&err);
	return rc == -EREMOTEIO ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

json_t *
ctl_ask(struct ctl *ctl, const char *method, json_t *params)
{
	json_t *result;

	if (client_call(ctl->client, method, params, ctl->where.timeout_ms, &result, NULL) < 0)
		return NULL;
	learn_now(ctl, result);
	return result;
}

static void
say_error_json(const char *method, const struct client_error *e)
{
	json_t *o = json_pack("{s:s, s:i, s:s}", "method", method, "code", e->code, "message",
	    e->message);

	if (e->data != NULL)
		json_object_set(o, "data", e->data);
	json_dumpf(o, stderr, JSON_INDENT(2));
	fputc('\n', stderr);
	json_decref(o);
}

/* What the daemon offers instead, when it could not do what was asked. */
static void
say_offer(struct ctl *ctl, const json_t *data)
{
	FILE *out = ctl->out;
	char reason[TEXT_SIZE];

	ctl->out = stderr;
	if (list_text(ctl, data, "reason", reason)[0] != '\0')
		fprintf(stderr, "  %s\n", reason);
	fprintf(stderr, "Options to agree with the customer:\n");
	show_quote(ctl, data);
	ctl->out = out;
}

/* The verb that calls a method whose name begins here, or NULL. */
static const struct verb *
verb_here(const char *at, size_t *ret_len)
{
	for (size_t i = 0; i < verb_count(); i++) {
		const char *method = verb_at(i)->method;

		*ret_len = method != NULL ? strlen(method) : 0;
		if (*ret_len > 0 && strncmp(at, method, *ret_len) == 0 &&
		    strchr("abcdefghijklmnopqrstuvwxyz._", at[*ret_len]) == NULL)
			return verb_at(i);
	}
	return NULL;
}

/* The daemon names methods and members of the wire: people typed verbs. */
static void
in_verbs(const char *text, char *ret, size_t size)
{
	static const char options[] = "one of data.options";
	size_t len = 0;

	while (*text != '\0' && len + 1 < size) {
		size_t taken = 0;
		const struct verb *v = verb_here(text, &taken);

		if (v != NULL) {
			len += (size_t)snprintf(ret + len, size - len, "evenkeelctl %s", v->words);
		} else if (strncmp(text, options, strlen(options)) == 0) {
			taken = strlen(options);
			len += (size_t)snprintf(ret + len, size - len, "one of these options");
		} else {
			taken = 1;
			ret[len++] = *text;
		}
		text += taken;
		len = len < size ? len : size - 1;
	}
	ret[len] = '\0';
}

/* The other members of a refusal, by name; promises that would break are told as in a quote. */
static void
say_data(struct ctl *ctl, const json_t *data)
{
	char text[TEXT_SIZE], label[64];
	FILE *out = ctl->out;
	const char *key;
	json_t *v;

	ctl->out = stderr;
	json_object_foreach((json_t *)data, key, v) {
		if (strcmp(key, "breaks") == 0) {
			show_learn_currency(ctl);
			ripple_breaks(ctl, v);
			continue;
		}
		text_label(key, label, sizeof(label));
		text_value(ctl, key, v, text, sizeof(text));
		fprintf(stderr, "  %-10s %s\n", label, text);
	}
	ctl->out = out;
}

void
ctl_say_error(struct ctl *ctl, const char *method, const struct client_error *e)
{
	char text[TEXT_SIZE], said[TEXT_SIZE];

	if (ctl->json) {
		say_error_json(method, e);
		return;
	}
	text_safe(e->message, text, sizeof(text));
	in_verbs(text, said, sizeof(said));
	fprintf(stderr, "evenkeelctl: %s was refused: %s (%d)\n", method, said, e->code);
	if (strstr(text, "expected a time like") != NULL)
		fprintf(stderr, "  here also 14:30, 5pm, noon, \"tomorrow 09:00\" or +45m\n");
	if (json_is_array(json_object_get(e->data, "options")))
		say_offer(ctl, e->data);
	else
		say_data(ctl, e->data);
}
