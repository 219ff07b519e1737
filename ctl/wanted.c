/* SPDX-License-Identifier: Apache-2.0 */
/* Wanted calls from words: "Acme; 42.36,-71.06; 14:30; severity=urgent", or from a file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/args.h"
#include "proto/schema.h"

enum { PART_SIZE = 512 };

/* The next part up to ';' without the blanks around it; false at the end. */
static bool
next_part(const char **rest, char ret[PART_SIZE])
{
	const char *at = *rest;
	size_t len;

	if (at == NULL)
		return false;
	at += strspn(at, " \t");
	len = strcspn(at, ";");
	*rest = at[len] == ';' ? at + len + 1 : NULL;
	while (len > 0 && isspace((unsigned char)at[len - 1]))
		len--;
	snprintf(ret, PART_SIZE, "%.*s", (int)(len < PART_SIZE ? len : PART_SIZE - 1), at);
	return true;
}

/* A member by its name in the schema, or that name with its unit. */
static void
set_member(const struct ctl *ctl, const json_t *properties, json_t *o, const char *name,
    const char *text)
{
	char key[PART_SIZE];

	snprintf(key, sizeof(key), "%s", name);
	if (json_object_get(properties, key) == NULL)
		snprintf(key, sizeof(key), "%.*s_s", PART_SIZE - 3, name);
	if (json_object_get(properties, key) == NULL)
		snprintf(key, sizeof(key), "%s", name); /* for the check to refuse */
	json_object_set_new(o, key, args_value(ctl, json_object_get(properties, key), key, text));
}

/* "severity=urgent", or a time: a deadline, or an appointment if it is FROM/TO. */
static void
take_part(const struct ctl *ctl, const json_t *properties, json_t *o, char part[PART_SIZE])
{
	char *equals = strchr(part, '=');

	if (equals != NULL) {
		*equals = '\0';
		set_member(ctl, properties, o, part, equals + 1);
	} else if (part[0] != '\0') {
		set_member(ctl, properties, o, strchr(part, '/') != NULL ? "appointment" : "due", part);
	}
}

static json_t *
one_wanted(const struct ctl *ctl, const json_t *schema, const char *text)
{
	const json_t *properties =
	    json_object_get(schema_resolve(ctl->doc, schema), "properties");
	const char *rest = text;
	json_t *o = json_object();
	char part[PART_SIZE];

	if (next_part(&rest, part))
		set_member(ctl, properties, o, "customer", part);
	if (next_part(&rest, part))
		set_member(ctl, properties, o, "site", part);
	while (next_part(&rest, part))
		take_part(ctl, properties, o, part);
	return o;
}

/* A line that is no JSON stays text, so that the check refuses it by its place in the list. */
static json_t *
from_file(const char *path)
{
	FILE *f = fopen(path, "r");
	json_t *list = json_array();
	char *line = NULL;
	size_t size = 0;

	if (f == NULL) {
		json_decref(list);
		return json_string(path);
	}
	while (getline(&line, &size, f) > 0) {
		json_t *one = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		if (line[strspn(line, " \t\r\n")] != '\0')
			json_array_append(list, one != NULL ? one : json_string(line));
		json_decref(one);
	}
	free(line);
	fclose(f);
	return list;
}

json_t *
args_wanted(const struct ctl *ctl, const json_t *schema, const char *text)
{
	json_t *list;

	if (text[0] == '@')
		return from_file(text + 1);
	list = json_array();
	json_array_append_new(list, one_wanted(ctl, schema, text));
	return list;
}
