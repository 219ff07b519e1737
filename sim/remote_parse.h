/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications of the daemon, read into what the engine understands. */
#ifndef EVENKEEL_SIM_REMOTE_PARSE_H
#define EVENKEEL_SIM_REMOTE_PARSE_H

#include <jansson.h>

#include "sim/push.h"

/* From the daemon's ids to indices: objects of integers. */
struct names {
	json_t *call, *tech;
};

struct parsed; /* the arrays of a revision, reused from one to the next */

struct parsed *parsed_new(void); /* NULL when out of memory */
void parsed_free(struct parsed *p);

/*
 * A plan.revised. ret points into p until the next call. 0; -EBADMSG: it is not as the OpenRPC
 * document says, or names an unknown call or technician; -ENOMEM.
 */
int parse_revision(struct parsed *p, const struct names *n, const json_t *params,
    struct revision *ret);
/* An eta.revised. 0 or -EBADMSG. */
int parse_telling(const struct names *n, const json_t *params, struct telling *ret);

#endif
