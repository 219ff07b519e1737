/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of solver workers: processes that solve one problem at a time over a socketpair.
 *
 * A worker that dies, hangs past its deadline, answers nonsense or a plan that breaks a rule is
 * killed and replaced: that costs its job, one worker and one line of the log. Nothing here waits.
 */
#ifndef EVENKEEL_DAEMON_WORKER_H
#define EVENKEEL_DAEMON_WORKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/net.h"

struct worker_pool;

enum worker_end {
	WORKER_ANSWERED, /* plan holds the answer's "plan", or its "plans" if budgets were given */
	WORKER_REFUSED,  /* the worker said why it has no plan */
	WORKER_TIMEOUT,  /* killed at the deadline */
	WORKER_DIED,     /* it ended, or what it said made no sense */
};

/*
 * Runs once for each job, never from inside worker_solve(). plan is borrowed; why is a sentence.
 * Returns whether the answer is sound: a worker whose plan breaks a rule may be damaged, and is
 * replaced like one that died. What was wrong then goes to bad: it is in the one line of the log
 * that each lost worker gets.
 */
typedef bool worker_done_fn(void *arg, enum worker_end end, const json_t *plan, const char *why,
    char *bad, size_t bad_size);

struct worker_figures {
	int32_t alive;
	int64_t restarts, timeouts;
};

enum { WORKERS_MAX = 64 };

/*
 * Starts `workers` processes of the program at path. idle runs when a worker becomes free.
 * 0, or -errno with a sentence in why.
 */
int worker_pool_new(struct net *net, const char *path, int32_t workers, net_fn *idle, void *arg,
    struct worker_pool **ret, char *why, size_t why_size);
/* Kills the workers; jobs under way are forgotten without a word. NULL is fine. */
void worker_pool_free(struct worker_pool *p);

/* Workers ready for a job. */
int32_t worker_idle(const struct worker_pool *p);

/*
 * Gives a job to an idle worker; one that can wait goes to the last, which runs at a lower
 * priority, so that it takes no time from what cannot. limits and problem are stolen. deadline_ms
 * from now the worker is killed. -EBUSY: none is idle; -ENOMEM; -E2BIG: the problem is over the
 * size of a message.
 */
int worker_solve(struct worker_pool *p, json_t *limits, json_t *problem, int64_t deadline_ms,
    bool can_wait, worker_done_fn *done, void *arg);

void worker_figures(const struct worker_pool *p, struct worker_figures *ret);

#endif
