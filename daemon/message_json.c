/* SPDX-License-Identifier: Apache-2.0 */
/* How a message is shown: from its event alone, without what it was made of. */
#include "daemon/build.h"
#include "daemon/message.h"
#include "proto/when.h"

static int64_t
int_of(const json_t *obj, const char *name)
{
	return json_integer_value(json_object_get(obj, name));
}

const char *
message_kind(size_t i)
{
	static const char *const kinds[] = { "booked", "planned", "moved", "on_the_way", "withdrawn",
		"carried_over", "cancelled", "done", "no_access", "goodwill", "unanswered" };

	return i < sizeof(kinds) / sizeof(kinds[0]) ? kinds[i] : NULL;
}

static json_t *
when_json(int64_t at, const char *zone)
{
	char text[WHEN_SIZE];

	if (when_format(at, zone, text) < 0 && when_format(at, "UTC", text) < 0)
		return NULL;
	return json_string(text);
}

static void
copy_window(json_t **obj, const char *name, const json_t *body, const char *zone)
{
	const json_t *w = json_object_get(body, name);

	if (w != NULL && int_of(w, "to") > 0)
		build_set(obj, name, json_pack("{s:o, s:o}", "from", when_json(int_of(w, "from"), zone),
		    "to", when_json(int_of(w, "to"), zone)));
}

json_t *
message_json(const struct event *ev, const char *territory, const char *zone)
{
	static const char *const same[] = { "message", "call", "kind", "customer", "contact",
		"reference", "language", "text", "code", "reason", "technician", "tracking" };
	json_t *o = json_pack("{s:I, s:s, s:o}", "seq", (json_int_t)ev->seq, "territory", territory,
	    "at", when_json(ev->at_s, zone));

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		json_t *value = json_object_get(ev->body, same[i]);

		if (value != NULL)
			build_set(&o, same[i], json_incref(value));
	}
	if (json_object_get(ev->body, "arrival") != NULL)
		build_set(&o, "arrival", when_json(int_of(ev->body, "arrival"), zone));
	copy_window(&o, "window", ev->body, zone);
	copy_window(&o, "previous", ev->body, zone);
	return o;
}
