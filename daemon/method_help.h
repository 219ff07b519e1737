/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers have in common: finding objects, versions, and the time an event happened. */
#ifndef EVENKEEL_DAEMON_METHOD_HELP_H
#define EVENKEEL_DAEMON_METHOD_HELP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/method.h"

enum {
	HELP_PAST_S = 600,    /* an event is taken so late, not later */
	HELP_AREA_M = 300000, /* what is farther from a technician's home is out of his area */
	HELP_BY_SIZE = 64,
};

struct found {
	struct territory *t;
	const struct state *s;
	int64_t now;
	int32_t call, tech; /* -1 not asked for */
};

/* The member "call", wherever it is planned. False after answering "not found". */
bool help_call(struct request *r, struct found *ret);
/* The member "technician"; adds to ret if a call was found before: both are of one territory. */
bool help_tech(struct request *r, struct found *ret);

/* The members "technician" and "call", the call being on his route. False after answering. */
bool help_stop(struct request *r, struct found *ret);
/* Whether he is at work at this very call. False after answering that he is not. */
bool help_at_work(struct request *r, const struct found *f);

/* The member "if_version" against the present version. False after answering "conflict". */
bool help_version(struct request *r, int64_t current, const char *what);

/*
 * When a technician's event happened: the member "at", else now. Refused as BAD_TIME: in the
 * future, over HELP_PAST_S ago, or before his last event.
 */
bool help_at(struct request *r, const struct found *f, int64_t *ret);

/*
 * A place where a technician is said to be, against his home. Refused as OUT_OF_AREA: too far for
 * any day's work, as what a device reports that has lost its bearings. False after answering.
 */
bool help_near(struct request *r, const char *member, struct place at, struct place home);

/* The result of most commands: version and status of a call or technician (as they will be). */
json_t *help_done_call(const struct call_state *c, enum call_status status);
json_t *help_done_tech(const struct tech *t, const char *status);

/* Who asks, as events say it: role and token id, "manager:tk1". */
void help_by(const struct request *r, char ret[HELP_BY_SIZE]);

/* A notice to whom it may concern at the consoles. */
void help_notice(struct request *r, const struct state *s, const char *level, const char *code,
    const char *text);

#endif
