/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeelctl as it is run: what it asks a scripted daemon, what it prints, and its exit status. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/ctl_case.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define CAFE "Caf\xc3\xa9 \xe4\xbd\xa0\xe5\xa5\xbd" /* with letters two columns wide */
static const struct ctl_case cases[] = {
	{ "a booking, with times by the daemon's clock",
	    "call book --customer 'Acme GmbH' --at 42.36,-71.06 --address='1 Main St' --due 14:30 "
	    "--needs lift:3,gas --duration 1h30m --severity urgent", 0, SAID_DONE,
	    { { "call.book", "\"customer\":\"Acme GmbH\",\"site\":{\"lat\":42.36,\"lon\":-71.06,"
	        "\"address\":\"1 Main St\"},\"due\":\"2026-03-12T14:30:00+01:00\",\"needs\":[{"
	        "\"skill\":\"lift\",\"level\":3},{\"skill\":\"gas\"}],\"duration_s\":5400,"
	        "\"severity\":\"urgent\",\"cmd_id\":\"", DONE, false } } },
	{ "an appointment",
	    "call book --customer a --at 1,2 --appointment '10:00/tomorrow 09:00'", 0, SAID_DONE,
	    { { "call.book", "\"appointment\":{\"from\":\"2026-03-12T10:00:00+01:00\",\"to\":"
	        "\"2026-03-13T09:00:00+01:00\"}", DONE, false } } },
	{ "each time has the offset of its own day",
	    "call book --customer a --at 1,2 --appointment '2026-03-29 01:30/2026-03-29 14:30'", 0,
	    SAID_DONE,
	    { { "call.book", "\"appointment\":{\"from\":\"2026-03-29T01:30:00+01:00\",\"to\":"
	        "\"2026-03-29T14:30:00+02:00\"}", DONE, false } } },
	{ "as soon as possible is the daemon's to refuse",
	    "call book --customer a --at 1,2 --due asap", 1,
	    "evenkeelctl: call.book was refused: A call needs a deadline (-32020)\n"
	    "  mend       agree a time\n",
	    { { "call.book", "\"due\":\"asap\"", FAKE_ERROR("{\"code\":-32020,\"message\":"
	        "\"A call needs a deadline\",\"data\":{\"mend\":\"agree a time\"}}"), false } } },
	{ "a time in UTC says so", "token list", 0,
	    "TOKEN  ROLE   NAME  ISSUED     REVOKED\n"
	    "k1     admin  x     08:00 UTC  no\n",
	    { { "token.list", "{}", FAKE_RESULT("{\"tokens\":[{\"id\":\"k1\",\"role\":\"admin\",\"name\":"
	        "\"x\",\"issued\":\"2026-03-12T08:00:00Z\",\"revoked\":false}]}"), false } } },
	{ "a refusal names member, expected and got", "pin c9", 1,
	    "evenkeelctl: plan.pin was refused: A parameter is wrong (-32602)\n"
	    "  member     call\n"
	    "  expected   an open call\n"
	    "  got        \"c9\"\n",
	    { { "plan.pin", "\"call\":\"c9\"", FAKE_ERROR("{\"code\":-32602,\"message\":"
	        "\"A parameter is wrong\",\"data\":{\"member\":\"call\",\"expected\":\"an open call\","
	        "\"got\":\"\\\"c9\\\"\"}}"), false } } },
	{ "a refusal cannot write to the terminal", "pin c9", 1,
	    "evenkeelctl: plan.pin was refused: no?[31m (-1)\n",
	    { { "plan.pin", NULL, FAKE_ERROR("{\"code\":-1,\"message\":\"no\\u001b[31m\"}"), false } } },
	{ "a refusal as JSON", "--json pin c9", 1,
	    "{\n  \"method\": \"plan.pin\",\n  \"code\": -32010,\n  \"message\": \"No\",\n"
	    "  \"data\": {\n    \"current\": 4\n  }\n}\n",
	    { { "plan.pin", NULL, FAKE_ERROR("{\"code\":-32010,\"message\":\"No\",\"data\":{\"current\":"
	        "4}}"), false } } },
	{ "an own command id", "unpin c1 --cmd-id 01920000-0000-7000-8000-000000000001", 0, SAID_DONE,
	    { { "plan.unpin", "\"cmd_id\":\"01920000-0000-7000-8000-000000000001\"", DONE, false } } },
	{ "calls as a table", "call list --status planned,on_site --limit 10", 0,
	    "CALL  STATUS   SEVERITY  CUSTOMER    KIND      TECHNICIAN  TOLD   ARRIVAL             "
	    "   PROMISED        DUE\n"
	    "c1    planned  trapped   " CAFE "?  elevator  t1          09:12  12:12 (in 3 h 12 min)"
	    "  09:00 to 10:00  11:00\n"
	    "c2    on_site  routine   b                     t2                 08:30 (30 min ago)"
	    "                     Fri 13 Mar 11:00\n"
	    "There are more: --after c2\n",
	    { { "call.list", "{\"status\":[\"planned\",\"on_site\"],\"limit\":10}",
	        FAKE_RESULT("{\"calls\":[{\"call\":\"c1\",\"status\":\"planned\",\"severity\":"
	        "\"trapped\",\"customer\":\"" CAFE "\\u001b\",\"kind\":\"elevator\",\"technician\":"
	        "\"t1\",\"arrival\":\"2026-03-12T12:12:00+01:00\",\"eta\":{\"arrival\":"
	        "\"2026-03-12T09:12:00+01:00\"},\"promise\":{\"from\":\"2026-03-12T09:00:00+01:00\","
	        "\"to\":\"2026-03-12T10:00:00+01:00\"},\"due\":\"2026-03-12T11:00:00+01:00\"},"
	        "{\"call\":\"c2\",\"status\":\"on_site\",\"severity\":\"routine\",\"customer\":\"b\","
	        "\"technician\":\"t2\",\"arrival\":\"2026-03-12T08:30:00+01:00\",\"due\":"
	        "\"2026-03-13T11:00:00+01:00\"}],\"next\":\"c2\"}"), false } } },
	{ "a route of nobody has no end", "plan", 0,
	    "Plan 2 of boston\nCost 0.00 USD: \n\n"
	    "TECHNICIAN  CALLS  DRIVING\n"
	    "t2              0      0 s\n",
	    { { "plan.get", "{}", FAKE_RESULT("{\"territory\":\"boston\",\"version\":2,\"routes\":[{"
	        "\"technician\":\"t2\",\"stops\":[],\"end\":\"1969-12-31T19:00:00-05:00\","
	        "\"drive_s\":0,\"overtime_s\":0}],\"cost\":{\"total_cents\":0}}"), false }, CURRENCY } },
	{ "a day by its name", "carry-over c1 --day tomorrow", 0,
	    "Done: c1 is carried over, promised Fri 13 Mar 08:00 to 09:30, seq 5\n",
	    { { "call.carry_over", "\"day\":\"2026-03-13\"", FAKE_RESULT("{\"seq\":5,\"call\":\"c1\","
	        "\"carried_over\":1,\"promise\":{\"from\":\"2026-03-13T08:00:00+01:00\",\"to\":"
	        "\"2026-03-13T09:30:00+01:00\"}}"), false } } },
	{ "no calls", "call list", 0, "No calls.\n",
	    { { "call.list", "{}", FAKE_RESULT("{\"calls\":[]}"), false } } },
	{ "calls as JSON", "--json call list", 0, "{\n  \"calls\": []\n}\n",
	    { { "call.list", "{}", FAKE_RESULT("{\"calls\":[]}"), false } } },
	{ "one call", "call show c1", 0,
	    "call      c1\n"
	    "customer  Acme\n"
	    "site      42.36000,-71.06000 1 Main St\n"
	    "duration  45 min\n"
	    "eta       09:12 (09:05 to 09:30)\n"
	    "pinned    yes\n"
	    "opened    08:55 (5 min ago)\n"
	    "\nWhat was told, and when\nat 08:55, event booked\n",
	    { { "call.get", "{\"call\":\"c1\"}", FAKE_RESULT("{\"call\":\"c1\",\"customer\":\"Acme\","
	        "\"site\":{\"lat\":42.36,\"lon\":-71.06,\"address\":\"1 Main St\"},\"duration_s\":2700,"
	        "\"eta\":{\"arrival\":\"2026-03-12T09:12:00+01:00\",\"p10\":\"2026-03-12T09:05:00+01:00\","
	        "\"p90\":\"2026-03-12T09:30:00+01:00\"},\"pinned\":true,"
	        "\"opened\":\"2026-03-12T08:55:00+01:00\","
	        "\"history\":[{\"at\":\"2026-03-12T08:55:00+01:00\",\"event\":\"booked\"}]}"), false } } },
	{ "a technician with shifts and breaks",
	    "tech add 'Ann Lee' --home 42.3,-71 --skills lift:2 --shift 07:00/16:00 "
	    "--break 12:00/13:00/30m --shift '2026-03-13 07:00/2026-03-13 15:30' --id t9", 0, SAID_DONE,
	    { { "technician.add", "{\"name\":\"Ann Lee\",\"home\":{\"lat\":42.3,\"lon\":-71.0},"
	        "\"skills\":[{\"skill\":\"lift\",\"level\":2}],\"shifts\":[{\"from\":"
	        "\"2026-03-12T07:00:00+01:00\",\"to\":\"2026-03-12T16:00:00+01:00\",\"breaks\":[{"
	        "\"from\":\"2026-03-12T12:00:00+01:00\",\"to\":\"2026-03-12T13:00:00+01:00\","
	        "\"duration_s\":1800}]},{\"from\":\"2026-03-13T07:00:00+01:00\",\"to\":"
	        "\"2026-03-13T15:30:00+01:00\"}],\"technician\":\"t9\"", DONE, false } } },
	{ "a technician's day", "day t1", 0,
	    "t1 Ann Lee, driving, shift 07:00 to 16:00\n\n"
	    "ARRIVAL            END    CALL  STATUS    CUSTOMER  PROMISED        DRIVE  PINNED\n"
	    "09:12 (in 12 min)  10:00  c1    en_route  Acme      09:00 to 10:00  7 min  no\n\n"
	    "BREAK           LENGTH  STATUS\n"
	    "12:00 (in 3 h)  30 min  due\n\n"
	    "Home at 15:40\n",
	    { { "day.get", "{\"technician\":\"t1\"}", FAKE_RESULT("{\"technician\":\"t1\",\"name\":"
	        "\"Ann Lee\",\"status\":\"driving\",\"shift\":{\"from\":\"2026-03-12T07:00:00+01:00\","
	        "\"to\":\"2026-03-12T16:00:00+01:00\"},\"done\":[],\"stops\":[{\"call\":\"c1\","
	        "\"arrival\":\"2026-03-12T09:12:00+01:00\",\"end\":\"2026-03-12T10:00:00+01:00\","
	        "\"status\":\"en_route\",\"drive_s\":420,\"promise\":{\"from\":"
	        "\"2026-03-12T09:00:00+01:00\",\"to\":\"2026-03-12T10:00:00+01:00\"},\"customer\":"
	        "\"Acme\",\"pinned\":false}],\"breaks\":[{\"start\":\"2026-03-12T12:00:00+01:00\","
	        "\"duration_s\":1800,\"status\":\"due\"}],\"end\":\"2026-03-12T15:40:00+01:00\"}"),
	        false } } },
	{ "the plan, with money", "plan", 0,
	    "Plan 12 of boston, calls disturbed: 1 this hour, 3 today\n"
	    "Cost 96.50 USD: drive 40.00, late 56.50\n\n"
	    "TECHNICIAN  CALLS  STOPS               END    DRIVING  OVERTIME\n"
	    "t1              2  09:12 c1, 10:40 c2  15:40      1 h    20 min\n"
	    "t2              0\n\n"
	    "Not planned (1): c7\n",
	    { { "plan.get", "{}", FAKE_RESULT("{\"territory\":\"boston\",\"version\":12,\"routes\":[{"
	        "\"technician\":\"t1\",\"stops\":[{\"call\":\"c1\",\"arrival\":"
	        "\"2026-03-12T09:12:00+01:00\"},{\"call\":\"c2\",\"arrival\":"
	        "\"2026-03-12T10:40:00+01:00\"}],\"end\":\"2026-03-12T15:40:00+01:00\",\"drive_s\":3600,"
	        "\"overtime_s\":1200},{\"technician\":\"t2\",\"stops\":[]}],\"unassigned\":[\"c7\"],"
	        "\"cost\":{\"total_cents\":9650,\"drive_cents\":4000,\"late_cents\":5650,"
	        "\"wait_cents\":0},\"spent_hour\":1,\"spent_day\":3}"), false }, CURRENCY } },
	{ "an override", "override force c1 --to t4 --token pv12 --reason 'their customer'", 0,
	    "Done: call c1, plan version 13, cost 12.50 USD, seq 44\n",
	    { { "override.force", "{\"call\":\"c1\",\"technician\":\"t4\",\"token\":\"pv12\",\"reason\":"
	        "\"their customer\"", FAKE_RESULT("{\"seq\":44,\"call\":\"c1\",\"plan_version\":13,"
	        "\"cost_cents\":1250}"), false }, CURRENCY } },
	{ "running late", "stop late t1 c1 --by 20m", 0, SAID_DONE,
	    { { "stop.running_late", "{\"technician\":\"t1\",\"call\":\"c1\",\"by_s\":1200", DONE,
	        false } } },
	{ "no access", "stop no-access t1 c1 --note 'nobody home'", 0, SAID_DONE,
	    { { "stop.no_access", "{\"technician\":\"t1\",\"call\":\"c1\",\"note\":\"nobody home\"",
	        DONE, false } } },
	{ "a time from now", "shift start t1 --at +45m --position 42.1,-71.2", 0, SAID_DONE,
	    { { "shift.start", "{\"technician\":\"t1\",\"at\":\"2026-03-12T09:45:00+01:00\","
	        "\"position\":{\"lat\":42.1,\"lon\":-71.2}", DONE, false } } },
	{ "a position", "position t1 -42.1,-71.2", 0, "now  09:00 (now)\n",
	    { { "position.report", "{\"technician\":\"t1\",\"lat\":-42.1,\"lon\":-71.2}",
	        FAKE_RESULT("{\"now\":\"" FAKE_NOW "\"}"), false } } },
	{ "guidelines by short names", "guidelines set freeze=20m reassign=500 currency=EUR", 0,
	    "Done: version 2, seq 41\n",
	    { { "guidelines.set", "{\"guidelines\":{\"freeze_s\":1200,\"reassign_cents\":500,"
	        "\"currency\":\"EUR\"}", FAKE_RESULT("{\"seq\":41,\"version\":2}"), false } } },
	{ "the guidelines", "guidelines", 0,
	    "Version 3\n"
	    "NAME      VALUE  UNIT  MEANING\n"
	    "freeze_s    900  s     A told stop whose arrival is nearer than this is not moved.\n",
	    { { "guidelines.get", "{}", FAKE_RESULT("{\"version\":3,\"guidelines\":{\"freeze_s\":900}}"),
	        false } } },
	{ "a token is shown alone", "token issue dispatcher 'Desk 1' --expires 6pm 2>/dev/null", 0,
	    "ek_dispatcher_3_s\n",
	    { { "token.issue", "{\"role\":\"dispatcher\",\"name\":\"Desk 1\",\"expires\":"
	        "\"2026-03-12T18:00:00+01:00\"", FAKE_RESULT("{\"id\":\"k3\",\"token\":"
	        "\"ek_dispatcher_3_s\"}"), false } } },
	{ "the clock", "clock advance +1h", 0, "now  10:00 (now)\nseq  50\n",
	    { { "clock.advance", "{\"to\":\"2026-03-12T10:00:00+01:00\"}",
	        FAKE_RESULT("{\"now\":\"2026-03-12T10:00:00+01:00\",\"seq\":50}"), false } } },
	{ "any method", "rpc call.cancel '{\"call\":\"c1\"}'", 0, "{\n  \"seq\": 9\n}\n",
	    { { "call.cancel", "{\"call\":\"c1\",\"cmd_id\":\"", FAKE_RESULT("{\"seq\":9}"), false } } },
	{ "the daemon goes away", "ping", 3,
	    "evenkeelctl: session.ping: The daemon closed the connection\n",
	    { { "session.ping", NULL, NULL, true } } },
	{ "watching", "watch --count 6", 0,
	    "41 09:00 call c41 planned (booked), technician t1\n"
	    "42 09:00 plan 12 for call_booked c41: 84.00 -> 96.50 USD, proven, 12.3 ms, budget 2, "
	    "chosen 1, 1 reassigned (c2)\n"
	    "43 eta  c2 by t4 at 10:40, was 10:15, promised 10:00 to 12:00: made room for c41\n"
	    "44 09:01 technician t1 driving (departed), call c41\n"
	    "45 warning: disk is slow\n"
	    "46 news.of_tomorrow {\"seq\":46,\"x\":1.5}\n",
	    { CURRENCY,
	      { "feed.subscribe", "{\"topics\":[\"plan.revised\",\"eta.revised\",\"call.changed\","
	        "\"technician.changed\",\"notice\",\"promise.at_risk\",\"promise.moved\","
	        "\"goodwill.proposed\",\"message.written\"]}", FAKE_RESULT("{\"seq\":40}")
	        FAKE_NOTE("call.changed", "{\"seq\":41,\"call\":\"c41\",\"status\":\"planned\",\"change\":"
	        "\"booked\",\"technician\":\"t1\",\"at\":\"" FAKE_NOW "\"}")
	        FAKE_NOTE("plan.revised", "{\"seq\":42,\"plan_version\":12,\"at\":\"" FAKE_NOW "\","
	        "\"cause\":{\"event\":\"call_booked\",\"call\":\"c41\"},\"cost_before_cents\":8400,"
	        "\"cost_after_cents\":9650,\"proven\":true,\"budget\":2,\"solve_ms\":12.34,"
	        "\"disturbance\":{\"reassigned\":[\"c2\"],\"chosen\":[\"c2\"]},\"unassigned\":[]}")
	        FAKE_NOTE("eta.revised", "{\"seq\":43,\"call\":\"c2\",\"technician\":\"t4\",\"arrival\":"
	        "\"2026-03-12T10:40:00+01:00\",\"previous\":\"2026-03-12T10:15:00+01:00\",\"promise\":{"
	        "\"from\":\"2026-03-12T10:00:00+01:00\",\"to\":\"2026-03-12T12:00:00+01:00\"},\"reason\":"
	        "\"made room for c41\"}")
	        FAKE_NOTE("technician.changed", "{\"seq\":44,\"technician\":\"t1\",\"status\":"
	        "\"driving\",\"change\":\"departed\",\"call\":\"c41\",\"at\":"
	        "\"2026-03-12T09:01:00+01:00\"}")
	        FAKE_NOTE("notice", "{\"seq\":45,\"level\":\"warning\",\"text\":\"disk is slow\"}")
	        FAKE_NOTE("news.of_tomorrow", "{\"seq\":46,\"x\":1.5}"), false } } },
	{ "watching goes on where it was cut off", "--json watch --count 2 --topic notice 2>/dev/null", 0,
	    "{\"method\":\"notice\",\"params\":{\"seq\":41}}\n"
	    "{\"method\":\"notice\",\"params\":{\"seq\":42}}\n",
	    { { "feed.subscribe", "{\"topics\":[\"notice\"]}", FAKE_RESULT("{\"seq\":40}")
	        FAKE_NOTE("notice", "{\"seq\":41}"), true },
	      FAKE_HELLO_STEP,
	      { "feed.subscribe", "{\"topics\":[\"notice\"],\"resume_from\":41}",
	        FAKE_RESULT("{\"seq\":42,\"resumed\":\"replayed\"}") FAKE_NOTE("notice", "{\"seq\":42}"),
	        false } } },
};

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ctl_run_case(&cases[i]);
}

/* What is refused before any daemon is asked: nothing listens on the port. */
static const struct usage_case {
	const char *words;
	int exit_code;
	const char *said; /* part of it */
} usage_cases[] = {
	{ "", 2, "Usage: evenkeelctl" },
	{ "--help", 0, "  call book " },
	{ "--version", 0, "evenkeelctl 0." },
	{ "call", 2, "no such verb: call" },
	{ "call bok", 2, "no such verb: call bok" },
	{ "call book --help", 0, "--severity WORD" },
	{ "call book --customer a --at here", 2,
	    "--at: expected LAT,LON, like 42.33,-71.06, got \"here\"" },
	{ "call book --customer a --at 1,2 --appointment 14:00", 2,
	    "--appointment: expected FROM/TO, like 14:00/16:00 or \"tomorrow" },
	{ "order", 2, "--want: expected 2 to 6 times \"CUSTOMER;LAT,LON;TIME\"" },
	{ "call book --customer a --at 912.5,1", 2,
	    "--at: expected a number from -90 to 90, got 912.5 (site.lat)" },
	{ "call book --customer a --at 1,2 --severity high", 2,
	    "--severity: expected one of routine, urgent, emergency, trapped, got \"high\"" },
	{ "call book --customer a --at 1,2 --duration soon", 2,
	    "--duration: expected a whole number from 60 to 86400, got \"soon\"" },
	{ "call book --customer a --at 1,2 --duration 10s", 2,
	    "--duration: expected a whole number from 60 to 86400, got 10" },
	{ "call book --customer a --at 1,2 --needs lift:x", 2,
	    "--needs: expected a whole number from 1 to 10, got \"x\" (needs[0].level)" },
	{ "call book --custmer a", 2, "call book has no option --custmer" },
	{ "call book --customer", 2, "--customer needs a value" },
	{ "call show", 2, "CALL is missing" },
	{ "call show c1 c2", 2, "one word too many: c2" },
	{ "call show 'c 1'", 2, "expected an id" },
	{ "stop arrive t1", 2, "CALL is missing" },
	{ "stop late t1 c1", 2, "--by: expected a whole number from 60 to 28800, got nothing (by_s)" },
	{ "position t1 there", 2, "lat: expected a number from -90 to 90" },
	{ "tech add Ann --home 1,2 --break 1/2/3", 2, "--break belongs to a shift" },
	{ "tech absent t1 --from yesterday", 2, "--from: expected a time, like 14:30" },
	{ "guidelines set", 2, "GUIDELINES is missing" },
	{ "guidelines set freeze", 2, "expected NAME=VALUE, not freeze" },
	{ "guidelines set freze_s=5", 2, "did you mean freeze_s?" },
	{ "guidelines set freeze=never", 2, "freeze_s: expected a whole number" },
	{ "watch --count 0", 2, "--count: expected a whole number of at least 1, got 0" },
	{ "watch --bord", 2, "no such option: --bord" },
	{ "rpc", 2, "expected METHOD [JSON]" },
	{ "rpc call.get '[1]'", 2, "expected an object as JSON" },
	{ "--port 70000 status", 2, "--port: expected a port from 1 to 65535, got 70000" },
	{ "--prot 1 status", 2, "no such option: --prot" },
	{ "-x", 2, "no such option: -x" },
	{ "--timeout 0 status", 2, "--timeout: expected seconds from 1 to 3600, got 0" },
	{ "--token-file /no/such/file status", 2, "no token in /no/such/file: No such file" },
	{ "status", 3, "Cannot reach 127.0.0.1 port" },
	{ "watch", 3, "Cannot reach 127.0.0.1 port" },
	/* A label is too long for any name server to be asked. */
	{ "--host xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx status", 3,
	    "no such host" },
};

static void
test_usage(void **unused)
{
	static char out[CTL_OUT_SIZE];
	struct fake_daemon *f = fake_start(NULL, 0);
	uint16_t port = fake_port(f);
	char why[512];

	(void)unused;
	assert_int_equal(fake_stop(f, why, sizeof(why)), 0); /* now nobody listens there */
	for (size_t i = 0; i < ARRAY_LEN(usage_cases); i++) {
		const struct usage_case *c = &usage_cases[i];
		int code = ctl_run("", port, c->words, out);

		if (code != c->exit_code || strstr(out, c->said) == NULL)
			fail_msg("%s: exit %d, said\n%s", c->words, code, out);
	}
}

/* The table is cut to the terminal, in the columns that can give. */
static void
test_narrow(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "technician.list", NULL, FAKE_RESULT("{\"technicians\":[{\"technician\":\"t1\",\"name\":"
		  "\"A very long name indeed\",\"status\":\"free\",\"skills\":[{\"skill\":\"lift\",\"level\":"
		  "3},{\"skill\":\"boilers\",\"level\":2}]}]}"), false },
	};
	static char out[CTL_OUT_SIZE];
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	char why[512];

	(void)unused;
	assert_int_equal(ctl_run("COLUMNS=48", fake_port(f), "tech list", out), 0);
	assert_int_equal(fake_stop(f, why, sizeof(why)), 0);
	assert_string_equal(out,
	    "TECHNICIAN  NAME           STATUS  SKILLS\n"
	    "t1          A very long \xe2\x80\xa6  free    lift 3, boil\xe2\x80\xa6\n");
}

/* What was written to people is read in full, on whatever terminal. */
static void
test_narrow_messages(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "message.list", NULL, FAKE_RESULT("{\"messages\":[{\"message\":{\"message\":\"m7\","
		  "\"call\":\"c9\",\"at\":\"2026-03-12T08:40:00+01:00\",\"kind\":\"moved\",\"customer\":"
		  "\"Miller\",\"text\":\"Hello Miller, Ann now comes about 10:45. The drive to you takes "
		  "longer.\"},\"deliveries\":[]}]}"), false },
	};
	static char out[CTL_OUT_SIZE];
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	char why[512];

	(void)unused;
	assert_int_equal(ctl_run("COLUMNS=48", fake_port(f), "messages", out), 0);
	assert_int_equal(fake_stop(f, why, sizeof(why)), 0);
	assert_string_equal(out,
	    "08:40  c9 moved to Miller, m7\n"
	    "       Hello Miller, Ann now comes about 10:45.\n"
	    "       The drive to you takes longer.\n");
}

static const struct completion {
	const char *words;
	const char *offers;
} completions[] = {
	{ "ca", "call\ncarry-over\n" },
	{ "call ''", "book\nlist\nshow\namend\ncancel\n" },
	{ "gu", "guidelines\n" },
	{ "guidelines s", "show\nset\n" },
	{ "override force c1 --t", "--to\n--token\n" },
	{ "call book --severity ''", "routine\nurgent\nemergency\ntrapped\n" },
	{ "call book --severity tr", "trapped\n" },
	{ "rpc call.am", "call.amend\n" },
	{ "watch --b", "--board\n" },
	{ "nonsense ''", "" },
};

static void
test_completion(void **unused)
{
	static char out[CTL_OUT_SIZE];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(completions); i++) {
		char words[200];

		snprintf(words, sizeof(words), "--complete %s", completions[i].words);
		assert_int_equal(ctl_run("", 1, words, out), 0);
		if (strcmp(out, completions[i].offers) != 0)
			fail_msg("%s: %s", completions[i].words, out);
	}
}

/* The file for bash hands its words on, and leaves out the options before the verb. */
static void
test_bash(void **unused)
{
	static const char *const lines[][2] = {
		{ "(evenkeelctl call b) COMP_CWORD=2", "book\n" },
		{ "(evenkeelctl --json --port 7 call b) COMP_CWORD=5", "book\n" },
		{ "(evenkeelctl --po) COMP_CWORD=1", "--port\n" },
		{ "(evenkeelctl st) COMP_CWORD=1", "status stop\n" },
	};
	const char *src = getenv("EVENKEEL_SRCDIR"), *build = getenv("EVENKEEL_BUILDDIR");

	(void)unused;
	if (system("bash -c true") != 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char command[2048], out[200] = "";
		FILE *p;

		snprintf(command, sizeof(command), "PATH='%s':$PATH bash -c 'complete() { :; }; "
		    ". \"$1/ctl/evenkeelctl.bash\"; COMP_WORDS=%s; _evenkeelctl; "
		    "IFS=\" \"; echo \"${COMPREPLY[*]}\"' - '%s' 2>&1",
		    build != NULL ? build : ".", lines[i][0], src != NULL ? src : ".");
		p = popen(command, "r");
		assert_non_null(p);
		out[fread(out, 1, sizeof(out) - 1, p)] = '\0';
		pclose(p);
		assert_string_equal(out, lines[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_narrow_messages),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_bash),
	};

	return cmocka_run_group_tests(tests, ctl_set_up, ctl_tear_down);
}
