/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "solver/json_read.h"
#include "solver/keep.h"
#include "solver/problem_json.h"
#include "solver/sandbox.h"

static const char *const request_members[] = { "id", "limits", "problem", NULL };
static const char *const limit_members[] = { "time_ms", "work", "seed", "label_cap", "prove",
	"search", "budgets", NULL };

enum { BUDGETS_MAX = 8 };

/* What a request limits its solve to; with budgets, a plan is due for each. */
struct limits {
	struct solve_limits solve;
	int32_t budget[BUDGETS_MAX];
	int32_t budgets;
};

/* 0, -EPIPE when the other side has closed (before the first byte), -EIO. */
static int
read_exact(int fd, void *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, (char *)to + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r == 0 && got == 0 ? -EPIPE : -EIO;
		got += (size_t)r;
	}
	return 0;
}

static int
write_exact(int fd, const void *from, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = write(fd, (const char *)from + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -EIO;
		done += (size_t)r;
	}
	return 0;
}

/* A message of its own allocation. -EPIPE, -EIO, -EMSGSIZE, -ENOMEM. */
static int
read_message(int fd, char **ret, size_t *ret_size)
{
	uint32_t length;
	char *text;
	int rc = read_exact(fd, &length, sizeof(length));

	if (rc < 0)
		return rc;
	length = ntohl(length);
	if (length == 0 || length > WORKER_MESSAGE_MAX)
		return -EMSGSIZE;
	text = malloc(length);
	if (text == NULL)
		return -ENOMEM;
	rc = read_exact(fd, text, length);
	if (rc < 0) {
		free(text);
		return -EIO;
	}
	*ret = text;
	*ret_size = length;
	return 0;
}

static int
write_message(int fd, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);
	size_t size;
	uint32_t length;
	int rc;

	if (text == NULL)
		return -ENOMEM;
	size = strlen(text);
	length = htonl((uint32_t)size);
	rc = size <= WORKER_MESSAGE_MAX ? write_exact(fd, &length, sizeof(length)) : -EMSGSIZE;
	if (rc == 0)
		rc = write_exact(fd, text, size);
	free(text);
	return rc;
}

/* Several budgets in ascending order; -1, any number, only as the last. */
static int
read_budgets(const struct json_reader *r, const json_t *j, struct limits *ret)
{
	size_t n;
	int64_t v, last = -1;
	int rc = json_read_array(r, "budgets", j, BUDGETS_MAX, &n);

	if (rc == 0 && n == 0)
		rc = json_refuse(r, "budgets: expected at least one");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = json_read_int(r, "budgets", json_array_get(j, i), -1, INT32_MAX, &v);
		if (rc == 0 && (v >= 0 ? v <= last : i + 1 < n))
			rc = json_refuse(r, "budgets: expected ascending ones, -1 only as the last");
		if (rc == 0)
			ret->budget[ret->budgets++] = (int32_t)v;
		last = v;
	}
	return rc;
}

static int
read_limits(const struct json_reader *r, const json_t *j, struct limits *ret)
{
	const json_t *budgets = json_object_get(j, "budgets");
	int64_t v[4] = { 0, 0, 0, 0 };
	int rc = 0;

	*ret = (struct limits){ 0 };
	if (j == NULL)
		return 0;
	rc = json_known(r, j, NULL, 0, limit_members);
	for (int i = 0; rc == 0 && i < 4; i++) {
		const json_t *member = json_object_get(j, limit_members[i]);

		if (member != NULL)
			rc = json_read_int(r, limit_members[i], member, 0,
			    i == 3 ? INT32_MAX : INT64_MAX, &v[i]);
	}
	if (rc == 0 && budgets != NULL)
		rc = read_budgets(r, budgets, ret);
	if (rc < 0)
		return rc;
	ret->solve.time_ms = v[0];
	ret->solve.work = v[1];
	ret->solve.seed = (uint64_t)v[2];
	ret->solve.label_cap = (int32_t)v[3];
	ret->solve.prove = json_is_true(json_object_get(j, "prove"));
	ret->solve.search = json_is_true(json_object_get(j, "search"));
	return 0;
}

/* A plan for each budget; NULL when out of memory. */
static json_t *
plans_to_json(struct problem *p, const struct limits *lim, struct plan **plan)
{
	json_t *list = json_array();

	for (int32_t b = 0; b < lim->budgets; b++) {
		json_t *one;

		p->budget = lim->budget[b];
		one = json_pack("{s:i, s:o}", "budget", lim->budget[b], "plan",
		    plan_to_json(p, plan[b]));
		if (json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Solves a problem; the plan or the plans, or NULL and *ret_rc. */
static json_t *
solve_problem(struct problem *p, const struct limits *lim, struct keep *keep, int *ret_rc)
{
	struct plan *plan[BUDGETS_MAX] = { NULL };
	int32_t plans = lim->budgets > 0 ? lim->budgets : 1;
	json_t *j = NULL;
	int rc;

	if (lim->budgets > 0)
		rc = keep_calm(keep, p, &lim->solve, lim->budget, lim->budgets, plan);
	else
		rc = keep_solve(keep, p, &lim->solve, &plan[0]);
	*ret_rc = rc;
	if (rc < 0)
		return NULL;
	j = lim->budgets > 0 ? plans_to_json(p, lim, plan) : plan_to_json(p, plan[0]);
	for (int32_t b = 0; b < plans; b++)
		plan_free(plan[b]);
	return j;
}

/*
 * Solves what a request asks for; the plan or the plans as JSON and under which name, or a sentence
 * in why.
 */
static json_t *
solve_request(const json_t *request, struct keep *keep, const char **ret_name, char *why,
    size_t why_size)
{
	struct json_reader r = { .why = why, .why_size = why_size };
	struct limits limits;
	struct problem *p = NULL;
	json_t *j = NULL;
	int rc;

	snprintf(why, why_size, "out of memory");
	if (json_known(&r, request, NULL, 0, request_members) < 0)
		return NULL;
	snprintf(r.at, sizeof(r.at), "limits.");
	if (read_limits(&r, json_object_get(request, "limits"), &limits) < 0)
		return NULL;
	if (problem_from_json(json_object_get(request, "problem"), &p, why, why_size) == 0) {
		j = solve_problem(p, &limits, keep, &rc);
		if (rc == -ETIME)
			snprintf(why, why_size, "no plan that keeps the rules was found");
	}
	problem_free(p);
	*ret_name = limits.budgets > 0 ? "plans" : "plan";
	return j;
}

static int
answer(int fd, const char *text, size_t size, struct keep *keep)
{
	char why[512];
	json_error_t error;
	json_t *request = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	json_t *reply = json_object();
	json_t *id = json_object_get(request, "id");
	json_t *plan = NULL;
	const char *name = "plan";
	int rc;

	if (request != NULL)
		plan = solve_request(request, keep, &name, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "column %d: %s", error.column, error.text);
	json_object_set_new(reply, "id", json_is_integer(id) ? json_incref(id) : json_null());
	if (plan != NULL)
		json_object_set_new(reply, name, plan);
	else
		json_object_set_new(reply, "error", json_string(why));
	json_decref(request);
	rc = write_message(fd, reply);
	json_decref(reply);
	return rc;
}

/* Answers one message after another; the exit status. */
static int
serve(int fd, struct keep *keep)
{
	char *text;
	size_t size;

	for (;;) {
		int rc = read_message(fd, &text, &size);

		if (rc == -EPIPE)
			return 0;
		if (rc < 0)
			return 1;
		rc = answer(fd, text, size, keep);
		free(text);
		if (rc < 0)
			return 1;
	}
}

int
worker_serve(int fd)
{
	struct keep *keep;
	int rc;

	/*
	 * Ctrl-C and the like reach the whole group: what ends a worker is the daemon, which
	 * would else take it for a crash and start another while it stops.
	 */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	rc = sandbox_enter();
	if (rc < 0) {
		fprintf(stderr, "evenkeel-solve: the worker could not be locked down: %s\n",
		    strerror(-rc));
		return 1;
	}
	keep = keep_new();
	if (keep == NULL) {
		fprintf(stderr, "evenkeel-solve: the worker has no memory\n");
		return 1;
	}
	rc = serve(fd, keep);
	keep_free(keep);
	return rc;
}
