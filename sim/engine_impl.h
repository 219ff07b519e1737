/* SPDX-License-Identifier: Apache-2.0 */
/* What engine.c (the day) and agent.c (the technicians in it) share, and nobody else sees. */
#ifndef EVENKEEL_SIM_ENGINE_IMPL_H
#define EVENKEEL_SIM_ENGINE_IMPL_H

#include <stdbool.h>
#include <time.h>

#include "sim/agenda.h"
#include "sim/engine.h"

/* A technician as he really is; what is known of him is at the desk. */
struct agent {
	uint32_t turn; /* grows when what he does changes: what is due of an older turn is stale */
	uint32_t wake; /* grows when he thinks again */
	bool rethink;  /* his route or his state has changed */
	bool leaving;  /* ill: goes home when the stop he is on is done */
	struct place from; /* where he set out */
	int64_t departed_s;
	int64_t began_s; /* the work he is at */
	int32_t drive_s;      /* true length of the drive he is on */
	int64_t not_before_s; /* after a refusal: try again then */
};

struct engine {
	const struct world *world;
	struct engine_options options;
	struct score *score;
	struct policy *policy;
	struct desk desk;
	struct judge *judge;
	struct agent *agent;
	struct agenda agenda;
	uint32_t *answers; /* by call: how often its customer was asked whether a time suits */
	bool unsettled;
	int64_t began_s;
	struct timespec began_wall;
	int32_t refusals;
	char first_refusal[512];
};

/* Reports a fact to the policy, the score and the desk. -EPERM: refused, it did not happen. */
int engine_report(struct engine *e, const struct fact *f);
int engine_due(struct engine *e, enum due_kind kind, int32_t whom, int64_t at_s, uint32_t turn);

/* Something that is due to a technician happens. */
int agent_due(struct engine *e, const struct due *due);
/* Whether it is about a technician who has had another turn since. */
bool agent_is_stale(const struct engine *e, const struct due *due);
/* He looks at his route, and puts down when he will do what is next. */
int agent_think(struct engine *e, int32_t k);
/* The call he is driving to was cancelled. */
int agent_turned_back(struct engine *e, int32_t k);

#endif
