/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

#include <errno.h>
#include <string.h>

#include "ctl/list.h"
#include "ctl/show.h"
#include "ctl/text.h"
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

void
ctl_say_error(struct ctl *ctl, const char *method, const struct client_error *e)
{
	char text[TEXT_SIZE], label[64];
	const char *key;
	json_t *v;

	if (ctl->json) {
		say_error_json(method, e);
		return;
	}
	text_safe(e->message, text, sizeof(text));
	fprintf(stderr, "evenkeelctl: %s was refused: %s (%d)\n", method, text, e->code);
	if (json_is_array(json_object_get(e->data, "options"))) {
		say_offer(ctl, e->data);
		return;
	}
	json_object_foreach(e->data, key, v) {
		text_label(key, label, sizeof(label));
		text_value(ctl, key, v, text, sizeof(text));
		fprintf(stderr, "  %-10s %s\n", label, text);
	}
}
