/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line to requests, each checked against the document and answered: whatever comes
 * in, what goes out is one line of JSON that can be read again.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/openrpc.h"
#include "proto/params.h"
#include "proto/rpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct openrpc *doc; /* parsed once for all inputs */

static void
forget_doc(void)
{
	openrpc_free(doc);
}

static void
check_answer(json_t *m)
{
	size_t len = 0;
	char *line = rpc_line(m, &len);
	json_t *again;

	assert(m != NULL && line != NULL);
	assert(len > 1 && strlen(line) == len && strchr(line, '\n') == line + len - 1);
	again = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	assert(json_is_object(again));
	assert(json_is_string(json_object_get(json_object_get(again, "error"), "message")) ||
	    json_object_get(again, "result") != NULL);
	json_decref(again);
	free(line);
	json_decref(m);
}

static void
answer_refusal(const json_t *id, const struct refusal *r)
{
	json_t *data = json_pack("{s:s, s:s, s:s}", "member", r->member, "expected", r->expected,
	    "got", r->got);

	assert(data != NULL); /* all three are UTF-8 */
	assert(r->member[0] != '\0' && r->expected[0] != '\0');
	check_answer(rpc_error_reply(id, RPC_INVALID_PARAMS,
	    openrpc_error_message(doc, RPC_INVALID_PARAMS), data));
}

/* Reads parameters as handlers do, of the right type or not. */
static void
read_params(const json_t *id, const json_t *obj)
{
	static const char *const times[] = { "at", "due", "from", "to", "expires" };
	struct params p;
	int64_t from, to;

	params_init(&p, obj);
	params_str(&p, "call", "");
	params_int(&p, "duration_s", 0);
	params_bool(&p, "first", false);
	params_udeg(&p, "lat", 0);
	params_window(&p, "appointment", &from, &to);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		params_when(&p, times[i], 0);
	if (p.failed)
		answer_refusal(id, &p.refusal);
}

static void
answer(const struct rpc_message *m, size_t i)
{
	struct rpc_request r;
	struct refusal refusal;
	const struct method_spec *spec;
	char why[200] = "";
	int code = rpc_request_at(m, i, &r, why, sizeof(why));

	if (code != 0) {
		assert(code == RPC_INVALID_REQUEST && why[0] != '\0');
		check_answer(rpc_error_reply(r.id, code, why, NULL));
		return;
	}
	spec = openrpc_method(doc, r.method);
	if (spec == NULL) {
		check_answer(rpc_error_reply(r.id, RPC_METHOD_NOT_FOUND, r.method, NULL));
		return;
	}
	code = openrpc_check(doc, spec, r.params, &refusal);
	assert(code == 0 || code == -EINVAL);
	read_params(r.id, r.params);
	if (code < 0)
		answer_refusal(r.id, &refusal);
	else
		check_answer(rpc_reply(r.id, r.params != NULL ? json_incref(r.params) : json_object()));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rpc_message m;
	char why[200] = "";
	int code;

	if (doc == NULL) {
		doc = openrpc_new();
		assert(doc != NULL);
		atexit(forget_doc);
	}
	code = rpc_parse((const char *)data, len, &m, why, sizeof(why));
	if (code != 0) {
		assert(why[0] != '\0');
		check_answer(rpc_error_reply(NULL, code, "refused", NULL));
		return 0;
	}
	for (size_t i = 0; i < m.count; i++)
		answer(&m, i);
	rpc_message_done(&m);
	return 0;
}
