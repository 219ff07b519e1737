/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks values against the part of JSON Schema that proto/openrpc.h lists, and says
 * in words what a schema expects.
 */
#ifndef EVENKEEL_PROTO_SCHEMA_H
#define EVENKEEL_PROTO_SCHEMA_H

#include <jansson.h>
#include <stddef.h>

#include "proto/openrpc.h"

/* Behind $ref, if there is one; NULL if it points nowhere. */
const json_t *schema_resolve(const struct openrpc *o, const json_t *schema);

/* "a number from -90 to 90", "one of routine, urgent"; always NUL-terminated, cut to fit. */
void schema_words(const struct openrpc *o, const json_t *schema, char *buf, size_t size);

/* "\"asap\"", "912.5", "a list of 9 items", "nothing" for NULL; cut to fit. */
void schema_got(const json_t *value, char *buf, size_t size);

/*
 * Checks a value that stands at path ("" for the whole). 0, or -EINVAL and the first
 * refusal, in the order of the schema. Lengths of text count characters.
 */
int schema_check(const struct openrpc *o, const json_t *schema, const json_t *value,
    const char *path, struct refusal *ret);

/*
 * Refuses the member name, which is none of the names listed (keys of an object, or
 * an array of objects with "name"), and offers the nearest. Always -EINVAL.
 */
int schema_refuse_unknown(const char *path, const char *name, const json_t *names,
    const json_t *value, struct refusal *ret);

#endif
