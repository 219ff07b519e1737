/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/child.h"
#include "sim/local.h"
#include "sim/ask.h"

struct exec {
	struct local local;
	struct policy_ops ops; /* with the name of this very command */
	struct exec_options options;
	bool ask;              /* something has happened that it is asked about */
	bool done;             /* a stop is done: asked if a call waits */
	int32_t asked, failed;
	char first_failure[512];
};

/* Whether what happened is an event that a shop would solve again for. */
static bool
is_event(const struct fact *f)
{
	switch (f->type) {
	case FACT_BOOKED:
	case FACT_CANCELLED:
	case FACT_NO_ACCESS:
	case FACT_LATE:
	case FACT_ABSENT:
		return true;
	default:
		return false;
	}
}

static int
exec_fact(struct policy *p, const struct fact *f)
{
	struct exec *x = (struct exec *)p;

	local_fact(&x->local, f);
	x->ask |= is_event(f) ||
	    (f->type == FACT_SHIFT_ENDED && p->desk->tech[f->tech].stops > 0);
	x->done |= f->type == FACT_FINISHED;
	return 0;
}

/* Keeps the first reason, as plain text: it may hold anything that the command wrote. */
static void
count_failure(struct exec *x)
{
	if (x->failed++ > 0)
		return;
	snprintf(x->first_failure, sizeof(x->first_failure), "%s", x->local.policy.why);
	for (char *c = x->first_failure; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* One question and its answer. Leaves *ret alone on failure; x->local.policy.why says why. */
static int
ask(struct exec *x, struct ask_plan *ret, bool *ret_asked)
{
	struct policy *p = &x->local.policy;
	char *text = NULL, *answer = NULL;
	size_t size = 0, answer_size = 0;
	int32_t jobs = 0;
	int rc = ask_write(p->desk, x->options.steps, &text, &size, &jobs);

	*ret_asked = rc == 0 && jobs > 0;
	if (*ret_asked)
		rc = child_run(x->options.command, text, size, (int64_t)x->options.limit_s * 1000,
		    &answer, &answer_size, p->why, sizeof(p->why));
	if (*ret_asked && rc == 0)
		rc = ask_read(p->desk, answer, answer_size, ret, p->why, sizeof(p->why));
	free(text);
	free(answer);
	return rc;
}

static int
exec_settle(struct policy *p)
{
	struct exec *x = (struct exec *)p;
	struct ask_plan plan = { 0 };
	int32_t one;
	bool asked = false;
	int rc = 0;

	if (!x->ask && !(x->done && local_waiting(p->desk, &one, 1) > 0)) {
		if (x->done)
			local_refresh(&x->local, x->local.cause.tech);
		x->done = false;
		return 0;
	}
	x->ask = x->done = false;
	rc = ask(x, &plan, &asked);
	if (rc == -ENOMEM)
		return rc;
	x->asked += asked;
	if (rc < 0)
		count_failure(x);
	if (asked && rc == 0)
		rc = local_push_plan(&x->local, plan.call, PUSH_STOPS_MAX, plan.stops);
	else
		rc = local_push_plan(&x->local, NULL, 0, NULL);
	p->why[0] = '\0';
	ask_plan_done(&plan);
	return rc;
}

static int
exec_advance(struct policy *p, int64_t to_s)
{
	(void)to_s;
	local_sweep((struct local *)p);
	return 0;
}

static json_t *
exec_status(struct policy *p)
{
	struct exec *x = (struct exec *)p;
	json_t *o = json_pack("{s:s,s:i,s:b,s:i,s:i}", "command", x->options.command, "limit_s",
	    (int)x->options.limit_s, "steps", (int)x->options.steps, "asked", (int)x->asked,
	    "failed", (int)x->failed);

	if (x->failed > 0)
		json_object_set_new(o, "first_failure", json_string(x->first_failure));
	return o;
}

static void
exec_close(struct policy *p)
{
	free(p);
}

struct policy *
exec_new(const char *name, const struct exec_options *o)
{
	struct exec *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->ops = (struct policy_ops){
		.name = name,
		.advance = exec_advance,
		.fact = exec_fact,
		.settle = exec_settle,
		.status = exec_status,
		.close = exec_close,
	};
	x->options = *o;
	x->local.policy.ops = &x->ops;
	return &x->local.policy;
}

void
exec_short_name(const char *policy, char to[EXEC_NAME_MAX + 1])
{
	size_t prefix = strlen(EXEC_PREFIX), len;
	const char *program = policy + prefix, *slash;

	if (strncmp(policy, EXEC_PREFIX, prefix) != 0) {
		snprintf(to, EXEC_NAME_MAX + 1, "%s", policy);
		return;
	}
	program += strspn(program, " ");
	len = strcspn(program, " ");
	while ((slash = memchr(program, '/', len)) != NULL) {
		len -= (size_t)(slash + 1 - program);
		program = slash + 1;
	}
	snprintf(to, EXEC_NAME_MAX + 1, "%s%.*s", EXEC_PREFIX, (int)len, program);
}
