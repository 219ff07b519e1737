/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/guidelines.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const char *const severities[SEVERITIES] = {
	[SEV_ROUTINE] = "routine",
	[SEV_URGENT] = "urgent",
	[SEV_EMERGENCY] = "emergency",
	[SEV_TRAPPED] = "trapped",
};

/* A guideline that is a number. */
struct figure {
	const char *name;
	size_t offset;
	int32_t def, min, max;
};

#define FIGURE(name, def, min, max) { #name, offsetof(struct guidelines, name), def, min, max }
#define BY_SEVERITY(name, sev, text, def, max) \
	{ #name "_" text, offsetof(struct guidelines, name[sev]), def, 0, max }

static const struct figure figures[] = {
	FIGURE(budget_event, 2, 0, 100),
	FIGURE(budget_emergency, 4, 0, 100),
	FIGURE(budget_absence, 6, 0, 100),
	FIGURE(allowance_hour, 24, 0, 10000),
	FIGURE(allowance_day, 150, 0, 100000),
	FIGURE(moves_max, 2, 0, 20),
	FIGURE(freeze_s, 1800, 0, 14400),
	FIGURE(eta_tolerance_s, 600, 60, 7200),
	FIGURE(tell_ahead_s, 3600, 0, 604800),
	FIGURE(promise_before_s, 1800, 0, 14400),
	FIGURE(promise_after_s, 3600, 0, 28800),
	FIGURE(drive_cents_per_h, 3600, 0, 1000000),
	FIGURE(wait_cents_per_h, 600, 0, 1000000),
	FIGURE(overtime_cents_per_h, 6000, 0, 1000000),
	FIGURE(break_late_cents_per_h, 20000, 0, 1000000),
	BY_SEVERITY(late_cents_per_h, SEV_ROUTINE, "routine", 2000, 10000000),
	BY_SEVERITY(response_cents_per_h, SEV_ROUTINE, "routine", 300, 10000000),
	BY_SEVERITY(unserved_cents, SEV_ROUTINE, "routine", 20000, 100000000),
	BY_SEVERITY(late_cents_per_h, SEV_URGENT, "urgent", 6000, 10000000),
	BY_SEVERITY(response_cents_per_h, SEV_URGENT, "urgent", 4000, 10000000),
	BY_SEVERITY(unserved_cents, SEV_URGENT, "urgent", 40000, 100000000),
	BY_SEVERITY(late_cents_per_h, SEV_EMERGENCY, "emergency", 12000, 10000000),
	BY_SEVERITY(response_cents_per_h, SEV_EMERGENCY, "emergency", 6000, 10000000),
	BY_SEVERITY(unserved_cents, SEV_EMERGENCY, "emergency", 80000, 100000000),
	BY_SEVERITY(late_cents_per_h, SEV_TRAPPED, "trapped", 30000, 10000000),
	BY_SEVERITY(response_cents_per_h, SEV_TRAPPED, "trapped", 20000, 10000000),
	BY_SEVERITY(unserved_cents, SEV_TRAPPED, "trapped", 200000, 100000000),
	FIGURE(late_steep_s, 1800, 0, 86400),
	FIGURE(break_promise_cents, 20000, 0, 10000000),
	FIGURE(reassign_cents, 2000, 0, 10000000),
	FIGURE(repromise_cents, 5000, 0, 10000000),
	FIGURE(eta_moved_cents, 1000, 0, 10000000),
	FIGURE(drop_cents, 20000, 0, 10000000),
	FIGURE(prefer_cents, 500, 0, 10000000),
	FIGURE(move_again_pct, 100, 0, 1000),
	FIGURE(fair_cents, 2, 0, 10000),
	FIGURE(duration_routine_s, 2700, 60, 86400),
	FIGURE(overtime_max_s, 3600, 0, 28800),
	FIGURE(road_factor_pct, 130, 100, 500),
	FIGURE(speed_m_per_h, 30000, 1000, 200000),
	FIGURE(leg_s, 120, 0, 3600),
	FIGURE(scope_technicians, 8, 1, 200),
	FIGURE(solve_ms, 25, 5, 10000),
	FIGURE(background_ms, 1000, 0, 60000),
	FIGURE(budget_inside, 0, 0, 100),
	FIGURE(allowance_emergency, 60, 0, 10000),
	FIGURE(move_near_pct, 100, 0, 1000),
	FIGURE(move_near_s, 7200, 0, 86400),
	FIGURE(quote_confidence_pct, 90, 50, 99),
	FIGURE(quote_s, 300, 30, 86400),
	FIGURE(quote_window_min_s, 1800, 0, 28800),
	FIGURE(risk_pct, 30, 1, 99),
	FIGURE(repromise_wait_s, 3600, 0, 86400),
	FIGURE(answer_s, 3600, 0, 604800),
	FIGURE(silence_releases, 0, 0, 1),
	FIGURE(declines_max, 2, 1, 20),
	FIGURE(carry_before_s, 3600, 0, 28800),
	FIGURE(carry_age_pct, 50, 0, 400),
	FIGURE(carry_manager, 2, 1, 20),
	FIGURE(goodwill_time_and_materials_cents, 9000, 0, 10000000),
	FIGURE(goodwill_full_service_cents, 5000, 0, 10000000),
	FIGURE(goodwill_day_cents, 50000, 0, 100000000),
	FIGURE(goodwill_expected_pct, 50, 0, 100),
	FIGURE(learn, 1, 0, 1),
	FIGURE(learn_prior_cases, 8, 1, 1000),
	FIGURE(plan_quantile_pct, 55, 30, 90),
};

enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

const char *
severity_name(enum severity s)
{
	return severities[s];
}

int
severity_from_name(const char *name, enum severity *ret)
{
	for (int s = 0; s < SEVERITIES; s++) {
		if (strcmp(severities[s], name) == 0) {
			*ret = (enum severity)s;
			return 0;
		}
	}
	return -EINVAL;
}

static int32_t *
figure_in(struct guidelines *g, const struct figure *f)
{
	return (int32_t *)(void *)((char *)g + f->offset);
}

void
guidelines_default(struct guidelines *g)
{
	*g = (struct guidelines){ .currency = "USD" };
	for (int i = 0; i < FIGURES; i++)
		*figure_in(g, &figures[i]) = figures[i].def;
}

static const struct figure *
figure_find(const char *name)
{
	for (int i = 0; i < FIGURES; i++) {
		if (strcmp(figures[i].name, name) == 0)
			return &figures[i];
	}
	return NULL;
}

static int
guidelines_set_one(struct guidelines *g, const char *name, const json_t *value)
{
	const struct figure *f = figure_find(name);
	json_int_t v = json_integer_value(value);

	if (strcmp(name, "currency") == 0) {
		if (!json_is_string(value) || json_string_length(value) != 3)
			return -EINVAL;
		memcpy(g->currency, json_string_value(value), 4);
		return 0;
	}
	if (f == NULL || !json_is_integer(value) || v < f->min || v > f->max)
		return -EINVAL;
	*figure_in(g, f) = (int32_t)v;
	return 0;
}

int
guidelines_set(struct guidelines *g, const json_t *obj)
{
	struct guidelines changed = *g;
	const char *name;
	json_t *value;

	if (!json_is_object(obj))
		return -EINVAL;
	json_object_foreach((json_t *)obj, name, value) {
		if (guidelines_set_one(&changed, name, value) < 0)
			return -EINVAL;
	}
	*g = changed;
	return 0;
}

json_t *
guidelines_to_json(const struct guidelines *g)
{
	struct guidelines copy = *g;
	json_t *obj = json_object();

	for (int i = 0; i < FIGURES; i++) {
		int32_t v = *figure_in(&copy, &figures[i]);

		if (json_object_set_new(obj, figures[i].name, json_integer(v)) < 0)
			goto fail;
	}
	if (json_object_set_new(obj, "currency", json_string(g->currency)) < 0)
		goto fail;
	return obj;
fail:
	json_decref(obj);
	return NULL;
}
