/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a territory learns from what happened: how long work and drives take, and how well quoted
 * windows hold. Part of the state: pure, and the same events give the same figures.
 *
 * Of each finished call, the logarithm of its time on site in seconds is counted for all, for its
 * kind, and for its technician and kind; where a duration was given, the logarithm of (time on site /
 * duration given) is counted likewise. Of each drive, the logarithm of (time taken / time by the
 * travel model at the technician's own speed) is counted for all and for the technician. A case far
 * out pulls no harder than one at 2.5 deviations (Huber, Robust estimation of a location parameter,
 * 1964). A technician's mean and variance are shrunk to the kind's, a kind's to the territory's, by
 * the number of cases against learn_prior_cases (the empirical Bayes mean: Efron and Morris, Data
 * analysis using Stein's estimator, 1975); the territory's to what the shop itself says.
 *
 * Figures are in use as they stood at the last local midnight, so that a day's plan does not change
 * under the day. They are kept as integers (millionths), so that their text is canonical.
 *
 * Windows: one shift, on the scale of the normal distribution, between the chance that is stated and
 * the level at which the window is drawn. It moves up with each quoted promise that was missed and
 * down with each that held, so that in the long run they hold as often as was said, whatever the
 * model gets wrong (Gibbs and Candes, Adaptive conformal inference under distribution shift, 2021).
 * How far it moves is reckoned with the shift that a promise was quoted with: promises that settle
 * days later do not make it swing.
 */
#ifndef EVENKEEL_DAEMON_LEARN_H
#define EVENKEEL_DAEMON_LEARN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/guidelines.h"

enum {
	LEARN_KINDS_MAX = 1000,       /* beyond it the kind with the oldest case is forgotten */
	LEARN_PAIRS_MAX = 20000,      /* of technician and kind; the same */
	LEARN_DRIVERS_MAX = 2000,     /* the same */
	LEARN_CASES_MAX = 400,        /* older cases fade: a figure weighs this many at most */
	LEARN_FEW = 5,                /* fewer cases: "too few to tell" */
	LEARN_MILLION = 1000000,
	LEARN_SHIFT_MAX = 6000000,    /* of windows, in millionths of a deviation: wider ... */
	LEARN_SHIFT_MIN = -1500000,   /* ... and narrower than the model says */
};

/* One learned figure, millionths; cases 0: nothing known. */
struct learned {
	int64_t cases, mean, variance; /* of the logarithm */
};

struct learn; /* opaque */

struct learn *learn_new(void); /* NULL when out of memory */
void learn_free(struct learn *l); /* NULL is fine */
const struct learn *learn_nothing(void); /* nothing is known: to be read only */
/* A copy to be read, and to be written after learn_reserve(). Cannot fail: the two share until then. */
struct learn *learn_copy(struct learn *l);

/*
 * Makes room for one more case of this kind and technician, in a copy of its own if *l is shared, so
 * that what follows cannot fail. Comes before each of the functions below. -ENOMEM.
 */
int learn_reserve(struct learn **l, const char *technician, const char *kind);
/* A call was finished after took_s on site; given_s: the duration given, 0 none. Not for no access. */
void learn_work(struct learn *l, const char *technician, const char *kind, int32_t took_s,
    int32_t given_s);
void learn_drive(struct learn *l, const char *technician, int32_t took_s, int32_t model_s);
/* A promise quoted with pct, when the shift was so, was kept or missed. */
void learn_promise(struct learn *l, int32_t pct, int64_t shift, bool held);
/* A new local day began: what is known by now comes into use. */
void learn_day(struct learn *l, int64_t midnight);

/*
 * In use, shrunk: of a technician and kind; of a kind (technician NULL). For a call with a duration
 * given: of the share of it; else (given_s 0) of the time in seconds, guideline_s being what the shop
 * itself says. cases of the result is 0 as long as nothing at all is known: then mean and variance
 * are such that the shop's own figure is the quantile that is planned with.
 */
struct learned learn_of_work(const struct learn *l, const struct guidelines *g,
    const char *technician, const char *kind, int32_t given_s, int32_t *ret_cases,
    int32_t *ret_kind_cases);
struct learned learn_of_drive(const struct learn *l, const struct guidelines *g,
    const char *technician, int32_t *ret_cases);

/* The shift of windows, millionths. The level at which a window is drawn for a chance. */
int64_t learn_shift(const struct learn *l);
double learn_level(const struct learn *l, double chance);
int64_t learn_promises(const struct learn *l, int64_t *ret_held); /* quoted, and settled by now */
int64_t learn_since(const struct learn *l); /* the midnight whose figures are in use, 0 none yet */

/* What is in use, for showing; texts are borrowed. */
struct learn_row {
	const char *technician; /* NULL: all */
	const char *kind;
	struct learned time, given; /* raw */
	int64_t newer; /* cases since the last midnight: not yet in use */
};

/*
 * By kind, then by technician, all of them first; malloc'd, the caller's. Rows of drives have a share
 * of the model's time as `time`, and "" for a kind. -ENOMEM.
 */
int learn_work_rows(const struct learn *l, struct learn_row **ret, size_t *ret_n);
int learn_drive_rows(const struct learn *l, struct learn_row **ret, size_t *ret_n);

/* The part of the canonical dump, and back. -EBADMSG, -ENOMEM. */
json_t *learn_to_json(const struct learn *l); /* new reference, NULL when out of memory */
int learn_from_json(const json_t *j, struct learn **ret);

#endif
