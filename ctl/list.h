/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of JSON objects: a column is a title and the path of a member. */
#ifndef EVENKEEL_CTL_LIST_H
#define EVENKEEL_CTL_LIST_H

#include "ctl/ctl.h"
#include "ctl/table.h"
#include "ctl/text.h"

struct field {
	struct column column;
	const char *path; /* "customer", "eta.arrival"; alternatives behind '|' */
	bool until;       /* a time: say how far away as well */
};

/* A member by path, or NULL. */
const json_t *list_member(const json_t *o, const char *path);
/* The same as text, in buf; "" if it is not there. */
const char *list_text(const struct ctl *ctl, const json_t *o, const char *path,
    char buf[TEXT_SIZE]);

/* A number by path; 0 if it is not there. */
long long list_number(const json_t *o, const char *path);

/* Prints one row for each object; at most TABLE_COLUMNS_MAX fields. */
void list_print(const struct ctl *ctl, const struct field *fields, size_t count,
    const json_t *objects, const char *if_empty);

#endif
