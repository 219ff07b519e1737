/* SPDX-License-Identifier: Apache-2.0 */
/* How often quoted promises held, by the confidence that was stated. */
#ifndef EVENKEEL_SIM_SEASON_SCORE_H
#define EVENKEEL_SIM_SEASON_SCORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SEASON_PCT_MAX = 100 };

/* Promises by stated confidence, percent; those asked with the guideline's confidence and no surer. */
struct held {
	int32_t made[SEASON_PCT_MAX + 1], held[SEASON_PCT_MAX + 1];
};

/* A promise of a visit that took place, or that did not in time. */
void held_add(struct held *h, int32_t pct, bool held);
void held_join(struct held *h, const struct held *more);

/* Over the promises stated from one to another percent: made, held, and what was stated on average. */
struct held_sum {
	int32_t made, held;
	double stated_pct, held_pct;
	double low_pct, high_pct; /* Wilson's interval of 95 % around held_pct */
};
struct held_sum held_sum(const struct held *h, int32_t from_pct, int32_t to_pct);

/* {"made","held","stated_pct","held_pct","low_pct","high_pct"}; new reference. */
json_t *held_json(const struct held_sum *s);

#endif
