/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document is parsed once; what is asked of it with every request (methods by
 * name, roles as bits, messages of errors) is laid out for that.
 */
#include "proto/openrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/schema.h"

struct openrpc {
	json_t *document;
	const json_t *schemas;
	const json_t *errors;
	struct method_spec *methods;             /* in the document's order */
	const struct method_spec **by_name;      /* sorted */
	struct notification_spec *notifications; /* in the document's order */
	size_t method_count;
	size_t notification_count;
};

static const char *const role_names[ROLES] = {
	[ROLE_TECHNICIAN] = "technician",
	[ROLE_DISPATCHER] = "dispatcher",
	[ROLE_MANAGER] = "manager",
	[ROLE_VIEWER] = "viewer",
	[ROLE_INTEGRATION] = "integration",
	[ROLE_ADMIN] = "admin",
};

const char *
role_name(enum role r)
{
	return (unsigned)r < ROLES ? role_names[r] : "none";
}

int
role_from_name(const char *name, enum role *ret)
{
	for (int r = 0; r < ROLES; r++) {
		if (strcmp(role_names[r], name) == 0) {
			*ret = (enum role)r;
			return 0;
		}
	}
	return -EINVAL;
}

static unsigned
spec_roles(const json_t *m)
{
	const json_t *name;
	unsigned bits = 0;
	enum role r;
	size_t i;

	json_array_foreach(json_object_get(m, "x-roles"), i, name) {
		if (json_is_string(name) && role_from_name(json_string_value(name), &r) == 0)
			bits |= 1u << r;
	}
	return bits;
}

static const char *
spec_text(const json_t *m, const char *key, const char *def)
{
	const char *text = json_string_value(json_object_get(m, key));

	return text != NULL ? text : def;
}

static bool
spec_flag(const json_t *m, const char *key)
{
	return json_is_true(json_object_get(m, key));
}

static void
method_init(struct method_spec *s, const json_t *m)
{
	s->name = spec_text(m, "name", "");
	s->summary = spec_text(m, "summary", "");
	s->roles = spec_roles(m);
	s->writes = spec_flag(m, "x-writes");
	s->notify = spec_flag(m, "x-notify");
	s->before_login = spec_flag(m, "x-before-login");
	s->own = spec_text(m, "x-own", NULL);
	s->params = json_object_get(m, "params");
	s->result = json_object_get(json_object_get(m, "result"), "schema");
}

static void
notification_init(struct notification_spec *s, const json_t *n)
{
	s->name = spec_text(n, "name", "");
	s->summary = spec_text(n, "summary", "");
	s->roles = spec_roles(n);
	s->state = strcmp(spec_text(n, "x-kind", "event"), "state") == 0;
	s->params = json_object_get(n, "params");
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct method_spec *const *)a)->name,
	    (*(const struct method_spec *const *)b)->name);
}

static int
openrpc_index(struct openrpc *o)
{
	const json_t *methods = json_object_get(o->document, "methods");
	const json_t *notifications = json_object_get(o->document, "x-notifications");
	const json_t *components = json_object_get(o->document, "components");

	o->schemas = json_object_get(components, "schemas");
	o->errors = json_object_get(components, "errors");
	o->method_count = json_array_size(methods);
	o->notification_count = json_array_size(notifications);
	o->methods = calloc(o->method_count + 1, sizeof(*o->methods));
	o->by_name = calloc(o->method_count + 1, sizeof(*o->by_name));
	o->notifications = calloc(o->notification_count + 1, sizeof(*o->notifications));
	if (o->methods == NULL || o->by_name == NULL || o->notifications == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < o->method_count; i++) {
		method_init(&o->methods[i], json_array_get(methods, i));
		o->by_name[i] = &o->methods[i];
	}
	qsort(o->by_name, o->method_count, sizeof(*o->by_name), by_name);
	for (size_t i = 0; i < o->notification_count; i++)
		notification_init(&o->notifications[i], json_array_get(notifications, i));
	return 0;
}

struct openrpc *
openrpc_new(void)
{
	struct openrpc *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->document = json_loads(openrpc_text, JSON_REJECT_DUPLICATES, NULL);
	if (o->document == NULL || openrpc_index(o) < 0) {
		openrpc_free(o);
		return NULL;
	}
	return o;
}

void
openrpc_free(struct openrpc *o)
{
	if (o == NULL)
		return;
	json_decref(o->document);
	free(o->methods);
	free(o->by_name);
	free(o->notifications);
	free(o);
}

const json_t *
openrpc_document(const struct openrpc *o)
{
	return o->document;
}

size_t
openrpc_methods(const struct openrpc *o)
{
	return o->method_count;
}

const struct method_spec *
openrpc_method_at(const struct openrpc *o, size_t i)
{
	return i < o->method_count ? &o->methods[i] : NULL;
}

const struct method_spec *
openrpc_method(const struct openrpc *o, const char *name)
{
	const struct method_spec key = { .name = name };
	const struct method_spec *k = &key;
	const struct method_spec **found =
	    bsearch(&k, o->by_name, o->method_count, sizeof(*o->by_name), by_name);

	return found != NULL ? *found : NULL;
}

size_t
openrpc_notifications(const struct openrpc *o)
{
	return o->notification_count;
}

const struct notification_spec *
openrpc_notification_at(const struct openrpc *o, size_t i)
{
	return i < o->notification_count ? &o->notifications[i] : NULL;
}

const json_t *
openrpc_schema(const struct openrpc *o, const char *name)
{
	return json_object_get(o->schemas, name);
}

const char *
openrpc_error_message(const struct openrpc *o, int code)
{
	const char *key;
	json_t *e;

	json_object_foreach((json_t *)o->errors, key, e) {
		if (json_integer_value(json_object_get(e, "code")) == code)
			return spec_text(e, "message", "");
	}
	return "";
}

/* The parameter of that name, or NULL. */
static const json_t *
method_param(const struct method_spec *m, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach(m->params, i, p) {
		if (strcmp(spec_text(p, "name", ""), name) == 0)
			return p;
	}
	return NULL;
}

static int
refuse_shape(const json_t *params, struct refusal *ret)
{
	memset(ret, 0, sizeof(*ret));
	strcpy(ret->member, "params");
	strcpy(ret->expected, "an object of named parameters");
	schema_got(params, ret->got, sizeof(ret->got));
	return -EINVAL;
}

static int
refuse_missing(const struct openrpc *o, const char *name, const json_t *schema,
    struct refusal *ret)
{
	memset(ret, 0, sizeof(*ret));
	strncat(ret->member, name, sizeof(ret->member) - 1);
	schema_words(o, schema, ret->expected, sizeof(ret->expected));
	schema_got(NULL, ret->got, sizeof(ret->got));
	return -EINVAL;
}

int
openrpc_check(const struct openrpc *o, const struct method_spec *m, const json_t *params,
    struct refusal *ret)
{
	const json_t *p;
	const char *key;
	json_t *value;
	size_t i;

	if (params != NULL && !json_is_object(params))
		return refuse_shape(params, ret);
	json_object_foreach((json_t *)params, key, value) {
		p = method_param(m, key);
		if (p == NULL)
			return schema_refuse_unknown("", key, m->params, value, ret);
		if (schema_check(o, json_object_get(p, "schema"), value, key, ret) < 0)
			return -EINVAL;
	}
	json_array_foreach(m->params, i, p) {
		const char *name = spec_text(p, "name", "");

		if (spec_flag(p, "required") && json_object_get(params, name) == NULL)
			return refuse_missing(o, name, json_object_get(p, "schema"), ret);
	}
	return 0;
}

int
openrpc_check_value(const struct openrpc *o, const json_t *schema, const json_t *value,
    struct refusal *ret)
{
	return schema_check(o, schema, value, "", ret);
}
