/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's own check: each rule broken alone is found, and disturbance is counted as problem.h says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/check.h"
#include "tests/state_fixture.h"

enum { ROUTES = 3 };

/* A proposal made of re-timed orders, to be spoilt. */
struct proposal {
	struct proposed_route route[ROUTES];
	struct retimed timed[ROUTES];
	int32_t n;
};

static void
view(struct proposal *p, int32_t k)
{
	struct retimed *r = &p->timed[k];
	struct proposed_route *to = &p->route[k];

	to->stop = r->stop + r->under_way;
	to->stops = r->stops - r->under_way;
	to->end = r->end;
	memcpy(to->taken, r->taken, sizeof(to->taken));
	to->takens = r->takens;
	for (int32_t i = 0; i < to->takens; i++)
		to->taken[i].after -= r->under_way;
}

/* order: "t1: c1 c2; t2: c3" */
static struct proposal *
propose(const struct state *s, int64_t at_s, const char *order)
{
	struct proposal *p = calloc(1, sizeof(*p));
	char text[128], *rest = text, *one;

	snprintf(text, sizeof(text), "%s", order);
	while ((one = strtok_r(rest, ";", &rest)) != NULL) {
		int32_t calls[8], n = 0;
		char *ids, *id = strtok_r(one, ": ", &ids);
		struct proposed_route *to = &p->route[p->n];

		to->tech = state_tech_find(s, id);
		while ((id = strtok_r(NULL, ": ", &ids)) != NULL)
			calls[n++] = state_call_find(s, id);
		retime_order(s, to->tech, T0 + at_s, calls, n, &p->timed[p->n]);
		view(p, p->n++);
	}
	return p;
}

/* --- rules --- */

typedef void spoil_fn(struct proposal *p);

static void
drive_off(struct proposal *p)
{
	p->route[0].stop[0].drive_s++;
}

static void
too_early(struct proposal *p)
{
	p->route[0].stop[0].arrival--;
	p->route[0].stop[0].end--;
}

static void
too_short(struct proposal *p)
{
	p->route[0].stop[0].end--;
}

static void
too_long(struct proposal *p)
{
	p->route[0].stop[1].end++;
}

static void
no_break(struct proposal *p)
{
	p->route[0].takens = 0;
}

static void
early_break(struct proposal *p)
{
	p->route[0].taken[0].start = T0 + 14399;
}

static void
short_break(struct proposal *p)
{
	p->route[0].taken[0].duration_s = 60;
}

static void
break_of_another(struct proposal *p)
{
	p->route[0].taken[0].due = 1;
}

static void
break_nowhere(struct proposal *p)
{
	p->route[0].taken[0].after = 9;
}

static void
break_twice(struct proposal *p)
{
	p->route[0].taken[1] = p->route[0].taken[0];
	p->route[0].takens = 2;
}

static void
wrong_end(struct proposal *p)
{
	p->route[0].end--;
}

static void
nobody(struct proposal *p)
{
	p->route[0].tech = 99;
}

static void
no_call(struct proposal *p)
{
	p->route[0].stop[0].call = 99;
}

static void
same_technician(struct proposal *p)
{
	p->route[1].tech = p->route[0].tech;
}

static void
before_appointment(struct proposal *p)
{
	struct stop *stop = &p->route[0].stop[p->route[0].stops - 1];
	int64_t early = stop->arrival - (T0 + 25199);

	stop->arrival -= early;
	stop->end -= early;
}

static void
past_the_shift(struct proposal *p)
{
	struct proposed_route *r = &p->route[0];
	int64_t late = T0 + 36001 - r->end;

	r->stop[r->stops - 1].arrival += late;
	r->stop[r->stops - 1].end += late;
	r->end += late;
	r->taken[0].start += late;
}

/* Something that happens before the proposal is made. */
struct before {
	enum event_type type;
	const char *body; /* NULL: nothing */
};

/* The customer of c3 does not want the window that was promised; or the call waits. */
#define DECLINED \
	{ EV_CALL_ANSWERED, \
		"{'call':'c3','version':2,'answer':'decline','by':'customer','technician':'t2'}" }
#define CARRIED \
	{ EV_CALL_CARRIED_OVER, \
		"{'call':'c3','version':2,'count':1,'not_before':@19000,'by':'daemon','technician':'t2'}" }

static const struct rule_case {
	const char *name;
	struct before before;
	const char *order;
	spoil_fn *spoil;
	int32_t budget;
	const char *why; /* "": it is fine */
} rules[] = {
	{ "as it stands", { 0 }, "t1: c1 c2", NULL, 0, "" },
	{ "a call more", { 0 }, "t1: c1 c2 c4", NULL, 0, "" },
	{ "wrong drive", { 0 }, "t1: c1 c2", drive_off, 0, "drive" },
	{ "too early", { 0 }, "t1: c1 c2", too_early, 0, "cannot be" },
	{ "too short", { 0 }, "t1: c1 c2", too_short, 0, "squeezed" },
	{ "too long", { 0 }, "t1: c1 c2", too_long, 0, "last" },
	{ "in a window that was declined", DECLINED, "t2: c3", too_early, 0, "may not" },
	{ "after a window that was declined", DECLINED, "t2: c3", NULL, 0, "" },
	{ "before the day it was carried over to", CARRIED, "t2: c3", too_early, 0, "carried over" },
	{ "when it was carried over to", CARRIED, "t2: c3", NULL, 0, "" },
	{ "no break", { 0 }, "t1: c1 c2", no_break, 0, "back" },
	{ "an early break", { 0 }, "t1: c1 c2", early_break, 0, "before it may" },
	{ "a short break", { 0 }, "t1: c1 c2", short_break, 0, "length" },
	{ "another's break", { 0 }, "t1: c1 c2", break_of_another, 0, "no break 1 due" },
	{ "a break at no gap", { 0 }, "t1: c1 c2", break_nowhere, 0, "gap" },
	{ "a break twice", { 0 }, "t1: c1 c2", break_twice, 0, "twice" },
	{ "wrong end", { 0 }, "t1: c1 c2", wrong_end, 0, "later than said" },
	{ "nobody's route", { 0 }, "t1: c1 c2", nobody, 0, "nobody" },
	{ "a stop at no call", { 0 }, "t1: c1 c2", no_call, 0, "no call" },
	{ "two routes of one", { 0 }, "t1: c1 c2; t2: c3", same_technician, 0, "two routes" },
	{ "a call twice on a route", { 0 }, "t1: c1 c1", NULL, -1, "twice" },
	{ "a call on two routes", { 0 }, "t1: c1 c2; t2: c1", NULL, -1, "twice" },
	{ "before the appointment", { 0 }, "t1: c1 c2 c4", before_appointment, 0, "appointment" },
	{ "past the latest end", { 0 }, "t1: c1 c2", past_the_shift, -1, "latest end" },
	{ "who may not",
	    { EV_CALL_AMENDED,
	        "{'call':'c2','version':2,'terms':{'needs':[{'skill':'gas','level':1}]}}" },
	    "t1: c1 c2", NULL, 0, "" }, /* the route loses it: forced */
	{ "a call of one who stands", { 0 }, "t1: c1 c2 c3", NULL, 0, "stands" },
	{ "a call that ended", { EV_CALL_CANCELLED, "{'call':'c3','version':2}" }, "t1: c1 c2 c3", NULL,
	    0, "cancelled" },
	{ "near and told: another order", { 0 }, "t1: c2 c1", NULL, 5, "too near" },
	{ "near and told: by force", { 0 }, "t1: c2 c1", NULL, -1, "" },
	{ "near and told: one before", { 0 }, "t1: c4 c1 c2", NULL, 5, "too near" },
	{ "beyond the budget",
	    { EV_GUIDELINES_SET, "{'version':2,'guidelines':{'freeze_s':0}}" }, "t1: c2 c1", NULL, 0,
	    "1 calls disturbed by choice, 0 allowed" },
	{ "within the budget", { EV_GUIDELINES_SET, "{'version':2,'guidelines':{'freeze_s':0}}" },
	    "t1: c2 c1", NULL, 1, "" },
	{ "pinned", { EV_CALL_PINNED, "{'call':'c2','version':2}" }, "t1: c1; t2: c2 c3", NULL, 5,
	    "pinned" },
	{ "pinned: by force", { EV_CALL_PINNED, "{'call':'c2','version':2}" }, "t1: c1; t2: c2 c3", NULL,
	    -1, "" },
	{ "pinned and where it was", { EV_CALL_PINNED, "{'call':'c2','version':2}" }, "t1: c1 c2 c4",
	    NULL, 0, "" },
	{ "moved often enough", { EV_GUIDELINES_SET, "{'version':2,'guidelines':{'moves_max':0}}" },
	    "t1: c1; t2: c3 c2", NULL, 5, "often enough" },
	{ "absent",
	    { EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@-1800,'to':@36001}" },
	    "t1:; t2: c3", NULL, 0, "" },
};

static void
test_rules(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule_case *c = &rules[i];
		struct state *s = fix_shop();
		struct proposal *p;
		struct disturbed d = { 0 };
		char why[256] = "";
		int rc;

		fix_plan(s, -1800, "t1: c1 c2; t2: c3");
		if (c->before.body != NULL)
			fix_must(s, -1700, c->before.type, "%s", c->before.body);
		p = propose(s, -1200, c->order);
		if (c->spoil != NULL)
			c->spoil(p);
		rc = check_plan(s, T0 - 1200, p->route, p->n, c->budget, &d, why, sizeof(why));
		if ((rc == 0) != (c->why[0] == '\0') || strstr(why, c->why) == NULL)
			fail_msg("%s: rc %d, \"%s\"", c->name, rc, why);
		disturbed_done(&d);
		free(p);
		state_free(s);
	}
}

/* --- disturbance --- */

static const char *
ids(const struct state *s, const int32_t *call, int32_t n, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (int32_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? " " : "",
		    state_call(s, call[i])->id);
	return text;
}

static const struct count_case {
	const char *name;
	struct before before[2];
	int64_t at_s;
	const char *order;
	const char *reassigned, *repromised, *eta_moved, *dropped, *chosen, *forced;
} counts[] = {
	{ "nothing", { { 0 } }, -1700, "t1: c1 c2; t2: c3", "", "", "", "", "", "" },
	{ "another technician", { { 0 } }, -1700, "t1: c1; t2: c3 c2", "c2", "", "", "", "c2", "" },
	{ "a swap on a route", { { 0 } }, -1700, "t1: c2 c1", "", "c1", "c1", "", "c1", "" },
	{ "dropped", { { 0 } }, -1700, "t1: c1", "", "", "", "c2", "c2", "" },
	{ "untold may go", { { EV_GUIDELINES_SET, "{'version':3,'guidelines':{'freeze_s':0}}" } }, -1700,
	    "t1: c1 c2; t2:", "", "", "", "c3", "c3", "" },
	/* t1 does not come: all his calls slip, and it is nobody's choice. */
	{ "slipped", { { 0 } }, 1500, "t1: c1 c2", "", "", "c1 c2", "", "", "c1 c2" },
	/* The one who would be late anyway goes to another; he is told another name by choice. */
	{ "slipped and given away", { { 0 } }, 1500, "t1: c1; t2: c3 c2", "c2", "", "c1 c2 c3", "", "c2",
	    "c1 c3" },
	{ "absent: forced whatever becomes of it",
	    { { EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@-1800,'to':@36001}" } },
	    -1700, "t1:; t2: c3 c2", "c2", "", "", "c1", "", "c1 c2" },
	{ "a longer job pushes the next",
	    { { EV_CALL_AMENDED, "{'call':'c1','version':2,'terms':{'duration_s':7800}}" } }, -1700,
	    "t1: c1 c2", "", "c2", "c2", "", "", "c2" },
	/* What is driven to is on no proposed route, but its customer waits all the same. */
	{ "the drive takes longer",
	    { { EV_SHIFT_STARTED,
	          "{'technician':'t1','version':2,'at':@-1750,'place':{'lat_udeg':41880000,"
	          "'lon_udeg':-87630000}}" },
	        { EV_STOP_DEPARTED, "{'technician':'t1','call':'c1','version':2,'at':@-1750,"
	                            "'arrival':@294,'end':@3894}" } },
	    1500, "t1: c2", "", "", "c1 c2", "", "", "c1 c2" },
};

static void
test_counts(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		const struct count_case *c = &counts[i];
		struct state *s = fix_shop();
		struct proposal *p;
		struct disturbed d = { 0 };
		char is[512], wanted[512], part[6][64], why[256] = "";

		fix_must(s, -3600, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'freeze_s':0}}");
		fix_plan(s, -1800, "t1: c1 c2; t2: c3");
		for (size_t k = 0; k < 2 && c->before[k].body != NULL; k++)
			fix_must(s, -1750, c->before[k].type, "%s", c->before[k].body);
		p = propose(s, c->at_s, c->order);
		if (check_plan(s, T0 + c->at_s, p->route, p->n, -1, &d, why, sizeof(why)) < 0)
			fail_msg("%s: %s", c->name, why);
		snprintf(is, sizeof(is), "%s|%s|%s|%s|%s|%s",
		    ids(s, d.reassigned, d.reassigneds, part[0], 64),
		    ids(s, d.repromised, d.repromiseds, part[1], 64),
		    ids(s, d.eta_moved, d.eta_moveds, part[2], 64),
		    ids(s, d.dropped, d.droppeds, part[3], 64), ids(s, d.chosen, d.chosens, part[4], 64),
		    ids(s, d.forced, d.forceds, part[5], 64));
		snprintf(wanted, sizeof(wanted), "%s|%s|%s|%s|%s|%s", c->reassigned, c->repromised,
		    c->eta_moved, c->dropped, c->chosen, c->forced);
		if (strcmp(is, wanted) != 0)
			fail_msg("%s: %s, expected %s", c->name, is, wanted);
		disturbed_done(&d);
		free(p);
		state_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
