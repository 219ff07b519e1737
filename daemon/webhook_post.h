/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posting over HTTP, several at a time: the part of evenkeel-webhook that knows libcurl.
 *
 * Only https, and http to addresses that are listed; no redirect, no proxy, no other protocol. Each
 * address is looked at as it is connected to (guard.h). A reply is read up to POST_REPLY_MAX and
 * thrown away; POST_TIMEOUT_MS for all of it.
 */
#ifndef EVENKEEL_DAEMON_WEBHOOK_POST_H
#define EVENKEEL_DAEMON_WEBHOOK_POST_H

#include <jansson.h>
#include <stdbool.h>

#include "daemon/guard.h"

enum { POST_TIMEOUT_MS = 15000, POST_REPLY_MAX = 64 << 10, POST_JOBS_MAX = 256 };

struct post; /* opaque */

typedef void post_answer_fn(void *arg, json_t *message); /* stolen; NULL: out of memory */

struct post *post_new(const struct guard *guard, post_answer_fn *answer, void *arg);
void post_free(struct post *p); /* NULL is fine */

/* Begins a job, or answers at once why not. */
void post_start(struct post *p, const json_t *job);
/* Waits until a post can go on, fd is readable (with want_write also: writable), or ms have passed.
 * -EIO. */
int post_wait(struct post *p, int fd, bool want_write, bool *ret_readable, int ms);
/* Goes on with all, and answers those that ended. */
void post_perform(struct post *p);

#endif
