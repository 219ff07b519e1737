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
/*
 * A message.written, promise.at_risk, promise.moved or goodwill.proposed: 1; 0: something else;
 * -EBADMSG: without a call that is known.
 */
int parse_saying(const struct names *n, const char *method, const json_t *params,
    struct saying *ret);
/* An eta.revised. 0 or -EBADMSG. */
int parse_telling(const struct names *n, const json_t *params, struct telling *ret);

#endif
