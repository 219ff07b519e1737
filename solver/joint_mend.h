/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ties between calls: whether a plan keeps them, and plans mended until they do. Internal
 * to libsolver (joint.h).
 */
#ifndef EVENKEEL_SOLVER_JOINT_MEND_H
#define EVENKEEL_SOLVER_JOINT_MEND_H

#include "solver/model.h"
#include "solver/solve.h"

struct tie {
	bool with;       /* both start at once; else b starts gap_s after a's end or later */
	int32_t a, b;
	int32_t gap_s;
};

struct ties {
	struct tie *tie;
	int32_t n;
};

/* 0 or -ENOMEM; ties_done either way. */
int ties_init(struct ties *t, const struct problem *p);
void ties_done(struct ties *t);

/* Who serves each call and when, -1 nobody; filled from a plan. */
struct plan_marks {
	int32_t *by, *start_s, *end_s;
	int32_t calls;
};

/* 0 or -ENOMEM; plan_marks_done either way. */
int plan_marks_init(struct plan_marks *m, const struct problem *p);
void plan_marks_done(struct plan_marks *m);
void plan_marks_set(struct plan_marks *m, const struct plan *plan);

/* Whether the marked plan breaks it. */
bool tie_broken(const struct plan_marks *m, const struct tie *t);

/*
 * Raises what tied starts may be until the marked plan's starts agree: the earliest that the
 * later of them allows. Returns whether any was raised. Only ties of which both ends are served.
 */
bool ties_raise(const struct ties *t, const struct plan_marks *m, struct model *model);

struct mender;

/* Borrows both. NULL when out of memory. */
struct mender *mender_new(const struct problem *p, const struct ties *t);
void mender_free(struct mender *m); /* NULL is fine */

/*
 * A plan with the same routes that keeps all ties: its starts put off until they agree, and
 * calls left out where that does not go. *ret is the caller's, NULL if there is none such in the
 * budget. -ENOMEM.
 */
int mender_mend(struct mender *m, const struct plan *plan, struct plan **ret);

#endif
