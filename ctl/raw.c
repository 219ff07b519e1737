/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/raw.h"

#include <string.h>

#include "ctl/show.h"

/* The id of a command, for those who left it out. */
static void
add_cmd_id(struct ctl *ctl, const char *method, json_t *params)
{
	const struct method_spec *m = openrpc_method(ctl->doc, method);
	char id[CLIENT_CMD_ID_SIZE];

	if (m == NULL || !m->writes || json_object_get(params, "cmd_id") != NULL)
		return;
	client_cmd_id(ctl->client, id);
	json_object_set_new(params, "cmd_id", json_string(id));
}

enum exit_code
raw_run(struct ctl *ctl, int argc, char **argv)
{
	json_t *params, *result;
	json_error_t at;
	enum exit_code rc;

	if (argc < 1 || argc > 2) {
		fprintf(stderr, "evenkeelctl: rpc: expected METHOD [JSON]\n");
		return EXIT_USAGE;
	}
	params = argc == 2 ? json_loads(argv[1], JSON_REJECT_DUPLICATES, &at) : json_object();
	if (!json_is_object(params)) {
		fprintf(stderr, "evenkeelctl: rpc: expected an object as JSON, got %s\n", argv[1]);
		json_decref(params);
		return EXIT_USAGE;
	}
	rc = ctl_connect(ctl);
	if (rc != EXIT_DONE) {
		json_decref(params);
		return rc;
	}
	add_cmd_id(ctl, argv[0], params);
	rc = ctl_call(ctl, argv[0], params, &result);
	if (rc == EXIT_DONE) {
		show_json(ctl, result);
		json_decref(result);
	}
	return rc;
}
