/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A solver worker that misbehaves in the way that EVENKEEL_FAKE_SOLVER names, for tests of the
 * daemon: dies, hangs, garbage, huge, chatty, refuses, nonsense, teleport.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "solver/problem_json.h"

static int
read_all(int fd, char *to, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n <= 0)
			return -1;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

static void
say(int fd, const char *text)
{
	uint32_t len = htonl((uint32_t)strlen(text));

	if (write(fd, &len, sizeof(len)) < 0 || write(fd, text, strlen(text)) < 0)
		_exit(1);
}

/* The first technician is at the newest call at once, whatever the distance; nothing else is done. */
static char *
teleport(const json_t *request)
{
	struct problem *p = NULL;
	struct plan plan = { 0 };
	struct plan_stop stop;
	char why[200], *text;
	json_t *j;

	if (problem_from_json(json_object_get(request, "problem"), &p, why, sizeof(why)) < 0)
		return strdup("{}");
	plan.routes = p->technicians;
	plan.calls = p->calls;
	plan.route = calloc((size_t)p->technicians + 1, sizeof(*plan.route));
	plan.served = calloc((size_t)p->calls + 1, sizeof(*plan.served));
	stop = (struct plan_stop){ .call = p->calls - 1, .end_s = p->call[p->calls - 1].duration_s };
	plan.route[0].stop = &stop;
	plan.route[0].stops = 1;
	plan.served[p->calls - 1] = true;
	plan.proven = true;
	j = json_pack("{s:O, s:o}", "id", json_object_get(request, "id"), "plan",
	    plan_to_json(p, &plan));
	text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	free(plan.route);
	free(plan.served);
	problem_free(p);
	return text;
}

static void
answer(int fd, const char *how, const json_t *request)
{
	json_int_t id = json_integer_value(json_object_get(request, "id"));
	char text[200], *plan;

	if (strcmp(how, "dies") == 0)
		raise(SIGKILL);
	if (strcmp(how, "hangs") == 0)
		pause();
	if (strcmp(how, "huge") == 0) {
		uint32_t len = 0xffffffff;

		if (write(fd, &len, sizeof(len)) < 0)
			_exit(1);
		pause();
	}
	if (strcmp(how, "garbage") == 0)
		say(fd, "Hello, I am no JSON");
	if (strcmp(how, "chatty") == 0) {
		snprintf(text, sizeof(text), "{\"id\":%lld,\"error\":\"once\"}", (long long)id);
		say(fd, text);
		say(fd, text);
	}
	if (strcmp(how, "refuses") == 0) {
		snprintf(text, sizeof(text), "{\"id\":%lld,\"error\":\"not today\"}", (long long)id);
		say(fd, text);
	}
	if (strcmp(how, "nonsense") == 0) {
		snprintf(text, sizeof(text), "{\"id\":%lld,\"plan\":{\"routes\":7}}", (long long)id);
		say(fd, text);
	}
	if (strcmp(how, "teleport") == 0) {
		plan = teleport(request);
		say(fd, plan);
		free(plan);
	}
}

int
main(int argc, char **argv)
{
	const char *how = getenv("EVENKEEL_FAKE_SOLVER");
	int fd = argc == 3 ? atoi(argv[2]) : -1;

	if (how == NULL || fd < 0)
		return 2;
	for (;;) {
		uint32_t len;
		char *text;
		json_t *request;

		if (read_all(fd, (char *)&len, sizeof(len)) < 0)
			return 0;
		len = ntohl(len);
		text = malloc((size_t)len + 1);
		if (text == NULL || read_all(fd, text, len) < 0)
			return 1;
		request = json_loadb(text, len, 0, NULL);
		answer(fd, how, request);
		json_decref(request);
		free(text);
	}
}
