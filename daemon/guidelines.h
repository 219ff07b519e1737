/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guidelines of a territory: weights, budgets, habits. Names, units, ranges and
 * defaults are those of components/schemas/Guidelines in the OpenRPC document; a test
 * holds the table in guidelines.c against it.
 */
#ifndef EVENKEEL_DAEMON_GUIDELINES_H
#define EVENKEEL_DAEMON_GUIDELINES_H

#include <jansson.h>
#include <stdint.h>

enum severity { SEV_ROUTINE, SEV_URGENT, SEV_EMERGENCY, SEV_TRAPPED, SEVERITIES };

const char *severity_name(enum severity s);
int severity_from_name(const char *name, enum severity *ret); /* -EINVAL */

struct guidelines {
	int32_t budget_event, budget_emergency, budget_absence;
	int32_t allowance_hour, allowance_day, moves_max;
	int32_t freeze_s, eta_tolerance_s, tell_ahead_s, promise_before_s, promise_after_s;
	int32_t drive_cents_per_h, wait_cents_per_h, overtime_cents_per_h, break_late_cents_per_h;
	int32_t late_cents_per_h[SEVERITIES];
	int32_t response_cents_per_h[SEVERITIES];
	int32_t unserved_cents[SEVERITIES];
	int32_t late_steep_s;
	int32_t break_promise_cents, reassign_cents, repromise_cents, eta_moved_cents, drop_cents;
	int32_t prefer_cents, move_again_pct, fair_cents;
	int32_t duration_routine_s, overtime_max_s;
	int32_t road_factor_pct, speed_m_per_h, leg_s;
	int32_t scope_technicians, solve_ms, background_ms;
	int32_t budget_inside, allowance_emergency;
	int32_t move_near_pct, move_near_s;
	int32_t quote_confidence_pct, quote_s, quote_window_min_s;
	int32_t risk_pct, repromise_wait_s;
	int32_t answer_s, silence_releases, declines_max;
	int32_t carry_before_s, carry_age_pct, carry_manager;
	int32_t goodwill_time_and_materials_cents, goodwill_full_service_cents, goodwill_day_cents,
	    goodwill_expected_pct;
	int32_t learn, learn_prior_cases, plan_quantile_pct;
	char currency[4];
};

void guidelines_default(struct guidelines *g);
/* Sets the members of obj, or nothing. -EINVAL: a member that is no guideline, or out of its range.
 */
int guidelines_set(struct guidelines *g, const json_t *obj);
json_t *guidelines_to_json(const struct guidelines *g); /* every member; new reference */

#endif
