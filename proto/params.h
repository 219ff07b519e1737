/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of checked parameters, with a sticky first refusal.
 *
 * A handler reads all its members in a line each and looks once at the
 * end; after the first refusal every read gives its default. Members were
 * already checked against the OpenRPC document, so only what a schema cannot say
 * (a time that does not exist, an interval that ends before it starts) can
 * be refused here.
 */
#ifndef EVENKEEL_PROTO_PARAMS_H
#define EVENKEEL_PROTO_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/openrpc.h"

struct params {
	const json_t *obj;
	const char *path;       /* "" at the top, "site." inside site */
	bool failed;
	struct refusal refusal; /* of the first failure */
};

void params_init(struct params *p, const json_t *obj); /* obj may be NULL: no members */
bool params_has(const struct params *p, const char *name);
const char *params_str(struct params *p, const char *name, const char *def); /* borrowed */
/* The same of text that people write: left empty, it is as good as absent. */
const char *params_text(struct params *p, const char *name, const char *def);
int64_t params_int(struct params *p, const char *name, int64_t def);
bool params_bool(struct params *p, const char *name, bool def);
int32_t params_udeg(struct params *p, const char *name, int32_t def); /* degrees to microdegrees */
int64_t params_when(struct params *p, const char *name, int64_t def); /* RFC 3339 to Unix seconds */
/* A member that is an object or array, or NULL. */
const json_t *params_get(struct params *p, const char *name);
/* Reads {"from","to"} and refuses to <= from. Returns false (and leaves both)
 * if the member is absent. */
bool params_window(struct params *p, const char *name, int64_t *ret_from, int64_t *ret_to);
/* Refuses a member in the handler's own words. Only the first refusal stays. */
void params_refuse(struct params *p, const char *name, const char *expected, const char *got);

#endif
