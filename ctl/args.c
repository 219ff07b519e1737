/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "proto/schema.h"

enum { PLACES_MAX = 8 };

static const char *
member_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

static int __attribute__((format(printf, 3, 4)))
wrong(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return -EINVAL;
}

static bool
has_property(const struct ctl *ctl, const json_t *schema, const char *name)
{
	const json_t *s = schema_resolve(ctl->doc, schema);

	return json_object_get(json_object_get(s, "properties"), name) != NULL;
}

static bool
is_type(const struct ctl *ctl, const json_t *schema, const char *type)
{
	return strcmp(member_text(schema_resolve(ctl->doc, schema), "type"), type) == 0;
}

static bool
is_id(const struct ctl *ctl, const json_t *schema)
{
	return strcmp(member_text(schema_resolve(ctl->doc, schema), "format"), "id") == 0;
}

/* --- places: parameters without an option --- */

/* Word number i of a list of words, copied without its ? or *; false at the end. */
static bool
place_at(const struct verb *v, size_t i, char ret[ARGS_OPTION_SIZE], char *ret_mark)
{
	const char *at = v->places;
	size_t len;

	while (at != NULL && i-- > 0) {
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL || *at == '\0')
		return false;
	len = strcspn(at, " ");
	*ret_mark = at[len - 1] == '?' || at[len - 1] == '*' ? at[len - 1] : ' ';
	snprintf(ret, ARGS_OPTION_SIZE, "%.*s", (int)(len - (*ret_mark != ' ')), at);
	return true;
}

int
args_place_of(const struct verb *v, const char *param)
{
	char name[ARGS_OPTION_SIZE];
	char mark;

	for (size_t i = 0; i < PLACES_MAX && place_at(v, i, name, &mark); i++) {
		if (strcmp(name, param) == 0)
			return (int)i;
		if (strcmp(name, "lat,lon") == 0 &&
		    (strcmp(param, "lat") == 0 || strcmp(param, "lon") == 0))
			return (int)i;
	}
	return -1;
}

/* --- options --- */

/* "technician=to" in the verb's row, else the parameter's name without its unit. */
static void
option_name(const struct verb *v, const char *param, char ret[ARGS_OPTION_SIZE])
{
	const char *at = v->renames != NULL ? strstr(v->renames, param) : NULL;
	size_t len = strlen(param);

	if (at != NULL && at[len] == '=') {
		snprintf(ret, ARGS_OPTION_SIZE, "--%.*s", (int)strcspn(at + len + 1, " "),
		    at + len + 1);
		return;
	}
	if (len > 2 && strcmp(param + len - 2, "_s") == 0)
		len -= 2;
	snprintf(ret, ARGS_OPTION_SIZE, "--%.*s", (int)len, param);
	for (char *c = ret; *c != '\0'; c++) {
		if (*c == '_')
			*c = '-';
	}
}

/* What stands for the value in a usage line. */
static const char *
option_value(const struct ctl *ctl, const json_t *schema, const char *param)
{
	const json_t *s = schema_resolve(ctl->doc, schema);
	const char *type = member_text(s, "type");
	size_t len = strlen(param);

	if (strcmp(type, "boolean") == 0)
		return "";
	if (strcmp(type, "array") == 0) {
		const json_t *items = json_object_get(s, "items");

		return has_property(ctl, items, "skill") ? "SKILL[:LEVEL],..." :
		    has_property(ctl, items, "site")     ? "CUSTOMER;LAT,LON;TIME[;NAME=VALUE]..." :
		    has_property(ctl, items, "from")     ? "FROM/TO" :
		    is_type(ctl, items, "integer")       ? "N,..." :
		    json_object_get(schema_resolve(ctl->doc, items), "enum") != NULL ? "WORD,..." :
		    is_type(ctl, items, "string") && !is_id(ctl, items) ? "WORD,..." : "ID,...";
	}
	if (has_property(ctl, s, "lat"))
		return "LAT,LON";
	if (has_property(ctl, s, "from"))
		return "FROM/TO";
	if (strcmp(member_text(s, "format"), "date-time") == 0 || strcmp(param, "due") == 0)
		return "TIME";
	if (strcmp(member_text(s, "format"), "id") == 0)
		return "ID";
	if (strcmp(type, "integer") == 0)
		return len > 2 && strcmp(param + len - 2, "_s") == 0 ? "DURATION" : "N";
	return json_object_get(s, "enum") != NULL ? "WORD" : "TEXT";
}

/*
 * A parameter's options: mostly one; a site has --at and --address, shifts have --shift
 * and --break.
 */
enum part { PART_WHOLE, PART_ADDRESS, PART_BREAK, PARTS };

/* What a parameter is for, and its values; for a list, those of one of it. */
static void
describe(const struct ctl *ctl, const json_t *schema, struct args_option *ret)
{
	const json_t *s = schema_resolve(ctl->doc, schema);
	const json_t *item = json_object_get(s, "items");

	ret->description = member_text(s, "description");
	ret->values = json_object_get(s, "enum");
	if (ret->values == NULL && item != NULL) {
		ret->values = json_object_get(schema_resolve(ctl->doc, item), "enum");
		schema = item;
	}
	schema_words(ctl->doc, schema, ret->words, sizeof(ret->words));
}

static bool
option_of(const struct ctl *ctl, const struct verb *v, const json_t *param, enum part part,
    struct args_option *ret)
{
	const json_t *schema = json_object_get(param, "schema");
	const char *name = member_text(param, "name");
	bool site = has_property(ctl, schema, "address");
	bool shifts = strcmp(name, "shifts") == 0;

	if (args_place_of(v, name) >= 0 || (part == PART_ADDRESS && !site) ||
	    (part == PART_BREAK && !shifts))
		return false;
	memset(ret, 0, sizeof(*ret));
	option_name(v, site ? "at" : shifts ? "shift" : name, ret->name);
	ret->value = option_value(ctl, schema, name);
	describe(ctl, schema, ret);
	ret->required = json_is_true(json_object_get(param, "required")) && part == PART_WHOLE;
	if (part == PART_ADDRESS) {
		snprintf(ret->name, sizeof(ret->name), "--address");
		ret->value = "TEXT";
		ret->description = "Its address, for people.";
	} else if (part == PART_BREAK) {
		snprintf(ret->name, sizeof(ret->name), "--break");
		ret->value = "FROM/TO/DURATION";
		ret->description = "A break of the shift before it; may be repeated.";
	} else if (shifts) {
		ret->description = "A shift; may be repeated.";
	} else if (strcmp(name, "wanted") == 0) {
		ret->description = "A wanted call, with any parameter of a booking as NAME=VALUE, "
		                   "or a file of JSON lines as @FILE; repeated in your order.";
	}
	return true;
}

bool
args_place_at(const struct ctl *ctl, const struct verb *v, size_t i, struct args_option *ret)
{
	const struct method_spec *m = openrpc_method(ctl->doc, v->method);
	const json_t *p;
	size_t k;
	char mark;

	memset(ret, 0, sizeof(*ret));
	ret->value = "";
	ret->description = "WGS 84 degrees, as in 42.36,-71.06."; /* for lat,lon: two parameters */
	if (!place_at(v, i, ret->name, &mark))
		return false;
	json_array_foreach(m->params, k, p) {
		if (strcmp(member_text(p, "name"), ret->name) == 0)
			describe(ctl, json_object_get(p, "schema"), ret);
	}
	ret->required = mark == ' ';
	if (mark == '*')
		snprintf(ret->name, sizeof(ret->name), "name=value");
	return true;
}

bool
args_option_at(const struct ctl *ctl, const struct verb *v, size_t i, struct args_option *ret)
{
	const struct method_spec *m = openrpc_method(ctl->doc, v->method);
	const json_t *p;
	size_t k;

	json_array_foreach(m->params, k, p) {
		for (int part = 0; part < PARTS; part++) {
			if (option_of(ctl, v, p, (enum part)part, ret) && i-- == 0)
				return true;
		}
	}
	return false;
}

/* The parameter that an option belongs to, and which part of it. */
static const json_t *
option_find(const struct ctl *ctl, const struct verb *v, const char *word, size_t len,
    enum part *ret_part)
{
	const struct method_spec *m = openrpc_method(ctl->doc, v->method);
	struct args_option o;
	const json_t *p;
	size_t k;

	json_array_foreach(m->params, k, p) {
		for (int part = 0; part < PARTS; part++) {
			if (!option_of(ctl, v, p, (enum part)part, &o))
				continue;
			if (strlen(o.name) == len && strncmp(o.name, word, len) == 0) {
				*ret_part = (enum part)part;
				return p;
			}
		}
	}
	return NULL;
}

/* --- putting the parameters together --- */

/* The object under a key, made if need be. */
static json_t *
under(json_t *params, const char *name)
{
	json_t *o = json_object_get(params, name);

	if (o == NULL) {
		o = json_object();
		json_object_set_new(params, name, o);
	}
	return o;
}

static void
set_site(json_t *params, const char *name, json_t *place)
{
	if (json_is_object(place))
		json_object_update_missing(under(params, name), place);
	else
		json_object_set(params, name, place); /* text: refused by the check */
	json_decref(place);
}

/* A break goes into the shift that was given before it. */
static int
add_break(const struct ctl *ctl, json_t *params, const json_t *schema, const char *name,
    const char *text, char *why, size_t why_size)
{
	json_t *shifts = json_object_get(params, name);
	json_t *shift = json_array_get(shifts, json_array_size(shifts) - 1);
	const json_t *items = json_object_get(schema_resolve(ctl->doc, schema), "items");
	const json_t *of_shift = json_object_get(schema_resolve(ctl->doc, items), "properties");
	const json_t *breaks = json_object_get(of_shift, "breaks");
	json_t *one;

	if (!json_is_object(shift))
		return wrong(why, why_size, "--break belongs to a shift: give --shift FROM/TO first");
	one = args_value(ctl, json_object_get(breaks, "items"), "break", text);
	if (json_object_get(shift, "breaks") == NULL)
		json_object_set_new(shift, "breaks", json_array());
	json_array_append_new(json_object_get(shift, "breaks"), one);
	return 0;
}

static void
set_value(const struct ctl *ctl, json_t *params, const json_t *param, const char *text)
{
	const json_t *schema = json_object_get(param, "schema");
	const char *name = member_text(param, "name");
	json_t *v = args_value(ctl, schema, name, text);
	json_t *before = json_object_get(params, name);

	if (has_property(ctl, schema, "address")) {
		set_site(params, name, v);
	} else if (json_is_array(v) && before != NULL) {
		json_array_extend(before, v);
		json_decref(v);
	} else {
		json_object_set_new(params, name, v);
	}
}

/* An option and its value, in one word or two. Returns how many words it took, or -EINVAL. */
static int
take_option(const struct ctl *ctl, const struct verb *v, int argc, char **argv, json_t *params,
    char *why, size_t why_size)
{
	const char *equals = strchr(argv[0], '=');
	size_t len = equals != NULL ? (size_t)(equals - argv[0]) : strlen(argv[0]);
	enum part part = PART_WHOLE;
	const json_t *p = option_find(ctl, v, argv[0], len, &part);
	const char *name = member_text(p, "name");
	const json_t *schema = json_object_get(p, "schema");
	const char *text = equals != NULL ? equals + 1 : argc > 1 ? argv[1] : NULL;

	if (p == NULL)
		return wrong(why, why_size, "%s has no option %.*s", v->words, (int)len, argv[0]);
	if (option_value(ctl, schema, name)[0] == '\0' && equals == NULL) {
		json_object_set_new(params, name, json_true());
		return 1;
	}
	if (text == NULL)
		return wrong(why, why_size, "%s needs a value", argv[0]);
	if (part == PART_ADDRESS)
		json_object_set_new(under(params, name), "address", json_string(text));
	else if (part == PART_BREAK && add_break(ctl, params, schema, name, text, why, why_size) < 0)
		return -EINVAL;
	else if (part == PART_WHOLE)
		set_value(ctl, params, p, text);
	return equals != NULL ? 1 : 2;
}

static const json_t *
param_named(const struct method_spec *m, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach(m->params, i, p) {
		if (strcmp(member_text(p, "name"), name) == 0)
			return p;
	}
	return NULL;
}

/* "freeze=20m": a member of an object parameter, by its short or full name. */
static int
take_pair(const struct ctl *ctl, const json_t *param, const char *word, json_t *params, char *why,
    size_t why_size)
{
	const json_t *schema = schema_resolve(ctl->doc, json_object_get(param, "schema"));
	const json_t *properties = json_object_get(schema, "properties");
	const char *equals = strchr(word, '=');
	char key[ARGS_OPTION_SIZE];
	json_t *o = under(params, member_text(param, "name"));

	if (equals == NULL || equals - word >= ARGS_OPTION_SIZE - 8)
		return wrong(why, why_size, "expected NAME=VALUE, not %s", word);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
	if (json_object_get(properties, key) == NULL)
		snprintf(key, sizeof(key), "%.*s_s", (int)(equals - word), word);
	if (json_object_get(properties, key) == NULL)
		snprintf(key, sizeof(key), "%.*s_cents", (int)(equals - word), word);
	if (json_object_get(properties, key) == NULL) /* for the check to refuse, with what is near */
		snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
	json_object_set_new(o, key,
	    args_value(ctl, json_object_get(properties, key), key, equals + 1));
	return 0;
}

static int
take_place(const struct ctl *ctl, const struct verb *v, size_t place, const char *word,
    json_t *params, char *why, size_t why_size)
{
	const struct method_spec *m = openrpc_method(ctl->doc, v->method);
	char name[ARGS_OPTION_SIZE];
	const json_t *p;
	json_t *at;
	char mark;

	if (!place_at(v, place, name, &mark))
		return wrong(why, why_size, "one word too many: %s", word);
	if (strcmp(name, "lat,lon") == 0) {
		p = openrpc_schema(ctl->doc, "Position");
		at = args_value(ctl, p, name, word);
		if (!json_is_object(at))
			json_object_set(params, "lat", at);
		json_object_update(params, at);
		json_decref(at);
		return 0;
	}
	p = param_named(m, name);
	if (mark == '*')
		return take_pair(ctl, p, word, params, why, why_size);
	set_value(ctl, params, p, word);
	return 0;
}

/* The first place that must be filled and was not, or NULL. */
static const char *
place_missing(const struct verb *v, size_t filled, char ret[ARGS_OPTION_SIZE])
{
	char mark;

	if (!place_at(v, filled, ret, &mark) || mark == '?')
		return NULL;
	for (char *c = ret; *c != '\0'; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	return ret;
}

/* How a value is written here, where the document only knows what it becomes; or NULL. */
static const char *
written_as(const char *value)
{
	static const char *const forms[][2] = {
		{ "LAT,LON", "LAT,LON, like 42.33,-71.06" },
		{ "FROM/TO", "FROM/TO, like 14:00/16:00 or \"tomorrow 09:00/tomorrow 11:00\"" },
		{ "TIME", "a time, like 14:30, \"tomorrow 09:00\" or +45m" },
		{ "DURATION", "a duration, like 45m or 1h30m" },
		{ "CUSTOMER;LAT,LON;TIME[;NAME=VALUE]...",
		    "2 to 6 times \"CUSTOMER;LAT,LON;TIME\", like \"Acme;42.33,-71.06;14:30\"" },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(value, forms[i][0]) == 0)
			return forms[i][1];
	}
	return NULL;
}

/* Refusals speak of members; people typed options. */
static int
say_refusal(const struct ctl *ctl, const struct verb *v, const struct refusal *r, char *why,
    size_t why_size)
{
	struct args_option o;
	char member[sizeof(r->member)], option[ARGS_OPTION_SIZE];

	snprintf(member, sizeof(member), "%.*s", (int)strcspn(r->member, ".["), r->member);
	option_name(v, strcmp(member, "shifts") == 0 ? "shift" :
	    strcmp(member, "site") == 0              ? "at" : member, option);
	for (size_t i = 0; args_option_at(ctl, v, i, &o); i++) {
		if (strcmp(o.name, option) != 0)
			continue;
		if (written_as(o.value) != NULL && strcmp(member, r->member) == 0 &&
		    strstr(r->expected, "whole number") == NULL)
			return wrong(why, why_size, "%s: expected %s, got %s", option,
			    written_as(o.value), r->got);
		return wrong(why, why_size, "%s: expected %s, got %s (%s)", option, r->expected,
		    r->got, r->member);
	}
	return wrong(why, why_size, "%s: expected %s, got %s", r->member, r->expected, r->got);
}

/* What the document says of the whole; the id of the command comes later. */
static int
check_params(const struct ctl *ctl, const struct verb *v, json_t *params, char *why,
    size_t why_size)
{
	const struct method_spec *m = openrpc_method(ctl->doc, v->method);
	bool lend = m->writes && json_object_get(params, "cmd_id") == NULL;
	struct refusal r;
	int rc;

	if (lend)
		json_object_set_new(params, "cmd_id",
		    json_string("00000000-0000-7000-8000-000000000000"));
	rc = openrpc_check(ctl->doc, m, params, &r);
	if (lend)
		json_object_del(params, "cmd_id");
	return rc < 0 ? say_refusal(ctl, v, &r, why, why_size) : 0;
}

int
args_read(const struct ctl *ctl, const struct verb *v, int argc, char **argv,
    json_t **ret_params, char *why, size_t why_size)
{
	json_t *params = json_object();
	char missing[ARGS_OPTION_SIZE];
	size_t filled = 0;
	bool only_places = false;
	int rc = 0;

	for (int i = 0; i < argc && rc >= 0;) {
		char name[ARGS_OPTION_SIZE], mark = ' ';

		if (!only_places && strcmp(argv[i], "--") == 0) {
			only_places = true;
			i++;
		} else if (!only_places && strncmp(argv[i], "--", 2) == 0) {
			rc = take_option(ctl, v, argc - i, argv + i, params, why, why_size);
			i += rc;
		} else {
			rc = take_place(ctl, v, filled, argv[i], params, why, why_size);
			filled += !(place_at(v, filled, name, &mark) && mark == '*');
			i++;
		}
	}
	if (rc >= 0 && place_missing(v, filled, missing) != NULL &&
	    !(json_object_size(params) > 0 && strchr(v->places, '*') != NULL))
		rc = wrong(why, why_size, "%s is missing", missing);
	if (rc >= 0)
		rc = check_params(ctl, v, params, why, why_size);
	if (rc < 0) {
		json_decref(params);
		return rc;
	}
	*ret_params = params;
	return 0;
}
