/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proto/schema.h"
#include "proto/utf8.h"
#include "proto/when.h"

static const char when_words[] = "a time like 2026-03-12T09:00:00+01:00";

void
params_init(struct params *p, const json_t *obj)
{
	memset(p, 0, sizeof(*p));
	p->obj = obj;
	p->path = "";
}

/* Cuts no character in two, since the copy goes back into JSON. */
static void
copy_cut(char *ret, size_t size, const char *text)
{
	size_t len = utf8_cut(text, strlen(text), size - 1);

	memcpy(ret, text, len);
	ret[len] = '\0';
}

/* Nothing is read after the first refusal. */
static const json_t *
params_find(const struct params *p, const char *name)
{
	return p->failed ? NULL : json_object_get(p->obj, name);
}

bool
params_has(const struct params *p, const char *name)
{
	return json_object_get(p->obj, name) != NULL;
}

const char *
params_str(struct params *p, const char *name, const char *def)
{
	const char *text = json_string_value(params_find(p, name));

	return text != NULL ? text : def;
}

const char *
params_text(struct params *p, const char *name, const char *def)
{
	const char *text = params_str(p, name, NULL);

	return text != NULL && text[0] != '\0' ? text : def;
}

int64_t
params_int(struct params *p, const char *name, int64_t def)
{
	const json_t *v = params_find(p, name);

	return json_is_integer(v) ? json_integer_value(v) : def;
}

bool
params_bool(struct params *p, const char *name, bool def)
{
	const json_t *v = params_find(p, name);

	return json_is_boolean(v) ? json_is_true(v) : def;
}

int32_t
params_udeg(struct params *p, const char *name, int32_t def)
{
	const json_t *v = params_find(p, name);
	double degrees = json_number_value(v);

	if (!json_is_number(v))
		return def;
	if (!(degrees >= -180 && degrees <= 180)) {
		char got[sizeof(p->refusal.got)];

		schema_got(v, got, sizeof(got));
		params_refuse(p, name, "degrees from -180 to 180", got);
		return def;
	}
	return (int32_t)lround(degrees * 1e6);
}

/* A time that is there; refuses what is none. */
static bool
params_time(struct params *p, const char *name, const json_t *v, int64_t *ret_s)
{
	const char *text = json_string_value(v);
	char got[sizeof(p->refusal.got)];

	if (text != NULL && when_parse(text, ret_s) == 0)
		return true;
	schema_got(v, got, sizeof(got));
	params_refuse(p, name, when_words, got);
	return false;
}

int64_t
params_when(struct params *p, const char *name, int64_t def)
{
	const json_t *v = params_find(p, name);
	int64_t s;

	return v != NULL && params_time(p, name, v, &s) ? s : def;
}

const json_t *
params_get(struct params *p, const char *name)
{
	const json_t *v = params_find(p, name);

	return json_is_object(v) || json_is_array(v) ? v : NULL;
}

bool
params_window(struct params *p, const char *name, int64_t *ret_from, int64_t *ret_to)
{
	const json_t *v = params_find(p, name);
	char member[sizeof(p->refusal.member)];
	char expected[sizeof(p->refusal.expected)];
	int64_t from, to;

	if (v == NULL)
		return false;
	snprintf(member, sizeof(member), "%s.from", name);
	if (!params_time(p, member, json_object_get(v, "from"), &from))
		return false;
	snprintf(member, sizeof(member), "%s.to", name);
	if (!params_time(p, member, json_object_get(v, "to"), &to))
		return false;
	if (to <= from) {
		snprintf(expected, sizeof(expected), "a time after %s.from, %.40s", name,
		    json_string_value(json_object_get(v, "from")));
		params_refuse(p, member, expected, json_string_value(json_object_get(v, "to")));
		return false;
	}
	*ret_from = from;
	*ret_to = to;
	return true;
}

void
params_refuse(struct params *p, const char *name, const char *expected, const char *got)
{
	if (p->failed)
		return;
	p->failed = true;
	snprintf(p->refusal.member, sizeof(p->refusal.member), "%s%s", p->path, name);
	copy_cut(p->refusal.expected, sizeof(p->refusal.expected), expected);
	copy_cut(p->refusal.got, sizeof(p->refusal.got), got != NULL ? got : "nothing");
}
