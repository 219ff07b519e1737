/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/when.h"

enum { MINUTE_S = 60 };

/* --- JSON --- */

const json_t *
story_member(const json_t *o, const char *path)
{
	while (o != NULL && *path != '\0') {
		char key[64];
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		o = json_is_array(o) ? json_array_get(o, (size_t)atoi(key)) : json_object_get(o, key);
		path += len + (path[len] == '.');
	}
	return o;
}

const char *
story_text(const json_t *o, const char *path)
{
	const char *text = json_string_value(story_member(o, path));

	return text != NULL ? text : "";
}

int64_t
story_number(const json_t *o, const char *path)
{
	return json_integer_value(story_member(o, path));
}

/* --- time --- */

json_t *
story_time(const char *time)
{
	char text[64];
	int day = 21;

	if (time[0] == '+') {
		day += atoi(time + 1);
		time = strchr(time, ' ') + 1;
	}
	snprintf(text, sizeof(text), "2011-09-%02dT%s:00-04:00", day, time);
	return json_string(text);
}

int64_t
story_s(const json_t *time)
{
	int64_t s = 0;

	if (!json_is_string(time) || when_parse(json_string_value(time), &s) < 0)
		fail_msg("expected a time");
	return s;
}

/* Takes all that has been pushed. */
static void
listen(struct story *s)
{
	json_t *pong = harness_ok(s->board, "session.ping", NULL); /* behind all that was sent */
	struct client_note n;

	json_decref(pong);
	while (client_next_note(s->board, &n) == 1) {
		json_array_append_new(s->heard, json_pack("{s:s, s:o}", "method", n.method, "params",
		    n.params));
	}
}

void
story_settle(struct story *s)
{
	json_t *now = harness_ok(s->h.admin, "session.ping", NULL);

	harness_do(s->h.admin, "clock.advance",
	    json_pack("{s:O}", "to", json_object_get(now, "now")));
	json_decref(now);
	listen(s);
}

void
story_at(struct story *s, const char *time)
{
	harness_do(s->h.admin, "clock.advance", json_pack("{s:o}", "to", story_time(time)));
	listen(s);
}

/* --- beginning and end --- */

static struct client *
client_of(struct story *s, const char *role)
{
	char *token = harness_token(&s->h, role, NULL);
	struct client *c = harness_client(&s->h, token);

	free(token);
	return c;
}

void
story_open(struct story *s)
{
	memset(s, 0, sizeof(*s));
	harness_start(&s->h);
	s->heard = json_array();
	s->ids = json_array();
	s->desk = client_of(s, "dispatcher");
	s->manager = client_of(s, "manager");
	s->board = harness_client(&s->h, NULL);
	harness_do(s->board, "feed.subscribe", NULL);
}

void
story_close(struct story *s)
{
	story_settle(s);
	story_calm(s);
	client_close(s->desk);
	client_close(s->manager);
	client_close(s->board);
	json_decref(s->heard);
	json_decref(s->ids);
	harness_done(&s->h);
}

/* --- who works, who calls --- */

void
story_technician(struct story *s, const char *id, double lat, double lon, int days)
{
	json_t *shifts = json_array();

	for (int d = 0; d < days; d++) {
		char from[24], to[24];

		snprintf(from, sizeof(from), "+%d 08:00", d);
		snprintf(to, sizeof(to), "+%d 17:00", d);
		json_array_append_new(shifts,
		    json_pack("{s:o, s:o}", "from", story_time(from), "to", story_time(to)));
	}
	harness_do(s->h.admin, "technician.add", json_pack("{s:s, s:s, s:{s:f, s:f}, s:o}",
	    "technician", id, "name", id, "home", "lat", lat, "lon", lon, "shifts", shifts));
}

void
story_starts(struct story *s, const char *technician)
{
	harness_do(s->desk, "shift.start", json_pack("{s:s}", "technician", technician));
}

json_t *
story_need(const char *customer, double lat, double lon, const char *due, int minutes)
{
	json_t *need = json_pack("{s:s, s:{s:f, s:f}, s:i}", "customer", customer, "site", "lat", lat,
	    "lon", lon, "duration_s", minutes * MINUTE_S);

	if (due != NULL)
		json_object_set_new(need, "due", story_time(due));
	return need;
}

json_t *
story_fixed(const char *customer, double lat, double lon, const char *from, const char *to,
    int minutes)
{
	json_t *need = story_need(customer, lat, lon, NULL, minutes);

	json_object_set_new(need, "appointment",
	    json_pack("{s:o, s:o}", "from", story_time(from), "to", story_time(to)));
	return need;
}

static const char *
keep_id(struct story *s, json_t *done)
{
	const json_t *id = json_object_get(done, "call");

	json_array_append(s->ids, (json_t *)id);
	json_decref(done);
	return json_string_value(json_array_get(s->ids, json_array_size(s->ids) - 1));
}

const char *
story_booked(struct story *s, json_t *need)
{
	return keep_id(s, harness_ok(s->desk, "call.book", need));
}

const char *
story_booked_as_quoted(struct story *s, struct client *who, const json_t *option)
{
	const char *call = keep_id(s, harness_ok(who, "call.book",
	    json_pack("{s:s}", "quote", story_text(option, "quote"))));

	listen(s);
	return call;
}

void
story_stop(struct story *s, const char *what, const char *technician, const char *call)
{
	harness_do(s->desk, what, json_pack("{s:s, s:s}", "technician", technician, "call", call));
	listen(s);
}

/* --- what is known --- */

json_t *
story_call(struct story *s, const char *call)
{
	return harness_ok(s->desk, "call.get", json_pack("{s:s}", "call", call));
}

json_t *
story_plan(struct story *s)
{
	return harness_ok(s->desk, "plan.get", NULL);
}

int64_t
story_cost(struct story *s)
{
	json_t *plan = story_plan(s);
	int64_t cents = story_number(plan, "cost.total_cents");

	json_decref(plan);
	return cents;
}

/* --- what was heard --- */

/* Whether a notification is by this method and about this call. */
static bool
is_about(const json_t *note, const char *method, const char *call)
{
	const json_t *p = json_object_get(note, "params");
	const char *of = story_text(p, "call");

	if (of[0] == '\0')
		of = story_text(p, "message.call");
	if (of[0] == '\0')
		of = story_text(p, "goodwill.call");
	return strcmp(story_text(note, "method"), method) == 0 &&
	    (call == NULL || strcmp(of, call) == 0);
}

size_t
story_heard(const struct story *s, const char *method, const char *call, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < json_array_size(s->heard); i++)
		n += is_about(json_array_get(s->heard, i), method, call);
	return n;
}

const json_t *
story_last(const struct story *s, const char *method, const char *call)
{
	for (size_t i = json_array_size(s->heard); i > 0; i--) {
		const json_t *note = json_array_get(s->heard, i - 1);

		if (is_about(note, method, call))
			return json_object_get(note, "params");
	}
	return NULL;
}

size_t
story_told(const struct story *s, const char *call, const char *kind)
{
	const json_t *note;
	size_t i, n = 0;

	json_array_foreach(s->heard, i, note)
		n += is_about(note, "message.written", call) &&
		    strcmp(story_text(note, "params.message.kind"), kind) == 0;
	return n;
}
