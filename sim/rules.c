/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/rules.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define H(hours) ((hours)*60)

/* Durations and deadlines are our own guesses at ordinary field work, not data. */
static const struct rule rules[] = {
	/* Boston's 311 */
	{ "", "Tree Emergenc", "trees", 1, 60, SEV_URGENT, H(24), 3, false },
	{ "", "No Utilities", "housing", 1, 45, SEV_EMERGENCY, H(4), 4, false },
	{ "", "Heat - Excessive", "housing", 1, 45, SEV_EMERGENCY, H(4), 4, false },
	{ "", "Sewage", "housing", 1, 60, SEV_EMERGENCY, H(4), 5, false },
	{ "", "Unsafe Dangerous", "building", 2, 60, SEV_EMERGENCY, H(4), 5, false },
	{ "", "Utility Call-In", "highway", 1, 45, SEV_URGENT, H(8), 2, false },
	{ "", "Traffic Signal", "signals", 1, 50, SEV_URGENT, H(4), 3, false },
	{ "", "Knock Down", "lights", 2, 60, SEV_URGENT, H(4), 4, false },
	{ "", "Major System Failure", "lights", 2, 75, SEV_URGENT, H(4), 5, false },
	{ "", "Make Safe", "highway", 1, 45, SEV_URGENT, H(24), 2, false },
	{ "Public Works", "Light", "lights", 1, 35, SEV_ROUTINE, H(72), 1, false },
	{ "", "Sign", "signals", 1, 30, SEV_ROUTINE, H(72), 1, false },
	{ "", "Parking Meter", "signals", 1, 25, SEV_ROUTINE, H(48), 0, false },
	{ "", "Pothole", "highway", 1, 30, SEV_ROUTINE, H(48), 1, false },
	{ "", "Graffiti", "cleaning", 1, 40, SEV_ROUTINE, H(72), 1, false },
	{ "", "Dead Animal", "cleaning", 1, 20, SEV_ROUTINE, H(24), 1, false },
	{ "", "Highway Maintenance", "highway", 1, 45, SEV_ROUTINE, H(72), 2, false },
	{ "Parks", "", "trees", 1, 45, SEV_ROUTINE, H(72), 1, false },
	{ "Inspectional", "Building", "building", 1, 50, SEV_ROUTINE, H(72), 2, false },
	{ "Inspectional", "", "housing", 1, 45, SEV_ROUTINE, H(72), 2, false },
	/* power: BC Hydro and PG&E; the cause is the one listed first, not what was found */
	{ "", "Planned work", "lines", 1, 120, SEV_ROUTINE, H(8), 2, true },
	{ "", "scheduled maintenance", "lines", 1, 120, SEV_ROUTINE, H(8), 2, true },
	{ "BC Hydro", "Wire down", "lines", 1, 75, SEV_EMERGENCY, H(2), 4, false },
	{ "BC Hydro", "Pole down", "lines", 2, 120, SEV_EMERGENCY, H(2), 5, false },
	{ "BC Hydro", "Fire", "lines", 1, 60, SEV_EMERGENCY, H(2), 4, false },
	{ "PG&E", "fire in", "lines", 1, 60, SEV_EMERGENCY, H(2), 4, false },
	{ "", "Motor vehicle", "lines", 1, 90, SEV_EMERGENCY, H(2), 4, false },
	{ "", "Transmission circuit", "lines", 2, 90, SEV_EMERGENCY, H(2), 5, false },
	{ "", "emergency issue", "lines", 1, 60, SEV_EMERGENCY, H(2), 4, false },
	{ "", "Tree down", "trees", 1, 75, SEV_URGENT, H(6), 4, false },
	{ "", "Wind storm", "trees", 1, 60, SEV_URGENT, H(8), 3, false },
	{ "", "vegetation", "trees", 1, 60, SEV_ROUTINE, H(24), 2, false },
	{ "PG&E", "weather", "lines", 1, 60, SEV_URGENT, H(8), 3, false },
	{ "", "equipment", "lines", 1, 75, SEV_URGENT, H(6), 3, false },
	{ "BC Hydro", "", "trouble", 1, 45, SEV_URGENT, H(6), 2, false },
	{ "PG&E", "", "trouble", 1, 45, SEV_URGENT, H(6), 2, false },
	/* South Metro Fire Rescue */
	{ "Fire Rescue", "gas", "hazard", 1, 40, SEV_URGENT, H(2), 4, false },
	{ "Fire Rescue", "Carbon monoxide", "hazard", 1, 30, SEV_URGENT, H(2), 3, false },
	{ "Fire Rescue", "Power line", "hazard", 1, 40, SEV_URGENT, H(2), 4, false },
	{ "Fire Rescue", "spill", "hazard", 1, 45, SEV_URGENT, H(2), 4, false },
	{ "Fire Rescue", "", "engine", 1, 20, SEV_URGENT, H(2), 1, false },
	/* anything else */
	{ "", "", "general", 1, 45, SEV_ROUTINE, H(24), 1, false },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

/* How a file is read; the numbers are those of rules.h and day.c. */
static const char *const reading[] = {
	"A call becomes known at first_seen_at where the file has it, else at opened_at, but not before"
	" the office opens, 15 minutes before the first shift.",
	"Rows without a position are counted and left out.",
	"Files with first_seen_at list the cause as it was known at first; only that is used.",
	"due_at is the deadline, however far away it is; else the kind of work sets one, from when the"
	" call is known.",
	"A deadline less than 30 minutes after the call is known becomes 30 minutes after it, one more than"
	" 360 days after it 360 days.",
	"Planned work is an appointment of one hour from opened_at, known when the office opens; one"
	" that would already have begun then is moved to begin 15 minutes after the first shift.",
	"An outage of 500 customers or more at first is an emergency, to be begun within 2 hours.",
	"A fire-service call that is Emergent is an emergency, to be begun within 1 hour.",
	"A call closed as Duplicate is withdrawn at closed_at, if that is the same day and nobody has"
	" set out for it; all other ways of closing (Invalid, Noted, ...) need a visit.",
};

const char *
severity_name(enum severity s)
{
	static const char *const names[SEVERITIES] = { "routine", "urgent", "emergency",
		"trapped" };

	assert(s < SEVERITIES);
	return names[s];
}

static bool
same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool
occurs(const char *needle, const char *hay)
{
	size_t len = strlen(needle);

	for (; *hay != '\0' || len == 0; hay++) {
		size_t i = 0;

		while (i < len && same_letter(hay[i], needle[i]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

int32_t
rule_find(const char *agency, const char *text)
{
	for (int32_t i = 0; i < RULES - 1; i++)
		if (occurs(rules[i].agency, agency) && occurs(rules[i].text, text))
			return i;
	return RULES - 1;
}

const struct rule *
rule_at(int32_t i)
{
	assert(i >= 0 && i < RULES);
	return &rules[i];
}

int32_t
rule_count(void)
{
	return RULES;
}

static json_t *
rule_to_json(const struct rule *r, int32_t calls)
{
	return json_pack("{s:s,s:s,s:s,s:i,s:i,s:s,s:i,s:i,s:b,s:i}", "agency", r->agency, "text",
	    r->text, "skill", r->skill, "level", r->level, "duration_s", r->minutes * 60,
	    "severity", severity_name(r->severity), "within_s", r->within_min * 60, "difficulty",
	    r->difficulty, "appointment", r->appointment, "calls", calls);
}

json_t *
rules_to_json(const int32_t *used)
{
	json_t *words = json_array(), *kinds = json_array();

	for (size_t i = 0; i < sizeof(reading) / sizeof(reading[0]); i++)
		json_array_append_new(words, json_string(reading[i]));
	for (int32_t i = 0; i < RULES; i++)
		if (used == NULL || used[i] > 0)
			json_array_append_new(kinds,
			    rule_to_json(&rules[i], used == NULL ? 0 : used[i]));
	return json_pack("{s:o,s:o}", "reading", words, "kinds", kinds);
}
