/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenRPC document, built in: which methods there are, who may call them, and
 * what their parameters must look like. proto/openrpc.json is the one source.
 *
 * The schemas use this part of JSON Schema: type, enum, minimum, maximum,
 * minLength, maxLength, minItems, maxItems, items, properties, required,
 * additionalProperties false, default (only documented), $ref into
 * components/schemas, and the formats id (letters, digits and ._:- only), uuid,
 * date-time (RFC 3339 with offset).
 */
#ifndef EVENKEEL_PROTO_OPENRPC_H
#define EVENKEEL_PROTO_OPENRPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum role {
	ROLE_TECHNICIAN,
	ROLE_DISPATCHER,
	ROLE_MANAGER,
	ROLE_VIEWER,
	ROLE_INTEGRATION,
	ROLE_ADMIN,
	ROLES,
};

const char *role_name(enum role r);
int role_from_name(const char *name, enum role *ret); /* -EINVAL */

struct method_spec {
	const char *name;
	const char *summary;
	unsigned roles;    /* bit 1 << role for each role that may call it */
	bool writes;       /* needs a cmd_id, appends to the journal */
	bool notify;       /* may be sent as a notification */
	bool before_login; /* may be called before session.hello */
	const char *own;   /* "technician" or "call": what the role technician must own; NULL */
	const json_t *params; /* the array of the document */
	const json_t *result; /* its schema */
};

struct notification_spec {
	const char *name;
	const char *summary;
	unsigned roles;
	bool state; /* latest wins: may be merged per object; else never merged */
	const json_t *params;
};

struct openrpc; /* opaque */

extern const char openrpc_text[]; /* the document's bytes, NUL-terminated */

/* Parses the built-in document. NULL when out of memory; the document itself is tested. */
struct openrpc *openrpc_new(void);
void openrpc_free(struct openrpc *o); /* NULL is fine */

const json_t *openrpc_document(const struct openrpc *o);
size_t openrpc_methods(const struct openrpc *o);
const struct method_spec *openrpc_method_at(const struct openrpc *o, size_t i);
/* NULL: none. */
const struct method_spec *openrpc_method(const struct openrpc *o, const char *name);
size_t openrpc_notifications(const struct openrpc *o);
const struct notification_spec *openrpc_notification_at(const struct openrpc *o, size_t i);
/* The schema components/schemas/NAME, or NULL. */
const json_t *openrpc_schema(const struct openrpc *o, const char *name);
/* The message of an error code as the document gives it; "" if it has none. */
const char *openrpc_error_message(const struct openrpc *o, int code);

/* What was refused, and how to mend it. */
struct refusal {
	char member[128];   /* path, e.g. "site.lat" or "shifts[0].from" */
	char expected[200]; /* "a number from -90 to 90" */
	char got[80];       /* "912.5", cut to fit; never a secret */
};

/*
 * Checks params (an object or NULL) against a method's parameters. 0, or -EINVAL with the
 * first refusal: unknown members are refused by name.
 */
int openrpc_check(const struct openrpc *o, const struct method_spec *m, const json_t *params,
    struct refusal *ret);
/* The same for any value against a schema of the document, e.g. a result in a test. */
int openrpc_check_value(const struct openrpc *o, const json_t *schema, const json_t *value,
    struct refusal *ret);

#endif
