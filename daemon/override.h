/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overrides: a person moves a call to a technician. What it would do, before it is done. Pure.
 */
#ifndef EVENKEEL_DAEMON_OVERRIDE_H
#define EVENKEEL_DAEMON_OVERRIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/check.h"
#include "daemon/proposal.h"
#include "daemon/state.h"

struct override_ask {
	int32_t call, tech;
	int32_t after; /* right after this call of his; -1: where it costs least */
	bool first;    /* before all his other stops that are not under way or frozen */
};

enum { OVERRIDE_TOKEN_SIZE = 65, OVERRIDE_TOKEN_S = 60 };

/* The move, worked out; ripple.h says what it means for everybody. */
struct override_move {
	struct new_route route[2]; /* his, and that of who loses the call */
	int32_t routes;
	int64_t before, after;     /* cost of what it touches, cents */
	int64_t arrival;           /* of the call */
	struct disturbed disturbed;
};

/*
 * Works out a move as of now; the caller ends it with override_done(). With a sentence in why:
 * -EPERM: the technician may not do the call; -EBUSY: the call is under way or ended; -ENOENT:
 * `after` is no stop of his that another can follow; -ENOSPC: it does not fit his shift; -ENOMEM.
 */
int override_make(const struct state *s, int64_t now, const struct override_ask *ask,
    struct override_move *ret, char *why, size_t why_size);
void override_done(struct override_move *m);

/*
 * A token for exactly this move: it holds until `expires`, as long as the two technicians' routes
 * stay in the order they have. key binds it to this daemon's run.
 */
void override_token(const struct state *s, const struct override_move *m, const char *key,
    int64_t expires, char ret[OVERRIDE_TOKEN_SIZE]);
/* 0; -ETIME: it ended; -ESTALE: it is for another move, or a route changed since. */
int override_token_check(const struct state *s, const struct override_move *m, const char *key,
    const char *token, int64_t now);

#endif
