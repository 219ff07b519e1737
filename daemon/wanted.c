/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/wanted.h"

#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/terms.h"
#include "proto/when.h"
#include "solver/travel.h"

enum { AHEAD_S = 5 * 366 * 86400 /* nothing is booked farther ahead: a slip of the pen */ };

/* --- reading --- */

/* Words that name no time, whatever their letters' case; blanks alone are none either. */
static bool
is_asap(const char *text)
{
	static const char *const words[] = { "", "asap", "a.s.a.p.", "as soon as possible", "now",
		"at once", "immediately", "urgent" };
	char word[24];
	size_t n = 0;

	for (text += strspn(text, " \t\r\n"); *text != '\0' && n < sizeof(word) - 1; text++)
		word[n++] = (char)(*text >= 'A' && *text <= 'Z' ? *text + 32 : *text);
	while (n > 0 && strchr(" \t\r\n!", word[n - 1]) != NULL)
		n--;
	word[n] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

bool
wanted_read(struct params *p, struct wanted *w)
{
	const char *due = params_str(p, "due", NULL);

	*w = (struct wanted){ .terms = terms_of_call(p) };
	w->asap = due != NULL && is_asap(due);
	if (due != NULL && !w->asap) {
		w->due = params_when(p, "due", 0);
		build_set(&w->terms, "due", json_integer(w->due));
	}
	w->appointment = params_window(p, "appointment", &w->from, &w->to);
	if (w->appointment)
		build_set(&w->terms, "appointment",
		    json_pack("{s:I, s:I}", "from", (json_int_t)w->from, "to", (json_int_t)w->to));
	return !p->failed && w->terms != NULL;
}

bool
wanted_of(struct request *r, struct wanted *w)
{
	if (wanted_read(request_params(r), w))
		return true;
	json_decref(w->terms);
	if (request_params(r)->failed)
		request_refuse_params(r);
	else
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	return false;
}

/* A duration that was not given is left out: then it is learned. */
void
wanted_fill(struct wanted *w, int64_t now)
{
	if (json_object_get(w->terms, "needs") == NULL)
		build_set(&w->terms, "needs", json_array());
	if (json_object_get(w->terms, "severity") == NULL)
		build_set(&w->terms, "severity", json_string(severity_name(SEV_ROUTINE)));
	if (json_object_get(w->terms, "difficulty") == NULL)
		build_set(&w->terms, "difficulty", json_integer(0));
	build_set(&w->terms, "opened", json_integer(now));
}

/* --- times --- */

enum wanted_times
wanted_times(const struct state *s, int64_t now, const struct wanted *w, char *why, size_t why_size)
{
	char clock[WHEN_SIZE] = "";

	snprintf(why, why_size, "%s", "");
	when_format(now, state_zone(s), clock);
	if (w->asap || (w->due == 0 && !w->appointment)) {
		snprintf(why, why_size, "due: %s; by when is it needed?",
		    w->asap ? "\"as soon as possible\" is no deadline"
			    : "a call needs a deadline or an appointment");
		return WANTED_UNDATED;
	}
	if (w->due != 0 && w->due <= now) {
		snprintf(why, why_size, "due: the deadline is past, it is %s.", clock);
		return WANTED_PAST;
	}
	if (w->appointment && w->to <= now) {
		snprintf(why, why_size, "appointment.to: the appointment is past, it is %s.",
		    clock);
		return WANTED_PAST;
	}
	if (w->due > now + AHEAD_S || (w->appointment && w->to > now + AHEAD_S)) {
		snprintf(why, why_size,
		    "%s: more than five years ahead; book it nearer to its time",
		    w->due > now + AHEAD_S ? "due" : "appointment");
		return WANTED_ODD;
	}
	if (w->due != 0 && w->appointment && w->due < w->from) {
		snprintf(why, why_size,
		    "due: the deadline is before the appointment; leave one of them "
		    "out");
		return WANTED_ODD;
	}
	return WANTED_DATED;
}

struct quote_need
wanted_need(const struct wanted *w, enum wanted_times times)
{
	struct quote_need need = { .terms = w->terms };

	if (times != WANTED_DATED)
		return need;
	need.appointment = w->appointment;
	need.from = w->from;
	need.to = w->to;
	need.due = w->appointment ? 0 : w->due;
	if (w->appointment && w->due > 0 && w->due < w->to)
		need.to = w->due;
	return need;
}

/* --- the territory --- */

/* The site against where the technicians live. False after answering. */
static bool
area_check(struct request *r, const struct state *s, const json_t *terms)
{
	const json_t *site = json_object_get(terms, "site");
	int32_t nearest = INT32_MAX;
	struct place at;

	if (site == NULL || state_techs(s) == 0)
		return true;
	at.lat_udeg = (int32_t)json_integer_value(json_object_get(site, "lat_udeg"));
	at.lon_udeg = (int32_t)json_integer_value(json_object_get(site, "lon_udeg"));
	for (int32_t k = 0; k < state_techs(s); k++) {
		int32_t m = travel_crow_m(at, state_tech(s, k)->home);

		nearest = m < nearest ? m : nearest;
	}
	if (nearest <= HELP_AREA_M)
		return true;
	request_refuse(r, RPC_OUT_OF_AREA, NULL,
	    "site: it is %d km from the nearest technician's home, "
	    "at most %d are served; check lat and lon",
	    nearest / 1000, HELP_AREA_M / 1000);
	return false;
}

/* The technician that a member names, as changed or else as it was; NULL nobody. */
static const char *
named(const json_t *was, const json_t *terms, const char *member)
{
	const json_t *v = json_object_get(terms, member);

	return json_string_value(v != NULL ? v : json_object_get(was, member));
}

/* Nobody is wanted and forbidden at once, in a change neither. False after answering. */
static bool
wishes_check(struct request *r, const json_t *was, const json_t *terms)
{
	static const char *const member[] = { "required", "preferred" };
	const json_t *forbidden = json_object_get(terms, "forbidden"), *one;
	size_t i;

	if (forbidden == NULL)
		forbidden = json_object_get(was, "forbidden");
	for (int m = 0; m < 2; m++) {
		const char *id = named(was, terms, member[m]);

		json_array_foreach(forbidden, i, one) {
			if (id == NULL || strcmp(json_string_value(one), id) != 0)
				continue;
			params_refuse(request_params(r), "forbidden",
			    m == 0 ? "technicians other than the required one"
				   : "technicians other than the preferred one",
			    id);
			request_refuse_params(r);
			return false;
		}
	}
	return true;
}

/*
 * Technicians that the terms name; was: the terms that they change, or NULL. False after answering.
 */
static bool
names_check(struct request *r, const struct state *s, const json_t *was, const json_t *terms)
{
	static const char *const member[] = { "preferred", "required" };
	const json_t *forbidden = json_object_get(terms, "forbidden"), *one;
	bool any = forbidden != NULL;
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *id = json_string_value(json_object_get(terms, member[i]));

		any = any || id != NULL;
		if (id == NULL || state_tech_find(s, id) >= 0)
			continue;
		request_refuse(r, RPC_NOT_FOUND, NULL, "%s: there is no technician %s", member[i],
		    id);
		return false;
	}
	json_array_foreach(forbidden, i, one) {
		const char *id = json_string_value(one);

		if (state_tech_find(s, id) >= 0)
			continue;
		request_refuse(r, RPC_NOT_FOUND, NULL, "forbidden: there is no technician %s", id);
		return false;
	}
	return !any || wishes_check(r, was, terms);
}

bool
wanted_check(struct request *r, const struct state *s, const json_t *was, const struct wanted *w)
{
	return area_check(r, s, w->terms) && names_check(r, s, was, w->terms);
}

bool
wanted_whole(struct request *r, const char *expected)
{
	struct params *p = request_params(r);
	const char *missing = !params_has(p, "customer") ? "customer"
	    : !params_has(p, "site")                     ? "site"
							 : NULL;

	if (missing == NULL)
		return true;
	params_refuse(p, missing, expected, "nothing");
	request_refuse_params(r);
	return false;
}
