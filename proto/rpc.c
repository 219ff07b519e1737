/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_BYTES_MAX = 128,  /* it is sent back with every answer */
	REAL_DIGITS = 12,    /* a microdegree needs 9 */
};

/* Over the limits of the wire: its depth, counted from the request, or a crowded member. */
static int
rpc_measure(const json_t *v, int depth, char *why, size_t why_size)
{
	const char *key;
	const json_t *member;
	size_t n = json_is_object(v) ? json_object_size(v) : json_array_size(v);
	size_t i;
	int rc = 0;

	if (!json_is_object(v) && !json_is_array(v))
		return 0;
	if (depth > RPC_DEPTH_MAX) {
		snprintf(why, why_size, "Nested deeper than %d levels", RPC_DEPTH_MAX);
		return RPC_TOO_LARGE;
	}
	if (n > RPC_MEMBERS_MAX) {
		snprintf(why, why_size, "%zu members in one object or list; at most %d", n,
		    RPC_MEMBERS_MAX);
		return RPC_TOO_LARGE;
	}
	json_array_foreach(v, i, member) {
		if (rc == 0)
			rc = rpc_measure(member, depth + 1, why, why_size);
	}
	json_object_foreach((json_t *)v, key, member) {
		if (rc == 0)
			rc = rpc_measure(member, depth + 1, why, why_size);
	}
	return rc;
}

static int
rpc_measure_batch(const json_t *batch, char *why, size_t why_size)
{
	size_t n = json_array_size(batch);
	const json_t *one;
	size_t i;
	int rc = 0;

	if (n == 0) {
		snprintf(why, why_size, "An empty batch asks for nothing");
		return RPC_INVALID_REQUEST;
	}
	if (n > RPC_BATCH_MAX) {
		snprintf(why, why_size, "%zu requests in one batch; at most %d", n, RPC_BATCH_MAX);
		return RPC_TOO_LARGE;
	}
	json_array_foreach(batch, i, one) {
		if (rc == 0)
			rc = rpc_measure(one, 1, why, why_size);
	}
	return rc;
}

int
rpc_parse(const char *line, size_t len, struct rpc_message *ret, char *why, size_t why_size)
{
	json_error_t at;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
	int rc;

	if (root == NULL) {
		snprintf(why, why_size, "Not JSON at byte %d: %s", at.position, at.text);
		return RPC_PARSE;
	}
	if (json_is_array(root))
		rc = rpc_measure_batch(root, why, why_size);
	else
		rc = rpc_measure(root, 1, why, why_size);
	if (rc != 0) {
		json_decref(root);
		return rc;
	}
	ret->root = root;
	ret->batch = json_is_array(root);
	ret->count = ret->batch ? json_array_size(root) : 1;
	return 0;
}

void
rpc_message_done(struct rpc_message *m)
{
	json_decref(m->root);
	m->root = NULL;
	m->count = 0;
}

static const char *
rpc_id_wrong(const json_t *id)
{
	if (json_is_integer(id))
		return NULL;
	if (!json_is_string(id))
		return "id: expected a string or a whole number";
	if (json_string_length(id) > ID_BYTES_MAX)
		return "id: expected at most 128 bytes";
	return NULL;
}

/* What is wrong with a request's members, besides its id; NULL: nothing. */
static const char *
rpc_request_wrong(const json_t *r)
{
	const char *version = json_string_value(json_object_get(r, "jsonrpc"));
	const json_t *method = json_object_get(r, "method");
	const json_t *params = json_object_get(r, "params");
	const char *key;
	const json_t *unused;

	if (version == NULL || strcmp(version, "2.0") != 0)
		return "jsonrpc: expected \"2.0\"";
	if (!json_is_string(method) || json_string_length(method) == 0)
		return "method: expected the name of a method";
	if (params != NULL && !json_is_object(params) && !json_is_array(params))
		return "params: expected an object of named parameters";
	json_object_foreach((json_t *)r, key, unused) {
		if (strcmp(key, "jsonrpc") != 0 && strcmp(key, "method") != 0 &&
		    strcmp(key, "params") != 0 && strcmp(key, "id") != 0)
			return "a request has the members jsonrpc, id, method and params only";
	}
	return NULL;
}

int
rpc_request_at(const struct rpc_message *m, size_t i, struct rpc_request *ret, char *why,
    size_t why_size)
{
	json_t *r = m->batch ? json_array_get(m->root, i) : m->root;
	json_t *id = json_object_get(r, "id");
	const char *wrong;

	memset(ret, 0, sizeof(*ret));
	if (!json_is_object(r)) {
		snprintf(why, why_size, "A request is an object");
		return RPC_INVALID_REQUEST;
	}
	wrong = id != NULL ? rpc_id_wrong(id) : NULL;
	if (wrong == NULL) {
		ret->id = id;
		wrong = rpc_request_wrong(r);
	}
	if (wrong != NULL) {
		snprintf(why, why_size, "%s", wrong);
		return RPC_INVALID_REQUEST;
	}
	ret->method = json_string_value(json_object_get(r, "method"));
	ret->params = json_object_get(r, "params");
	return 0;
}

/* Takes value, also when it fails. */
static int
rpc_set(json_t *object, const char *key, json_t *value)
{
	return object != NULL ? json_object_set_new_nocheck(object, key, value) :
	    (json_decref(value), -1);
}

/* {"jsonrpc":"2.0"}, or NULL when out of memory. */
static json_t *
rpc_envelope(void)
{
	json_t *m = json_object();

	if (rpc_set(m, "jsonrpc", json_string_nocheck("2.0")) < 0) {
		json_decref(m);
		return NULL;
	}
	return m;
}

/* The id as it came. A copy, since the request it is borrowed from is const. */
static json_t *
rpc_id(const json_t *id)
{
	return id != NULL ? json_copy((json_t *)id) : json_null();
}

json_t *
rpc_reply(const json_t *id, json_t *result)
{
	json_t *m = rpc_envelope();

	if (rpc_set(m, "id", rpc_id(id)) < 0) {
		json_decref(result);
	} else if (rpc_set(m, "result", result) == 0) {
		return m;
	}
	json_decref(m);
	return NULL;
}

json_t *
rpc_error_reply(const json_t *id, int code, const char *message, json_t *data)
{
	json_t *m = rpc_envelope();
	json_t *error = json_object();
	int rc = rpc_set(error, "code", json_integer(code));

	/* json_string() refuses bytes that are not UTF-8: better an error without words. */
	if (rc == 0)
		rc = rpc_set(error, "message", json_string(message));
	if (rc < 0 && error != NULL)
		rc = rpc_set(error, "message", json_string_nocheck(""));
	if (data != NULL)
		rc = rpc_set(error, "data", data) < 0 ? -1 : rc;
	if (rpc_set(m, "id", rpc_id(id)) < 0 || rc < 0) {
		json_decref(error);
	} else if (rpc_set(m, "error", error) == 0) {
		return m;
	}
	json_decref(m);
	return NULL;
}

json_t *
rpc_notification(const char *method, json_t *params)
{
	json_t *m = rpc_envelope();

	if (rpc_set(m, "method", json_string(method)) < 0) {
		json_decref(params);
	} else if (params == NULL || rpc_set(m, "params", params) == 0) {
		return m;
	}
	json_decref(m);
	return NULL;
}

json_t *
rpc_call(json_int_t id, const char *method, json_t *params)
{
	json_t *m = rpc_notification(method, params);

	if (m != NULL && rpc_set(m, "id", json_integer(id)) < 0) {
		json_decref(m);
		m = NULL;
	}
	return m;
}

char *
rpc_line(const json_t *message, size_t *ret_len)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
	size_t len;
	char *line;

	if (text == NULL)
		return NULL;
	len = strlen(text);
	line = realloc(text, len + 2);
	if (line == NULL) {
		free(text);
		return NULL;
	}
	memcpy(line + len, "\n", 2);
	*ret_len = len + 1;
	return line;
}
