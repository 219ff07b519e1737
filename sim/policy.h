/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: somebody who is told facts and pushes plans. The world treats all alike.
 *
 * Order of a turn: advance() to the time of what happens next, fact() for each thing that
 * happens then, settle() when the policy is to think about it. Plans and ETAs are pushed
 * through the sink during advance() and settle() only, never from fact().
 */
#ifndef EVENKEEL_SIM_POLICY_H
#define EVENKEEL_SIM_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/desk.h"
#include "sim/push.h"

struct sink {
	void (*revised)(void *arg, const struct revision *r);
	void (*told)(void *arg, const struct telling *t);
	void (*said)(void *arg, const struct saying *s);
	/* How long it took from handing a fact over to the first push that it caused. */
	void (*pushed)(void *arg, double ms);
	void *arg;
};

struct policy;

struct policy_ops {
	const char *name;
	bool hears_answers; /* takes FACT_ANSWERED */
	/* Time goes on to to_s. 0, or -errno: the policy is gone, why says more. */
	int (*advance)(struct policy *p, int64_t to_s);
	/* 0; -EPERM: refused, the fact does not happen (why); other -errno: the policy is gone. */
	int (*fact)(struct policy *p, const struct fact *f);
	int (*settle)(struct policy *p);
	/* What it says of itself at the end, for the result; NULL: nothing. New reference. */
	json_t *(*status)(struct policy *p);
	void (*close)(struct policy *p);
};

/* First member of each policy's own struct. */
struct policy {
	const struct policy_ops *ops;
	const struct desk *desk; /* what is known, kept by the engine; borrowed */
	struct sink sink;
	char why[512]; /* of the last failure or refusal */
};

/* The policies that run inside the simulator: "nearest", "fixed". NULL: no such, or no memory. */
struct policy *policy_local(const char *name);

#endif
