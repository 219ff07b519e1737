/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A solver worker that misbehaves, for tests of the daemon, in the way that EVENKEEL_FAKE_SOLVER
 * names (see the table below); or, when that is "asked", locked down as a real worker is and in
 * the way that the member "fault" of each request's limits names.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "solver/problem_json.h"
#include "solver/sandbox.h"
#include "solver/solve.h"
#include "solver/worker.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

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
put(int fd, const void *bytes, size_t len)
{
	if (write(fd, bytes, len) != (ssize_t)len)
		_exit(1);
}

/* A message that says to be `announced` bytes long. */
static void
say_as(int fd, uint32_t announced, const char *text)
{
	uint32_t len = htonl(announced);

	put(fd, &len, sizeof(len));
	put(fd, text, strlen(text));
}

static void
say(int fd, const char *text)
{
	say_as(fd, (uint32_t)strlen(text), text);
}

/* {"id": id, NAME: VALUE}, with the value given as JSON. */
static void
say_member(int fd, json_int_t id, const char *name, const char *value)
{
	char text[200];

	snprintf(text, sizeof(text), "{\"id\":%lld,\"%s\":%s}", (long long)id, name, value);
	say(fd, text);
}

static void
say_plan(int fd, json_int_t id, const struct problem *p, const struct plan *plan)
{
	json_t *j = json_pack("{s:I, s:o}", "id", id, "plan", plan_to_json(p, plan));
	char *text = json_dumps(j, JSON_COMPACT);

	if (text == NULL)
		_exit(1);
	say(fd, text);
	free(text);
	json_decref(j);
}

/* --- what it may do: fd, the request's id, its problem (NULL if it could not be read) --- */

static void
good(int fd, json_int_t id, const struct problem *p)
{
	struct solve_limits lim = { .work = 1000 };
	struct plan *plan;

	if (p == NULL || solve(p, &lim, &plan) < 0)
		_exit(1);
	say_plan(fd, id, p, plan);
	plan_free(plan);
}

static void
dies(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	raise(SIGKILL);
}

static void
exits(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	_exit(0);
}

static void
aborts(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	abort();
}

static void
stops(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	raise(SIGSTOP);
}

static void
segfaults(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

/* Takes all the memory there is, and then does what a library does that gets none. */
static void
devours(int fd, json_int_t id, const struct problem *p)
{
	const size_t piece = (size_t)64 << 20;

	(void)fd, (void)id, (void)p;
	for (int n = 0; n < 64; n++)
		if (malloc(piece) == NULL)
			abort();
	_exit(1); /* 4 GiB: nobody held it back */
}

static void
phones(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		_exit(1);
}

static void
hangs(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	for (;;)
		poll(NULL, 0, -1);
}

static void
spins(int fd, json_int_t id, const struct problem *p)
{
	(void)fd, (void)id, (void)p;
	for (volatile unsigned n = 0;; n++)
		;
}

static void
closes(int fd, json_int_t id, const struct problem *p)
{
	close(fd);
	hangs(fd, id, p);
}

static void
garbage(int fd, json_int_t id, const struct problem *p)
{
	(void)id, (void)p;
	say(fd, "Hello, I am no JSON");
}

static void
array(int fd, json_int_t id, const struct problem *p)
{
	(void)id, (void)p;
	say(fd, "[1,2,3]");
}

static void
nothing(int fd, json_int_t id, const struct problem *p)
{
	(void)id, (void)p;
	say(fd, "");
}

static void
huge(int fd, json_int_t id, const struct problem *p)
{
	say_as(fd, UINT32_MAX, "{}");
	hangs(fd, id, p);
}

static void
half_a_head(int fd, json_int_t id, const struct problem *p)
{
	put(fd, "\0\0", 2);
	hangs(fd, id, p);
}

static void
half(int fd, json_int_t id, const struct problem *p)
{
	say_as(fd, 1000, "{\"id\":1,");
	hangs(fd, id, p);
}

static void
half_and_ends(int fd, json_int_t id, const struct problem *p)
{
	(void)id, (void)p;
	say_as(fd, 1000, "{\"id\":1,");
	_exit(3);
}

/* Sends on and on: what it announced is the longest that a message may be. */
static void
floods(int fd, json_int_t id, const struct problem *p)
{
	static char much[65536];

	(void)id, (void)p;
	memset(much, ' ', sizeof(much));
	say_as(fd, WORKER_MESSAGE_MAX, "{");
	for (;;)
		put(fd, much, 4096);
}

static void
wrong_id(int fd, json_int_t id, const struct problem *p)
{
	(void)p;
	say_member(fd, id + 1, "plan", "{}");
}

static void
no_plan(int fd, json_int_t id, const struct problem *p)
{
	(void)p;
	say_member(fd, id, "plan_b", "{}");
}

static void
chatty(int fd, json_int_t id, const struct problem *p)
{
	(void)p;
	say_member(fd, id, "error", "\"once\"");
	say_member(fd, id, "error", "\"once\"");
}

static void
refuses(int fd, json_int_t id, const struct problem *p)
{
	(void)p;
	say_member(fd, id, "error", "\"not today\"");
}

static void
nonsense(int fd, json_int_t id, const struct problem *p)
{
	(void)p;
	say_member(fd, id, "plan", "{\"routes\":7}");
}

/* The first technician is at the newest call at once, whatever the distance; nothing else is done. */
static void
teleport(int fd, json_int_t id, const struct problem *p)
{
	struct plan plan = { 0 };
	struct plan_stop stop;

	if (p == NULL)
		_exit(1);
	plan.routes = p->technicians;
	plan.calls = p->calls;
	plan.route = calloc((size_t)p->technicians + 1, sizeof(*plan.route));
	plan.served = calloc((size_t)p->calls + 1, sizeof(*plan.served));
	if (plan.route == NULL || plan.served == NULL)
		_exit(1);
	stop = (struct plan_stop){ .call = p->calls - 1, .end_s = p->call[p->calls - 1].duration_s };
	plan.route[0].stop = &stop;
	plan.route[0].stops = 1;
	plan.served[p->calls - 1] = true;
	plan.proven = true;
	say_plan(fd, id, p, &plan);
	free(plan.route);
	free(plan.served);
}

static const struct {
	const char *how;
	void (*act)(int fd, json_int_t id, const struct problem *p);
} acts[] = {
	{ "good", good },
	{ "dies", dies },
	{ "exits", exits },
	{ "aborts", aborts },
	{ "stops", stops },
	{ "segfaults", segfaults },
	{ "devours", devours },
	{ "phones", phones },
	{ "hangs", hangs },
	{ "spins", spins },
	{ "closes", closes },
	{ "garbage", garbage },
	{ "array", array },
	{ "nothing", nothing },
	{ "huge", huge },
	{ "half a head", half_a_head },
	{ "half", half },
	{ "half and ends", half_and_ends },
	{ "floods", floods },
	{ "wrong id", wrong_id },
	{ "no plan", no_plan },
	{ "chatty", chatty },
	{ "refuses", refuses },
	{ "nonsense", nonsense },
	{ "teleport", teleport },
};

static void
answer(int fd, const char *how, const json_t *request)
{
	const char *asked =
	    json_string_value(json_object_get(json_object_get(request, "limits"), "fault"));
	struct problem *p = NULL;
	char why[200];

	if (strcmp(how, "asked") == 0)
		how = asked ? asked : "good";
	if (problem_from_json(json_object_get(request, "problem"), &p, why, sizeof(why)) < 0)
		p = NULL;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (strcmp(acts[i].how, how) == 0)
			acts[i].act(fd, json_integer_value(json_object_get(request, "id")), p);
	problem_free(p);
}

int
main(int argc, char **argv)
{
	const char *how = getenv("EVENKEEL_FAKE_SOLVER");
	int fd = argc == 3 ? atoi(argv[2]) : -1;

	if (how == NULL || fd < 0)
		return 2;
	if (strcmp(how, "asked") == 0 && sandbox_enter() < 0)
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
