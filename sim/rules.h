/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of calls do not say, and the simulator supplies by rule: skill, planned duration,
 * severity and, where a file has none, a deadline. All of it stands in one table and is
 * printed with every result.
 */
#ifndef EVENKEEL_SIM_RULES_H
#define EVENKEEL_SIM_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum severity { SEV_ROUTINE, SEV_URGENT, SEV_EMERGENCY, SEV_TRAPPED, SEVERITIES };

const char *severity_name(enum severity s);

struct rule {
	const char *agency; /* must occur in the call's agency; "" any */
	const char *text;   /* must occur in its kind of work, letter case aside; "" any */
	const char *skill;
	int16_t level;   /* of the skill */
	int16_t minutes; /* planned time on site */
	enum severity severity;
	int16_t
	    within_min; /* deadline this long after the call is known, where the file has none */
	int16_t difficulty; /* points */
	bool appointment;   /* the file's opening time is the start of an agreed window */
};

enum {
	RULE_APPOINTMENT_S = 3600,          /* length of an agreed window */
	RULE_OUTAGE_CUSTOMERS = 500,        /* so many without power make an emergency */
	RULE_OUTAGE_WITHIN_S = 7200,        /* of such an outage */
	RULE_EMERGENT_WITHIN_S = 3600,      /* of a fire-service call with lights and siren */
	RULE_DEADLINE_MOST_S = 360 * 86400, /* no deadline is further away than this */
	RULE_DEADLINE_LEAST_S =
	    1800, /* a deadline that has passed, or nearly, when the call is known */
};

/* The first rule that fits; the last one of the table fits everything. Index into rules. */
int32_t rule_find(const char *agency, const char *text);
const struct rule *rule_at(int32_t i);
int32_t rule_count(void);

/* All rules in words, for the result: an object {"reading": [...], "kinds": [...]}. used[i]
 * (may be NULL) says how many calls rule i served; rules nobody used are left out. */
json_t *rules_to_json(const int32_t *used);

#endif
