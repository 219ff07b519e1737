/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the reference of all methods as Markdown, from the built-in OpenRPC document. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/openrpc.h"
#include "proto/schema.h"

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

/* "Site" where the schema only refers to one. */
static const char *
reference(const json_t *schema)
{
	const char *ref = text_of(schema, "$ref");
	const char *slash = strrchr(ref, '/');

	return slash != NULL ? slash + 1 : "";
}

/* A link to the section of an object; renderers make anchors of small letters. */
static void
print_link(const char *name)
{
	printf("[%s](#", name);
	for (; *name != '\0'; name++)
		putchar(tolower((unsigned char)*name));
	putchar(')');
}

/* A list says what is in it; a reference is a link to its section. */
static void
print_type(const struct openrpc *o, const json_t *schema)
{
	const json_t *items = json_object_get(schema, "items");
	char words[512];

	if (reference(schema)[0] != '\0') {
		print_link(reference(schema));
		return;
	}
	schema_words(o, schema, words, sizeof(words));
	fputs(words, stdout);
	if (items != NULL) {
		fputs(", each ", stdout);
		print_type(o, items);
	}
}

static void
print_row(const struct openrpc *o, const char *name, bool required, const json_t *schema)
{
	const json_t *def = json_object_get(schema, "default");
	const char *unit = text_of(schema, "x-unit");
	char text[128];

	printf("| `%s`%s | ", name, required ? "" : " (optional)");
	print_type(o, schema);
	printf(" | %s", text_of(schema_resolve(o, schema), "description"));
	if (def != NULL) {
		schema_got(def, text, sizeof(text));
		printf(" Default: %s%s%s.", text, unit[0] != '\0' ? " " : "", unit);
	}
	puts(" |");
}

static bool
is_required(const json_t *schema, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, one) {
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

/* The members of an object, a row each, and those of objects inside it with their path. */
static void
print_members(const struct openrpc *o, const json_t *schema, const char *path)
{
	const char *key;
	json_t *s;

	json_object_foreach(json_object_get(schema, "properties"), key, s) {
		const json_t *items = json_object_get(s, "items");
		char name[256];

		snprintf(name, sizeof(name), "%s%s", path, key);
		print_row(o, name, is_required(schema, key), s);
		if (json_object_get(s, "properties") != NULL) {
			snprintf(name, sizeof(name), "%s%s.", path, key);
			print_members(o, s, name);
		} else if (json_object_get(items, "properties") != NULL) {
			snprintf(name, sizeof(name), "%s%s[].", path, key);
			print_members(o, items, name);
		}
	}
}

static void
print_head(const char *what)
{
	printf("\n| %s | type | meaning |\n|---|---|---|\n", what);
}

static void
print_roles(unsigned roles)
{
	const char *before = "";

	for (int r = 0; r < ROLES; r++) {
		if ((roles >> r & 1) == 0)
			continue;
		printf("%s%s", before, role_name((enum role)r));
		before = ", ";
	}
}

static void
print_method(const struct openrpc *o, const struct method_spec *m)
{
	const json_t *p;
	size_t i;

	printf("\n### %s\n\n%s\n\nRoles: ", m->name, m->summary);
	print_roles(m->roles);
	if (m->own != NULL)
		printf("; a technician only for its own %s", m->own);
	puts(".");
	if (m->writes)
		puts("Changes the state: needs a `cmd_id`, and is answered after the commit.");
	if (m->notify)
		puts("May be sent as a notification.");
	if (m->before_login)
		puts("May be called before `session.hello`.");
	if (json_array_size(m->params) > 0)
		print_head("parameter");
	json_array_foreach(m->params, i, p)
		print_row(o, text_of(p, "name"), json_is_true(json_object_get(p, "required")),
		    json_object_get(p, "schema"));
	if (reference(m->result)[0] != '\0') {
		fputs("\nResult: ", stdout);
		print_link(reference(m->result));
		puts(".");
	} else if (json_object_get(m->result, "properties") != NULL) {
		print_head("result");
		print_members(o, m->result, "");
	} else {
		printf("\nResult: %s\n", text_of(m->result, "description"));
	}
}

static void
print_errors(const struct openrpc *o)
{
	const json_t *components = json_object_get(openrpc_document(o), "components");
	const char *key;
	json_t *e;

	puts("\n## Errors\n\n| code | name | message |\n|---|---|---|");
	json_object_foreach(json_object_get(components, "errors"), key, e)
		printf("| %d | %s | %s |\n", (int)json_integer_value(json_object_get(e, "code")), key,
		    text_of(e, "message"));
}

static void
print_schemas(const struct openrpc *o)
{
	const json_t *components = json_object_get(openrpc_document(o), "components");
	const char *key;
	json_t *s;

	puts("\n## Objects");
	json_object_foreach(json_object_get(components, "schemas"), key, s) {
		printf("\n### %s\n\n%s\n", key, text_of(s, "description"));
		print_head("member");
		print_members(o, s, "");
	}
}

int
main(void)
{
	struct openrpc *o = openrpc_new();

	if (o == NULL)
		return 1;
	puts("# Methods, notifications and objects\n\n"
	     "Made from `proto/openrpc.json` by `make methods`: change that, not this. The rules of\n"
	     "the wire are in [protocol.md](protocol.md); `rpc.discover` returns the document.\n\n"
	     "## Methods");
	for (size_t i = 0; i < openrpc_methods(o); i++)
		print_method(o, openrpc_method_at(o, i));
	puts("\n## Notifications");
	for (size_t i = 0; i < openrpc_notifications(o); i++) {
		const struct notification_spec *n = openrpc_notification_at(o, i);

		printf("\n### %s\n\n%s\n\nHeard by: ", n->name, n->summary);
		print_roles(n->roles);
		printf(".\n%s\n", n->state ? "State: the latest wins, older ones may be left out." :
		                             "An event: each is sent.");
		print_head("member");
		print_members(o, n->params, "");
	}
	print_schemas(o);
	print_errors(o);
	openrpc_free(o);
	return fflush(stdout) == 0 ? 0 : 1;
}
