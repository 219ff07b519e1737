/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/csv.h"

#include <stdlib.h>
#include <string.h>

#include "proto/schema.h"

/* Members of the objects of a list, or NULL if the schema is something else. */
static const json_t *
listed_members(const struct ctl *ctl, const json_t *schema)
{
	const json_t *items = json_object_get(schema_resolve(ctl->doc, schema), "items");

	return items == NULL ? NULL :
	    json_object_get(schema_resolve(ctl->doc, items), "properties");
}

static const json_t *
members(const struct ctl *ctl, const json_t *schema)
{
	return json_object_get(schema_resolve(ctl->doc, schema), "properties");
}

/* In quotes where it must be. A spreadsheet must not take text for a formula. */
static void
print_text(FILE *out, const char *text)
{
	bool formula = text[0] == '=' || text[0] == '+' || text[0] == '@';

	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputs(formula ? "\"'" : "\"", out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void
print_value(FILE *out, const json_t *v)
{
	char *json;

	if (v == NULL)
		return;
	if (json_is_string(v)) {
		print_text(out, json_string_value(v));
		return;
	}
	json = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
	print_text(out, json != NULL ? json : "");
	free(json);
}

/* The cells of one row, or the header if there is no row; *n counts what stands on the line. */
static void
print_cells(const struct ctl *ctl, const json_t *properties, const char *prefix, const json_t *row,
    bool header, int *n)
{
	const char *key;
	json_t *schema;

	json_object_foreach((json_t *)properties, key, schema) {
		const json_t *inner = members(ctl, schema);
		const json_t *v = json_object_get(row, key);
		char name[128];

		snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", key);
		if (inner != NULL) {
			print_cells(ctl, inner, name, v, header, n);
			continue;
		}
		if ((*n)++ > 0)
			fputc(',', ctl->out);
		if (header)
			print_text(ctl->out, name);
		else
			print_value(ctl->out, v);
	}
}

/* The first list of objects in a result: its name, and the members of each; or NULL. */
static const json_t *
find_list(const struct ctl *ctl, const char *method, const char **ret_name)
{
	const struct method_spec *m = openrpc_method(ctl->doc, method);
	const char *key;
	json_t *schema;

	json_object_foreach((json_t *)members(ctl, m->result), key, schema) {
		const json_t *columns = listed_members(ctl, schema);

		*ret_name = key;
		if (columns != NULL)
			return columns;
	}
	return NULL;
}

bool
csv_fits(const struct ctl *ctl, const char *method)
{
	const char *name;

	return find_list(ctl, method, &name) != NULL;
}

void
csv_print(const struct ctl *ctl, const char *method, const json_t *result)
{
	const char *name;
	const json_t *columns = find_list(ctl, method, &name);
	const json_t *row;
	size_t i;
	int n = 0;

	print_cells(ctl, columns, "", NULL, true, &n);
	fputs("\r\n", ctl->out);
	json_array_foreach(json_object_get(result, name), i, row) {
		n = 0;
		print_cells(ctl, columns, "", row, false, &n);
		fputs("\r\n", ctl->out);
	}
}
