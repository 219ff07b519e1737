/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the state, event by event: what is refused changes nothing, what is taken stays sound. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/state_fixture.h"

/* How far the shop's day has come when a case's event is tried. */
enum day {
	UNPLANNED,
	PLANNED,  /* t1: c1 c2, t2: c3; c4 unassigned */
	WORKING,  /* and t1 has started his shift */
	DRIVING,  /* t1 drives to c1 since 08:05 */
	ON_SITE,  /* t1 is at c1 since 08:10 */
	FINISHED, /* c1 was fixed at 09:00 */
	ON_BREAK, /* t1 takes his break since 09:05 */
};

static struct state *
shop_at(enum day day)
{
	struct state *s = fix_shop();

	if (day >= PLANNED)
		fix_plan(s, -1800, "t1: c1 c2; t2: c3");
	if (day >= WORKING)
		fix_must(s, 0, EV_SHIFT_STARTED,
		    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':"
		    "-87630000}}");
	if (day >= DRIVING)
		fix_must(s, 300, EV_STOP_DEPARTED,
		    "{'technician':'t1','call':'c1','version':2,'at':@300,'arrival':@600,'end':@4200}");
	if (day >= ON_SITE)
		fix_must(s, 600, EV_STOP_ARRIVED,
		    "{'technician':'t1','call':'c1','version':3,'at':@600,'end':@4200}");
	if (day >= FINISHED)
		fix_must(s, 3600, EV_STOP_FINISHED,
		    "{'technician':'t1','call':'c1','version':4,'at':@3600,'outcome':'fixed'}");
	if (day >= ON_BREAK)
		fix_must(s, 3900, EV_BREAK_STARTED,
		    "{'technician':'t1','version':3,'at':@3900,'due':0,'end':@5700}");
	return s;
}

#define TERMS \
	"{'customer':'u','site':{'lat_udeg':1,'lon_udeg':2},'needs':[],'severity':'urgent'," \
	"'opened':@0,'duration_s':60,'difficulty':0}"
#define TECH_TERMS \
	"{'name':'T','home':{'lat_udeg':1,'lon_udeg':2},'skills':[],'shifts':[],'speed_pct':100}"

static const struct state_case {
	const char *name;
	enum day day;
	int64_t at_s;
	enum event_type type;
	const char *body;
	int rc;
	const char *why; /* a part of the sentence */
} cases[] = {
	{ "a territory is opened once", UNPLANNED, 0, EV_TERRITORY_OPENED,
	    "{'territory':'x','zone':'UTC'}", -EPERM, "opened before" },
	{ "a body is an object", UNPLANNED, 0, EV_CALL_BOOKED, "[]", -EBADMSG, "an object" },

	{ "guidelines", UNPLANNED, 0, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'freeze_s':60}}",
	    0, "" },
	{ "guidelines out of range", UNPLANNED, 0, EV_GUIDELINES_SET,
	    "{'version':2,'guidelines':{'freeze_s':-1}}", -EBADMSG, "guidelines" },
	{ "guidelines of no name", UNPLANNED, 0, EV_GUIDELINES_SET,
	    "{'version':2,'guidelines':{'haste':1}}", -EBADMSG, "guidelines" },
	{ "guidelines skip a version", UNPLANNED, 0, EV_GUIDELINES_SET,
	    "{'version':3,'guidelines':{}}", -EBADMSG, "version" },

	{ "technician", UNPLANNED, 0, EV_TECHNICIAN_ADDED,
	    "{'technician':'t9','terms':" TECH_TERMS "}", 0, "" },
	{ "technician's id is taken", UNPLANNED, 0, EV_TECHNICIAN_ADDED,
	    "{'technician':'t1','terms':" TECH_TERMS "}", -EPERM, "already" },
	{ "technician without terms", UNPLANNED, 0, EV_TECHNICIAN_ADDED, "{'technician':'t9'}",
	    -EBADMSG, "terms" },
	{ "technician with half a home", UNPLANNED, 0, EV_TECHNICIAN_ADDED,
	    "{'technician':'t9','terms':{'name':'T','home':{'lat_udeg':1},'skills':[],'shifts':[],"
	    "'speed_pct':100}}",
	    -EBADMSG, "terms.home.lon_udeg" },
	{ "shifts overlap", UNPLANNED, 0, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'terms':{'shifts':[{'from':@0,'to':@10,'breaks':[]},"
	    "{'from':@5,'to':@20,'breaks':[]}]}}",
	    -EBADMSG, "do not overlap" },
	{ "amended", PLANNED, 0, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'status':'off','terms':{'speed_pct':110}}", 0, "" },
	{ "amended with a status that is not his", PLANNED, 0, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'status':'free','terms':{'speed_pct':110}}", -EBADMSG,
	    "status" },
	{ "amended a stale version", PLANNED, 0, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':1,'terms':{}}", -EBADMSG, "version" },
	{ "the shift being worked is taken away", WORKING, 60, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':3,'terms':{'shifts':[]}}", -EPERM, "end it first" },
	{ "the shift being worked is made longer", WORKING, 60, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':3,'terms':{'shifts':[{'from':@0,'to':@40000,'breaks':[]}]}}",
	    0, "" },
	{ "the break being taken is taken away", ON_BREAK, 4000, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':4,'terms':{'shifts':[{'from':@0,'to':@40000,'breaks':[]}]}}",
	    -EPERM, "break" },
	{ "absent", PLANNED, 0, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':2,'from':@0,'to':@32400}", 0, "" },
	{ "absent for no time", PLANNED, 0, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':2,'from':@0,'to':@0}", -EBADMSG, "to" },
	{ "absent on the way", DRIVING, 400, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':3,'from':@400,'to':@32400,'call':'c1','call_version':3}", 0,
	    "" },
	{ "absent on the way to another call", DRIVING, 400, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':3,'from':@400,'to':@32400,'call':'c2'}", -EBADMSG,
	    "call" },
	{ "nobody is absent", PLANNED, 0, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t8','version':2,'from':@0,'to':@1}", -ENOENT, "t8" },

	{ "shift", PLANNED, 0, EV_SHIFT_STARTED,
	    "{'technician':'t2','version':2,'at':@0,'place':{'lat_udeg':1,'lon_udeg':1}}", 0, "" },
	{ "shift in the future", PLANNED, 0, EV_SHIFT_STARTED,
	    "{'technician':'t2','version':2,'at':@1,'place':{'lat_udeg':1,'lon_udeg':1}}", -EPERM,
	    "future" },
	{ "shift twice", WORKING, 60, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':3,'at':@60,'place':{'lat_udeg':1,'lon_udeg':1}}", -EPERM,
	    "is free" },
	{ "shift on a day off", PLANNED, 300000, EV_SHIFT_STARTED,
	    "{'technician':'t2','version':2,'at':@300000,'place':{'lat_udeg':1,'lon_udeg':1}}",
	    -EPERM, "no shift" },
	{ "end of a shift", WORKING, 60, EV_SHIFT_ENDED, "{'technician':'t1','version':3,'at':@60}", 0,
	    "" },
	{ "end of a shift on the way", DRIVING, 400, EV_SHIFT_ENDED,
	    "{'technician':'t1','version':3,'at':@400}", -EPERM, "driving" },
	{ "end of no shift", PLANNED, 60, EV_SHIFT_ENDED, "{'technician':'t1','version':2,'at':@60}",
	    -EPERM, "off" },

	{ "break", WORKING, 60, EV_BREAK_STARTED,
	    "{'technician':'t1','version':3,'at':@60,'due':0,'end':@1860}", 0, "" },
	{ "break that is not due", WORKING, 60, EV_BREAK_STARTED,
	    "{'technician':'t1','version':3,'at':@60,'due':1,'end':@1860}", -EBADMSG, "due" },
	{ "break at work", ON_SITE, 700, EV_BREAK_STARTED,
	    "{'technician':'t1','version':3,'at':@700,'due':0,'end':@2500}", -EPERM, "on_site" },
	{ "end of a break", ON_BREAK, 5000, EV_BREAK_ENDED,
	    "{'technician':'t1','version':4,'at':@5000}", 0, "" },
	{ "end of no break", WORKING, 60, EV_BREAK_ENDED, "{'technician':'t1','version':3,'at':@60}",
	    -EPERM, "free" },
	{ "break waived", WORKING, 60, EV_BREAK_WAIVED, "{'technician':'t1','version':3,'due':0}", 0,
	    "" },
	{ "break waived too late", ON_BREAK, 4000, EV_BREAK_WAIVED,
	    "{'technician':'t1','version':4,'due':0}", -EPERM, "before" },

	{ "call", UNPLANNED, 0, EV_CALL_BOOKED, "{'call':'c9','terms':" TERMS "}", 0, "" },
	{ "call's id is taken", UNPLANNED, 0, EV_CALL_BOOKED, "{'call':'c1','terms':" TERMS "}",
	    -EPERM, "already" },
	{ "call with an id too long", UNPLANNED, 0, EV_CALL_BOOKED,
	    "{'call':'01234567890123456789012345678901234567890123456789012345678901234','terms':" TERMS
	    "}",
	    -EBADMSG, "call" },
	{ "call amended", PLANNED, 0, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'technician':'t1','status':'planned','terms':{'duration_s':60}}",
	    0, "" },
	{ "call amended on a foreign route", PLANNED, 0, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'technician':'t2','terms':{'duration_s':60}}", -EBADMSG,
	    "technician" },
	{ "call amended on the way", DRIVING, 400, EV_CALL_AMENDED,
	    "{'call':'c1','version':3,'terms':{'duration_s':60}}", -EPERM, "en_route" },
	{ "call cancelled", PLANNED, 0, EV_CALL_CANCELLED, "{'call':'c1','version':2}", 0, "" },
	{ "call cancelled on the way", DRIVING, 400, EV_CALL_CANCELLED,
	    "{'call':'c1','version':3,'technician':'t1','status':'cancelled'}", 0, "" },
	{ "call cancelled at work", ON_SITE, 700, EV_CALL_CANCELLED, "{'call':'c1','version':4}",
	    -EPERM, "on_site" },
	{ "call cancelled after its end", FINISHED, 4000, EV_CALL_CANCELLED,
	    "{'call':'c1','version':5}", -EPERM, "done" },
	{ "no call cancelled", PLANNED, 0, EV_CALL_CANCELLED, "{'call':'c8','version':2}", -ENOENT,
	    "c8" },
	{ "pinned", PLANNED, 0, EV_CALL_PINNED, "{'call':'c1','version':2}", 0, "" },
	{ "unpinned", PLANNED, 0, EV_CALL_UNPINNED, "{'call':'c4','version':2}", 0, "" },
	{ "pinned after its end", FINISHED, 4000, EV_CALL_PINNED, "{'call':'c1','version':5}", -EPERM,
	    "done" },

	{ "setting out", WORKING, 60, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@60,'arrival':@600,'end':@4200,"
	    "'technician_version':2}",
	    0, "" },
	{ "setting out, another technician version", WORKING, 60, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@60,'arrival':@600,'end':@4200,"
	    "'technician_version':9}",
	    -EBADMSG, "technician_version" },
	{ "setting out before the shift", PLANNED, 60, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@60,'arrival':@600,'end':@4200}", -EPERM,
	    "off" },
	{ "setting out for a foreign call", WORKING, 60, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c3','version':2,'at':@60,'arrival':@600,'end':@4200}", -EPERM,
	    "not on the route" },
	{ "setting out for nobody's call", WORKING, 60, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c4','version':2,'at':@60,'arrival':@600,'end':@4200}", -EPERM,
	    "not on the route" },
	{ "setting out before the last event", FINISHED, 4000, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@3599,'arrival':@4100,'end':@4200}",
	    -EPERM, "1 s before" },
	{ "arriving before setting out", DRIVING, 400, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@400,'arrival':@300,'end':@4200}",
	    -EBADMSG, "arrival" },
	{ "setting out for another call", DRIVING, 400, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@400,'arrival':@700,'end':@4200}", 0,
	    "" },
	{ "arriving", DRIVING, 500, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':3,'at':@500,'end':@4100}", 0, "" },
	{ "arriving unannounced", WORKING, 500, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c2','version':2,'at':@500,'end':@4100}", 0, "" },
	{ "arriving twice", ON_SITE, 700, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':4,'at':@700,'end':@4100}", -EPERM, "on_site" },
	{ "at two calls", ON_SITE, 700, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c2','version':2,'at':@700,'end':@4100}", -EPERM, "on_site" },
	{ "finished", ON_SITE, 700, EV_STOP_FINISHED,
	    "{'technician':'t1','call':'c1','version':4,'at':@700,'outcome':'return_visit'}", 0, "" },
	{ "finished on the way", DRIVING, 700, EV_STOP_FINISHED,
	    "{'technician':'t1','call':'c1','version':3,'at':@700,'outcome':'fixed'}", -EPERM,
	    "en_route" },
	{ "no access", ON_SITE, 700, EV_STOP_NO_ACCESS,
	    "{'technician':'t1','call':'c1','version':4,'at':@700}", 0, "" },
	{ "no access on the way", DRIVING, 700, EV_STOP_NO_ACCESS,
	    "{'technician':'t1','call':'c1','version':3,'at':@700}", -EPERM, "en_route" },
	{ "late at work", ON_SITE, 700, EV_STOP_LATE,
	    "{'technician':'t1','call':'c1','version':4,'end':@9000,'status':'on_site'}", 0, "" },
	{ "late on the way", DRIVING, 700, EV_STOP_LATE,
	    "{'technician':'t1','call':'c1','version':3,'end':@9000,'status':'en_route'}", 0, "" },
	{ "late with a status that is not so", DRIVING, 700, EV_STOP_LATE,
	    "{'technician':'t1','call':'c1','version':3,'end':@9000,'status':'on_site'}", -EBADMSG,
	    "status" },
	{ "late before setting out", WORKING, 700, EV_STOP_LATE,
	    "{'technician':'t1','call':'c1','version':2,'end':@9000}", -EPERM, "planned" },
};

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct state_case *c = &cases[i];
		struct state *s = shop_at(c->day);
		char *before = state_dump(s), *after;
		int rc = fix_apply(s, c->at_s, c->type, c->body);

		if (rc != c->rc || strstr(fix_why, c->why) == NULL)
			fail_msg("%s: rc %d, \"%s\"", c->name, rc, fix_why);
		after = state_dump(s);
		if ((rc == 0) == (strcmp(before, after) == 0))
			fail_msg("%s: rc %d, but the state %s", c->name, rc,
			    rc == 0 ? "is as before" : "changed");
		fix_sound(s, c->name);
		free(before);
		free(after);
		state_free(s);
	}
}

/* --- revisions that are damaged: a way to spoil a good one --- */

static json_t *
at_path(json_t *j, const char *path)
{
	char name[64];
	int len;

	while (sscanf(path, "%63[^.]%n", name, &len) == 1) {
		j = json_is_array(j) ? json_array_get(j, (size_t)atoi(name))
				     : json_object_get(j, name);
		path += path[len] == '.' ? len + 1 : len;
	}
	return j;
}

static const struct spoil_case {
	const char *name;
	enum day day;
	const char *order;  /* the plan to spoil, at 08:20 */
	const char *object; /* path of the object whose member is set */
	const char *member;
	const char *value;  /* its new value, "" takes it away */
	const char *why;    /* "" : it is fine */
} spoils[] = {
	{ "nothing spoilt", PLANNED, "t1: c1 c2", "", "work", "7", "" },
	{ "all change places", PLANNED, "t1: c3; t2: c2 c1 c4", "", "work", "7", "" },
	{ "under way stays first", DRIVING, "t1: c2", "", "work", "7", "" },
	{ "plan version", PLANNED, "t1: c1 c2", "", "plan_version", "9", "grows by one" },
	{ "kind", PLANNED, "t1: c1 c2", "", "kind", "'whim'", "whim" },
	{ "no cause", PLANNED, "t1: c1 c2", "", "cause", "", "cause" },
	{ "cause of no sequence", PLANNED, "t1: c1 c2", "cause", "seq", "", "cause.seq" },
	{ "no disturbance", PLANNED, "t1: c1 c2", "", "disturbance", "", "disturbance" },
	{ "chosen of no call", PLANNED, "t1: c1 c2", "disturbance", "chosen", "['c77']", "c77" },
	{ "unknown technician", PLANNED, "t1: c1 c2", "routes.0", "technician", "'t9'", "t9" },
	{ "two routes of one", PLANNED, "t1: c1 c2; t2: c3", "routes.1", "technician", "'t1'",
	    "two routes" },
	{ "unknown call", PLANNED, "t1: c1 c2", "routes.0.stops.1", "call", "'c77'", "c77" },
	{ "a call twice", PLANNED, "t1: c1 c2", "routes.0.stops.1", "call", "'c1'", "twice" },
	{ "a call of one who stands", PLANNED, "t1: c1 c2", "routes.0.stops.1", "call", "'c3'",
	    "stands" },
	{ "a call that has ended", FINISHED, "t1: c2", "routes.0.stops.0", "call", "'c1'", "done" },
	{ "a call lost", PLANNED, "t1: c1", "", "unassigned", "[]", "not listed" },
	{ "unassigned and on a route", PLANNED, "t1: c1 c2", "", "unassigned", "['c1']",
	    "on a route" },
	{ "under way not first", DRIVING, "t1: c2", "routes.0.stops.0", "call", "'c4'",
	    "comes first" },
	{ "under way left out", DRIVING, "t1: c2", "", "routes",
	    "[{'technician':'t1','stops':[],'breaks':[],'end':@0,'overtime_s':0}]",
	    "under way" },
	{ "a break after the last stop", DRIVING, "t1: c2", "routes.0", "stops", "[]", "after" },
	{ "stops overlap", PLANNED, "t1: c1 c2", "routes.0.stops.1", "arrival", "@-100",
	    "before the end" },
	{ "a break at no gap", PLANNED, "t1: c1 c2", "routes.0.breaks.0", "after", "3", "after" },
	{ "told twice", PLANNED, "t1: c3; t2: c2 c1", "told.1", "call", "'c3'", "told twice" },
	{ "told of another technician", WORKING, "t1: c2 c1", "told.0", "technician", "'t2'",
	    "not on that route" },
	{ "told an old version", WORKING, "t1: c2 c1", "told.0", "version", "1", "grow by one" },
	{ "told another arrival", PLANNED, "t1: c3; t2: c2 c1", "routes.0.stops.0", "arrival",
	    "@600", "planned" },
	{ "told a spread the wrong way", WORKING, "t1: c2 c1", "told.0", "p90", "@0", "p90" },
	{ "told no promise", WORKING, "t1: c2 c1", "told.0", "promise", "", "promise" },
	{ "withdrawn although planned", WORKING, "t1: c2", "withdrawn.0", "call", "'c2'",
	    "withdrawn" },
};

static void
test_spoilt_revisions(void **unused)
{
	static const struct fix_plan plan = { .kind = "solve", .why = TELL_REPLANNED };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(spoils); i++) {
		const struct spoil_case *c = &spoils[i];
		struct state *s = shop_at(c->day);
		int64_t at_s = c->day >= FINISHED ? 3700 : c->day >= WORKING ? 400 : -1200;
		json_t *body = fix_plan_body(s, at_s, c->order, &plan);
		json_t *object = at_path(body, c->object);
		char *before = state_dump(s), *after;
		int rc;

		if (object == NULL)
			fail_msg("%s: there is no %s", c->name, c->object);
		if (c->value[0] == '\0')
			json_object_del(object, c->member);
		else
			json_object_set_new(object, c->member, fix_body(c->value));
		rc = fix_apply_json(s, at_s, EV_PLAN_REVISED, body);
		if ((rc == 0) != (c->why[0] == '\0') || strstr(fix_why, c->why) == NULL)
			fail_msg("%s: rc %d, \"%s\"", c->name, rc, fix_why);
		after = state_dump(s);
		if (rc < 0 && strcmp(before, after) != 0)
			fail_msg("%s: refused, but the state changed", c->name);
		fix_sound(s, c->name);
		free(before);
		free(after);
		state_free(s);
	}
}

/* --- what events do --- */

static void
test_life_of_a_call(void **unused)
{
	struct state *s = shop_at(ON_SITE);
	const struct tech *t = fix_tech(s, "t1");

	(void)unused;
	assert_int_equal(fix_call(s, "c1")->status, CALL_ON_SITE);
	assert_int_equal(fix_call(s, "c1")->arrival, T0 + 600);
	assert_int_equal(t->status, TECH_ON_SITE);
	assert_int_equal(t->until, T0 + 4200);
	assert_int_equal(t->at.lat_udeg, 41890000);
	fix_must(s, 4000, EV_STOP_FINISHED,
	    "{'technician':'t1','call':'c1','version':4,'at':@4000,'outcome':'fixed'}");
	assert_int_equal(fix_call(s, "c1")->status, CALL_DONE);
	assert_int_equal(fix_call(s, "c1")->end, T0 + 4000);
	assert_int_equal(fix_call(s, "c1")->closed, T0 + 4000);
	assert_string_equal(fix_call(s, "c1")->outcome, "fixed");
	assert_int_equal(fix_call(s, "c1")->tech, 0);
	assert_int_equal(t->hard_points, 1);
	assert_int_equal(t->stops, 1);
	assert_int_equal(t->call, -1);
	fix_must(s, 4000, EV_SHIFT_ENDED, "{'technician':'t1','version':3,'at':@4000}");
	assert_true(t->shift[0].ended);
	/* The shift that ended is over; the next one is tomorrow's. */
	fix_must(s, 86000, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':4,'at':@86000,'place':{'lat_udeg':1,'lon_udeg':1}}");
	assert_int_equal(t->shift_now, 1);
	assert_int_equal(t->hard_points, 0);
	state_free(s);
}

static void
test_setting_out_for_another(void **unused)
{
	struct state *s = shop_at(DRIVING);
	const struct tech *t = fix_tech(s, "t1");

	(void)unused;
	/* Half of the planned drive from 08:05 to 08:10 is behind him. */
	fix_must(s, 450, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@450,'arrival':@700,'end':@4300}");
	assert_int_equal(t->at.lat_udeg, 41885000);
	assert_int_equal(fix_call(s, "c1")->status, CALL_PLANNED);
	assert_int_equal(fix_call(s, "c2")->status, CALL_EN_ROUTE);
	assert_int_equal(t->stop[0].call, state_call_find(s, "c2"));
	assert_int_equal(t->stop[1].call, state_call_find(s, "c1"));
	state_free(s);
}

static void
test_absence(void **unused)
{
	struct state *s = shop_at(DRIVING);
	const struct tech *t = fix_tech(s, "t1");

	(void)unused;
	fix_must(s, 450, EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':3,'status':'absent','from':@0,'to':@32400}");
	assert_int_equal(t->status, TECH_FREE);
	assert_int_equal(fix_call(s, "c1")->status, CALL_PLANNED);
	assert_int_equal(fix_apply(s, 500, EV_STOP_DEPARTED,
	                     "{'technician':'t1','call':'c2','version':2,'at':@500,'arrival':@900,"
	                     "'end':@4200}"),
	    -EPERM);
	fix_must(s, 500, EV_SHIFT_ENDED, "{'technician':'t1','version':4,'at':@500}");
	fix_must(s, 86400, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':5,'at':@86400,'place':{'lat_udeg':1,'lon_udeg':1}}");
	assert_int_equal(t->absent_to, T0 + 32400); /* it was over by itself */
	state_free(s);
}

static void
test_back_from_absence(void **unused)
{
	struct state *s = shop_at(PLANNED);

	(void)unused;
	fix_must(s, 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@0,'to':@32400}");
	fix_must(s, 3600, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':3,'at':@3600,'place':{'lat_udeg':1,'lon_udeg':1}}");
	assert_int_equal(fix_tech(s, "t1")->absent_to, 0);
	state_free(s);
}

static void
test_new_appointment(void **unused)
{
	struct state *s = shop_at(WORKING);
	const struct told_state *told = &fix_call(s, "c1")->told;

	(void)unused;
	fix_plan(s, 100, "t1: c1 c2");
	assert_true(told->any && told->promise);
	fix_must(s, 200, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'terms':{'appointment':{'from':@18000,'to':@21600}}}");
	assert_false(told->any);
	assert_int_equal(told->version, 1); /* versions go on */
	assert_int_equal(told->promise_from, T0 + 18000);
	assert_int_equal(told->first_to, T0 + 21600);
	fix_must(s, 300, EV_CALL_AMENDED, "{'call':'c2','version':2,'terms':{'duration_s':60}}");
	assert_true(fix_call(s, "c2")->told.any); /* only a new appointment unsays what was told */
	state_free(s);
}

static void
test_moves_and_allowance(void **unused)
{
	static const struct fix_plan plan = { .kind = "solve",
		.why = TELL_MADE_ROOM,
		.chosen = { "c1", "c2" } };
	struct state *s = shop_at(PLANNED);
	int32_t c1 = state_call_find(s, "c1");

	(void)unused;
	for (int i = 0; i < 2; i++) {
		const char *order = i == 0 ? "t1: c2 c1" : "t1: c1 c2";

		assert_int_equal(fix_apply_json(s, i * 3600, EV_PLAN_REVISED,
		                     fix_plan_body(s, i * 3600, order, &plan)),
		    0);
	}
	assert_int_equal(state_moves_today(s, c1, T0 + 7200), 2);
	assert_int_equal(state_moves_today(s, c1, T0 + 16 * 3600), 0); /* past midnight */
	assert_int_equal(state_spent(s, T0), 4);
	assert_int_equal(state_spent(s, T0 + 1), 2);
	assert_int_equal(state_spent(s, T0 + 3601), 0);
	fix_sound(s, "moves");
	state_free(s);
}

static void
test_ids(void **unused)
{
	struct state *s = fix_shop();
	char id[STATE_ID_SIZE];

	(void)unused;
	state_next_id(s, "c", id);
	assert_string_equal(id, "c8"); /* seven were made */
	fix_must(s, 0, EV_TECHNICIAN_ADDED, "{'technician':'c9','terms':" TECH_TERMS "}");
	state_next_id(s, "c", id);
	assert_string_equal(id, "c10");
	state_free(s);
}

/* The oldest closed call is forgotten at the bound, its slot is used again, and the dump knows nothing. */
static void
test_forgetting(void **unused)
{
	struct state *s = fix_shop();

	(void)unused;
	for (int i = 0; i < STATE_CALLS_CLOSED_MAX + 3; i++) {
		fix_must(s, 0, EV_CALL_BOOKED, "{'call':'x%d','terms':" TERMS "}", i);
		fix_must(s, 0, EV_CALL_CANCELLED, "{'call':'x%d','version':2}", i);
	}
	assert_int_equal(state_call_find(s, "x2"), -1);
	assert_true(state_call_find(s, "x3") >= 0);
	assert_true(state_calls(s) <= STATE_CALLS_CLOSED_MAX + 6);
	fix_sound(s, "forgetting");
	state_free(s);
}

static void
test_may(void **unused)
{
	struct state *s = fix_shop();

	(void)unused;
	assert_true(state_may(s, 0, 1));
	assert_false(state_may(s, 2, 1));
	fix_must(s, 0, EV_CALL_AMENDED,
	    "{'call':'c2','version':2,'terms':{'needs':[{'skill':'hvac','level':3}]}}");
	assert_false(state_may(s, 0, 1));
	fix_must(s, 0, EV_CALL_AMENDED, "{'call':'c1','version':2,'terms':{'required':'t2'}}");
	assert_false(state_may(s, 0, 0));
	assert_true(state_may(s, 1, 0));
	fix_must(s, 0, EV_CALL_AMENDED, "{'call':'c1','version':3,'terms':{'forbidden':['t2']}}");
	assert_false(state_may(s, 1, 0));
	state_free(s);
}

/* Ids and words of any text come through the dump. */
static void
test_odd_texts(void **unused)
{
	struct state *s = fix_shop();

	(void)unused;
	fix_must(s, 0, EV_TECHNICIAN_ADDED,
	    "{'technician':'q\\\"\\\\\\n\\u001f\xc3\xa9/','terms':" TECH_TERMS "}");
	assert_true(state_tech_find(s, "q\"\\\n\x1f\xc3\xa9/") >= 0);
	fix_sound(s, "odd texts");
	state_free(s);
}

static void
test_damaged_snapshots(void **unused)
{
	static const struct {
		const char *name, *from, *to;
	} damages[] = {
		{ "cut off", "\"zone\"", "" },
		{ "a stop of no call", "[\"c1\",1", "[\"c7\",1" },
		{ "a call on two routes", "[\"c3\",1", "[\"c1\",1" },
		{ "a status of no name", "\"status\":\"planned\"", "\"status\":\"lost\"" },
		{ "a call that nobody drives", "\"status\":\"driving\"", "\"status\":\"free\"" },
		{ "an id twice", "\"id\":\"c2\"", "\"id\":\"c1\"" },
		{ "a shift too many", "\"shift_now\":0", "\"shift_now\":2" },
	};
	struct state *s = shop_at(DRIVING), *loaded = NULL;
	char *text = state_dump(s), why[256];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		char *at = strstr(text, damages[i].from), *bad;

		assert_non_null(at);
		bad = calloc(1, strlen(text) + 64);
		memcpy(bad, text, (size_t)(at - text));
		strcat(bad, damages[i].to);
		if (damages[i].to[0] != '\0')
			strcat(bad, at + strlen(damages[i].from));
		why[0] = '\0';
		if (state_load(bad, &loaded, why, sizeof(why)) != -EBADMSG || why[0] == '\0')
			fail_msg("%s: was loaded", damages[i].name);
		free(bad);
	}
	free(text);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_spoilt_revisions),
		cmocka_unit_test(test_life_of_a_call),
		cmocka_unit_test(test_setting_out_for_another),
		cmocka_unit_test(test_absence),
		cmocka_unit_test(test_back_from_absence),
		cmocka_unit_test(test_new_appointment),
		cmocka_unit_test(test_moves_and_allowance),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_forgetting),
		cmocka_unit_test(test_may),
		cmocka_unit_test(test_damaged_snapshots),
		cmocka_unit_test(test_odd_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
