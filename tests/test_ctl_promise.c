/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeelctl about promises: quotes, answers, the price of calm, goodwill, messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/ctl_case.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct ctl_case cases[] = {
	{ "a quote",
	    "quote --customer Acme --at 42.36,-71.06 --due 10:00 --contract "
	    "full_service", 0,
	    "Wanted by 10:00: 62 % with the best option. Before 10:00 only by breaking a promise."
	    "\n"
	    "\n"
	    "QUOTE  WINDOW          CONFIDENCE  IN TIME  TECHNICIAN       COST  OVERTIME  ARRIVAL"
	    "                BEST AT\n"
	    "q12    11:00 to 12:30        91 %  no       t4          11.50 USD            11:10 (i"
	    "n 2 h 10 min)  least disturbance, cheapest\n"
	    "q13    09:20 to 09:50        90 %           t2          91.00 USD    20 min  09:25 (i"
	    "n 25 min)      soonest\n"
	    "\n"
	    "q12  least disturbance, cheapest, arrival 11:10\n"
	    "   cost    11.50 USD: drive 9.00, disturbance 2.50 (the plan goes from 84.00 to 93.0"
	    "0, once for those disturbed 2.50)\n"
	    "   delays  c17 from 12:15 to 12:40, 25 min later, promise holds\n"
	    "   tells   customer of c17: We expect to be with you at 12:40\n"
	    "\n"
	    "q13  soonest, arrival 09:25\n"
	    "   cost    91.00 USD: drive 11.00, promise 80.00 (the plan goes from 84.00 to 175.00"
	    ")\n"
	    "   delays  c9 from 09:30 to 11:20, 1 h 50 min later, promise breaks\n"
	    "   breaks  c9 of Miller, promised 09:00 to 10:00: would start 11:20, goodwill 50.00 "
	    "USD\n"
	    "   goodwill up to 50.00 USD\n"
	    "   only a manager may book it: it breaks a customer's promise for somebody inside\n"
	    "\n"
	    "To book one: evenkeelctl call book --quote q12\n"
	    "They may be booked until 09:05 (in 5 min); they rest on plan 12.\n"
	    "\n"
	    "The price of calm, with this call on top:\n"
	    "CALLS MOVED       COST     SAVES  USED  PROVEN\n"
	    "          0  95.50 USD  0.00 USD     0  yes\n"
	    "          1  90.00 USD  5.50 USD     1  yes\n"
	    "        any  90.00 USD  0.00 USD     1  no\n",
	    { { "call.quote", "\"due\":\"2026-03-12T10:00:00+01:00\",\"contract\":\"full_service\"",
	        FAKE_RESULT("{\"territory\":\"main\",\"options\":[{\"quote\":\"q12\",\"kinds\":[\"l"
	        "east_disturbance\",\"cheapest\"],\"window\":{\"from\":\"2026-03-12T11:"
	        "00:00+01:00\",\"to\":\"2026-03-12T12:30:00+01:00\"},\"confidence\":0.9"
	        "1,\"technician\":\"t4\",\"arrival\":\"2026-03-12T11:10:00+01:00\","
	        "\"cost_cents\":1150,\"cost\":{\"total_cents\":1150,\"drive_cents\":900"
	        ",\"disturbance_cents\":250},\"cost_before_cents\":8400,\"cost_after_ce"
	        "nts\":9300,\"paid_cents\":250,\"meets\":false,\"overtime_s\":0,"
	        "\"travel_s\":600,\"delays\":[{\"call\":\"c17\",\"from\":\"2026-03-12T1"
	        "2:15:00+01:00\",\"to\":\"2026-03-12T12:40:00+01:00\",\"technician\":\""
	        "t4\",\"promise\":\"holds\"}],\"breaks\":[],\"goodwill_cents\":0,"
	        "\"tells\":[{\"call\":\"c17\",\"to\":\"customer\",\"kind\":\"moved\","
	        "\"text\":\"We expect to be with you at 12:40\"}],\"needs_manager\":fal"
	        "se},{\"quote\":\"q13\",\"kinds\":[\"soonest\"],\"window\":{\"from\":\""
	        "2026-03-12T09:20:00+01:00\",\"to\":\"2026-03-12T09:50:00+01:00\"},"
	        "\"confidence\":0.9,\"technician\":\"t2\",\"arrival\":\"2026-03-12T09:2"
	        "5:00+01:00\",\"cost_cents\":9100,\"cost\":{\"total_cents\":9100,"
	        "\"drive_cents\":1100,\"promise_cents\":8000},\"cost_before_cents\":840"
	        "0,\"cost_after_cents\":17500,\"overtime_s\":1200,\"travel_s\":700,"
	        "\"delays\":[{\"call\":\"c9\",\"from\":\"2026-03-12T09:30:00+01:00\","
	        "\"to\":\"2026-03-12T11:20:00+01:00\",\"technician\":\"t2\",\"promise\""
	        ":\"breaks\"}],\"breaks\":[{\"call\":\"c9\",\"customer\":\"Miller\","
	        "\"promise\":{\"from\":\"2026-03-12T09:00:00+01:00\",\"to\":\"2026-03-1"
	        "2T10:00:00+01:00\"},\"to\":\"2026-03-12T11:20:00+01:00\",\"goodwill_ce"
	        "nts\":5000}],\"goodwill_cents\":5000,\"tells\":[],\"needs_manager\":tr"
	        "ue}],\"wish\":{\"due\":\"2026-03-12T10:00:00+01:00\",\"confidence\":0."
	        "62,\"text\":\"Before 10:00 only by breaking a promise.\"},\"calm\":[{\""
	        "budget\":0,\"cost_cents\":9550,\"saves_cents\":0,\"disturbed\":0,"
	        "\"proven\":true},{\"budget\":1,\"cost_cents\":9000,\"saves_cents\":550"
	        ",\"disturbed\":1,\"proven\":true},{\"budget\":-1,\"cost_cents\":9000,"
	        "\"saves_cents\":0,\"disturbed\":1,\"proven\":false}],\"expires\":\"202"
	        "6-03-12T09:05:00+01:00\",\"plan_version\":12,\"now\":\"2026-03-12T09:0"
	        "0:00+01:00\"}"), false },
	      CURRENCY } },
	{ "no option",
	    "quote --customer Acme --at 42.36,-71.06 --due 10:00", 0,
	    "Wanted by 10:00: 0 % with the best option.\n"
	    "Nobody who may do it works before then\n"
	    "\n"
	    "No option.\n",
	    { { "call.quote", NULL,
	        FAKE_RESULT("{\"territory\":\"main\",\"options\":[],\"wish\":{\"due\":\"2026-03-12T"
	        "10:00:00+01:00\",\"confidence\":0.0},\"expires\":\"2026-03-12T09:05:00"
	        "+01:00\",\"plan_version\":12,\"now\":\"2026-03-12T09:00:00+01:00\","
	        "\"text\":\"Nobody who may do it works before then\"}"), false },
	      CURRENCY } },
	{ "booked as quoted",
	    "call book --quote q12", 0,
	    "Done: call c41, status planned, version 1, promise 11:00 to 12:30, seq 41\n",
	    { { "call.book", "{\"quote\":\"q12\",\"cmd_id\":\"",
	        FAKE_RESULT("{\"seq\":41,\"call\":\"c41\",\"version\":1,\"status\":\"planned\","
	        "\"promise\":{\"from\":\"2026-03-12T11:00:00+01:00\",\"to\":\"2026-0"
	        "3-12T12:30:00+01:"
	        "00\"}}"), false } } },
	{ "what only a manager may break is told in words",
	    "call book --quote q13 2>&1", 1,
	    "evenkeelctl: call.book was refused: It breaks a promise; evenkeelctl ca"
	    "ll amend may help, "
	    "or one of these options (-32022)\n"
	    "   breaks  c9 of Miller, promised 09:00 to 10:00: would start 11:20, go"
	    "odwill 50.00 USD\n",
	    { { "call.book", NULL,
	        FAKE_ERROR("{\"code\":-32022,\"message\":\"It breaks a promise; call.amend may help, "
	        "or one of data.options\",\"data\":{\"breaks\":[{\"call\":\"c9\",\"c"
	        "ustomer\":\"Miller\","
	        "\"promise\":{\"from\":\"2026-03-12T09:00:00+01:00\",\"to\":\"2026-0"
	        "3-12T10:00:00+01:00\"},"
	        "\"to\":\"2026-03-12T11:20:00+01:00\",\"goodwill_cents\":5000}]}}"), false },
	      CURRENCY } },
	{ "a word that is no time",
	    "call book --customer a --at 1,2 --due friday", 1,
	    "evenkeelctl: call.book was refused: due: expected a time like 2026-03-1"
	    "2T09:00:00+01:00"
	    " (-32012)\n"
	    "  here also 14:30, 5pm, noon, \"tomorrow 09:00\" or +45m\n",
	    { { "call.book", "\"due\":\"friday\"",
	        FAKE_ERROR("{\"code\":-32012,\"message\":\"due: expected a time like "
	        "2026-03-12T09:00:00+01:00\"}"), false } } },
	{ "calm that buys nothing is one line",
	    "price", 0,
	    "Plan 12 of main costs 95.50 USD; looked at 8 technicians and 31 calls\n"
	    "\n"
	    "95.50 USD, however many calls may be moved: nothing is to be gained by it\n"
	    "\n"
	    "ACCOUNT  SPENT  ALLOWED\n"
	    "hour         2        6\n",
	    { { "plan.price", "{}",
	        FAKE_RESULT("{\"territory\":\"main\",\"plan_version\":12,\"cost_cents\":9550,\"calm\":["
	        "{\"budget\":0,\"cost_cents\":9550,\"saves_cents\":0,\"disturbed\":0"
	        ",\"proven\":true},"
	        "{\"budget\":-1,\"cost_cents\":9550,\"saves_cents\":0,\"disturbed\":"
	        "0,\"proven\":true}],"
	        "\"scope\":{\"technicians\":8,\"calls\":31},\"accounts\":[{\"account\":\"hour\","
	        "\"spent\":2,\"allowance\":6}]}"), false },
	      CURRENCY } },
	{ "told for the first time, after the window that was agreed had gone",
	    "why c8", 0,
	    "09:10  c8 told: ann comes at 12:28\n"
	    "       re-promised: 09:30 to 10:10 before, 12:25 to 15:10 now\n"
	    "       no choice: A job before yours takes longer; because of tick \n"
	    "08:00  c8 told: ann comes at 15:00\n"
	    "       promise: 09:30 to 10:10 before, 15:00 to 16:00 now\n"
	    "       no choice: You asked for another time; because of call.answered c8\n",
	    { { "history.list", "{\"call\":\"c8\"}",
	        FAKE_RESULT("{\"moves\":[{\"at\":\"2026-03-12T09:10:00+01:00\",\"call\":\"c8\","
	        "\"technician\":\"ann\",\"arrival\":\"2026-03-12T12:28:00+01:00\",\"first\":true,"
	        "\"promise\":{\"from\":\"2026-03-12T12:25:00+01:00\",\"to\":\"2026-0"
	        "3-12T15:10:00+01:00\"},"
	        "\"previous_promise\":{\"from\":\"2026-03-12T09:30:00+01:00\",\"to\":"
	        "\"2026-03-12T10:10:00+01:00\"},\"repromised\":true,\"chosen\":false,\"reason\":"
	        "\"A job before yours takes longer\",\"cause\":{\"event\":\"tick\"}},"
	        "{\"at\":\"2026-03-12T08:00:00+01:00\",\"call\":\"c8\",\"technician\":\"ann\","
	        "\"arrival\":\"2026-03-12T15:00:00+01:00\",\"first\":true,\"promise\":{\"from\":"
	        "\"2026-03-12T15:00:00+01:00\",\"to\":\"2026-03-12T16:00:00+01:00\"}"
	        ",\"previous_promise\":"
	        "{\"from\":\"2026-03-12T09:30:00+01:00\",\"to\":\"2026-03-12T10:10:00+01:00\"},"
	        "\"repromised\":false,\"chosen\":false,\"reason\":\"You asked for another time\","
	        "\"cause\":{\"event\":\"call.answered\",\"call\":\"c8\"}}]}"), false },
	      CURRENCY } },
	{ "as soon as possible is refused with options",
	    "call book --customer a --at 1,2 --due asap", 1,
	    "evenkeelctl: call.book was refused: By when do you need it? (-32020)\n"
	    "Options to agree with the customer:\n"
	    "\n"
	    "QUOTE  WINDOW          CONFIDENCE  IN TIME  TECHNICIAN       COST  ARRIVAL          "
	    "      BEST AT\n"
	    "q12    11:00 to 12:30        91 %  no       t4          11.50 USD  11:10 (in 2 h 10 m"
	    "in)  least disturbance, cheapest\n"
	    "\n"
	    "q12  least disturbance, cheapest, arrival 11:10\n"
	    "   cost    11.50 USD: drive 9.00, disturbance 2.50 (the plan goes from 84.00 to 93.0"
	    "0, once for those disturbed 2.50)\n"
	    "   delays  c17 from 12:15 to 12:40, 25 min later, promise holds\n"
	    "   tells   customer of c17: We expect to be with you at 12:40\n"
	    "\n"
	    "To book one: evenkeelctl call book --quote q12\n",
	    { { "call.book", "\"due\":\"asap\"",
	        FAKE_ERROR("{\"code\":-32020,\"message\":\"By when do you need it?\",\"data\":{\"o"
	        "ptions\":[{\"quote\":\"q12\",\"kinds\":[\"least_disturbance\","
	        "\"cheapest\"],\"window\":{\"from\":\"2026-03-12T11:00:00+01:00\","
	        "\"to\":\"2026-03-12T12:30:00+01:00\"},\"confidence\":0.91,\"technician"
	        "\":\"t4\",\"arrival\":\"2026-03-12T11:10:00+01:00\",\"cost_cents\":115"
	        "0,\"cost\":{\"total_cents\":1150,\"drive_cents\":900,\"disturbance_cen"
	        "ts\":250},\"cost_before_cents\":8400,\"cost_after_cents\":9300,"
	        "\"paid_cents\":250,\"meets\":false,\"overtime_s\":0,\"travel_s\":600,"
	        "\"delays\":[{\"call\":\"c17\",\"from\":\"2026-03-12T12:15:00+01:00\","
	        "\"to\":\"2026-03-12T12:40:00+01:00\",\"technician\":\"t4\",\"promise\""
	        ":\"holds\"}],\"breaks\":[],\"goodwill_cents\":0,\"tells\":[{\"call\":\""
	        "c17\",\"to\":\"customer\",\"kind\":\"moved\",\"text\":\"We expect "
	        "to be with you at 12:40\"}],\"needs_manager\":false}]}}"), false },
	      CURRENCY } },
	{ "a quote that is gone",
	    "call book --quote q9", 1,
	    "evenkeelctl: call.book was refused: The quote no longer holds (-32021)\n"
	    "  the route of t4 changed\n"
	    "Options to agree with the customer:\n"
	    "\n"
	    "QUOTE  WINDOW          CONFIDENCE  IN TIME  TECHNICIAN       COST  ARRIVAL          "
	    "      BEST AT\n"
	    "q12    11:00 to 12:30        91 %  no       t4          11.50 USD  11:10 (in 2 h 10 m"
	    "in)  least disturbance, cheapest\n"
	    "\n"
	    "q12  least disturbance, cheapest, arrival 11:10\n"
	    "   cost    11.50 USD: drive 9.00, disturbance 2.50 (the plan goes from 84.00 to 93.0"
	    "0, once for those disturbed 2.50)\n"
	    "   delays  c17 from 12:15 to 12:40, 25 min later, promise holds\n"
	    "   tells   customer of c17: We expect to be with you at 12:40\n"
	    "\n"
	    "To book one: evenkeelctl call book --quote q12\n",
	    { { "call.book", NULL,
	        FAKE_ERROR("{\"code\":-32021,\"message\":\"The quote no longer holds\",\"data\":{\""
	        "reason\":\"the route of t4 changed\",\"options\":[{\"quote\":\"q12\","
	        "\"kinds\":[\"least_disturbance\",\"cheapest\"],\"window\":{\"from\":\""
	        "2026-03-12T11:00:00+01:00\",\"to\":\"2026-03-12T12:30:00+01:00\"},"
	        "\"confidence\":0.91,\"technician\":\"t4\",\"arrival\":\"2026-03-12T11:"
	        "10:00+01:00\",\"cost_cents\":1150,\"cost\":{\"total_cents\":1150,"
	        "\"drive_cents\":900,\"disturbance_cents\":250},\"cost_before_cents\":8"
	        "400,\"cost_after_cents\":9300,\"paid_cents\":250,\"meets\":false,"
	        "\"overtime_s\":0,\"travel_s\":600,\"delays\":[{\"call\":\"c17\","
	        "\"from\":\"2026-03-12T12:15:00+01:00\",\"to\":\"2026-03-12T12:40:00+01"
	        ":00\",\"technician\":\"t4\",\"promise\":\"holds\"}],\"breaks\":[],"
	        "\"goodwill_cents\":0,\"tells\":[{\"call\":\"c17\",\"to\":\"customer\","
	        "\"kind\":\"moved\",\"text\":\"We expect to be with you at 12:40\"}],"
	        "\"needs_manager\":false}]}}"), false },
	      CURRENCY } },
	{ "wanted calls in the asker's order",
	    "order --want 'Acme; 42.36,-71.06; 11:00; severity=urgent; duration=30m"
	    "' --want 'Bolt; 42.3,-71; 14:00/16:00; label=B'", 0,
	    "In the asker's order, 23.00 USD\n"
	    "Acme this morning means B tomorrow\n"
	    "WANTED  DAY          WINDOW                     CONFIDENCE  TECHNICIAN  IN TIME  PLA"
	    "CED\n"
	    "     1  today        10:00 to 11:00                   90 %  t4          yes      yes"
	    "\n"
	    "     2  another day  Fri 13 Mar 09:00 to 11:00        92 %  t2          no       yes"
	    "\n"
	    "   delays  nobody else\n"
	    "\n"
	    "The cheapest order, 18.00 USD\n"
	    "B this afternoon; Acme finds no place\n"
	    "WANTED  DAY    WINDOW          CONFIDENCE  TECHNICIAN  IN TIME  PLACED\n"
	    "     1                                                          no\n"
	    "     2  today  14:00 to 15:00        90 %  t2          yes      yes\n"
	    "   delays  c17 from 12:15 to 12:40, 25 min later, promise holds\n",
	    { { "order.preview", "{\"wanted\":[{\"customer\":\"Acme\",\"site\":{\"lat\":42.36,"
	        "\"lon\":-71.06},\"due\":\"2026-03-12T11:00:00+01:00\",\"severity\":\"u"
	        "rgent\",\"duration_s\":1800},{\"customer\":\"Bolt\",\"site\":{\"lat\":"
	        "42.3,\"lon\":-71.0},\"appointment\":{\"from\":\"2026-03-12T14:00:00+01"
	        ":00\",\"to\":\"2026-03-12T16:00:00+01:00\"},\"label\":\"B\"}]}",
	        FAKE_RESULT("{\"territory\":\"main\",\"orders\":[{\"order\":[0,1],\"by\":\"asker\","
	        "\"cost_cents\":2300,\"cost_before_cents\":8400,\"cost_after_cents\":10"
	        "700,\"options\":[{\"wanted\":0,\"placed\":true,\"window\":{\"from\":\""
	        "2026-03-12T10:00:00+01:00\",\"to\":\"2026-03-12T11:00:00+01:00\"},"
	        "\"confidence\":0.9,\"technician\":\"t4\",\"arrival\":\"2026-03-12T10:0"
	        "5:00+01:00\",\"meets\":true,\"day\":\"today\"},{\"wanted\":1,"
	        "\"placed\":true,\"window\":{\"from\":\"2026-03-13T09:00:00+01:00\","
	        "\"to\":\"2026-03-13T11:00:00+01:00\"},\"confidence\":0.92,\"technician"
	        "\":\"t2\",\"arrival\":\"2026-03-13T09:05:00+01:00\",\"meets\":false,"
	        "\"day\":\"another_day\"}],\"delays\":[],\"breaks\":[],\"goodwill_cents"
	        "\":0,\"text\":\"Acme this morning means B tomorrow\"},{\"order\":[1,"
	        "0],\"by\":\"cheapest\",\"cost_cents\":1800,\"cost_before_cents\":8400,"
	        "\"cost_after_cents\":10200,\"options\":[{\"wanted\":0,\"placed\":false"
	        "},{\"wanted\":1,\"placed\":true,\"window\":{\"from\":\"2026-03-12T14:0"
	        "0:00+01:00\",\"to\":\"2026-03-12T15:00:00+01:00\"},\"confidence\":0.9,"
	        "\"technician\":\"t2\",\"arrival\":\"2026-03-12T14:05:00+01:00\","
	        "\"meets\":true,\"day\":\"today\"}],\"delays\":[{\"call\":\"c17\","
	        "\"from\":\"2026-03-12T12:15:00+01:00\",\"to\":\"2026-03-12T12:40:00+01"
	        ":00\",\"technician\":\"t4\",\"promise\":\"holds\"}],\"breaks\":[],"
	        "\"goodwill_cents\":0,\"text\":\"B this afternoon; Acme finds "
	        "no place\"}],\"plan_version\":12,\"now\":\"2026-03-12T09:00:00+01:00\""
	        "}"), false },
	      CURRENCY } },
	{ "an override's price, with what it does to others",
	    "override preview c1 --to t4 --first", 0,
	    "c1 for t4: 12.50 USD (the plan goes from 84.00 USD to 96.50 USD)\n"
	    "   arrival 10:10\n"
	    "   delays  c2 from 10:40 to 11:05, 25 min later, promise holds\n"
	    "   breaks  c9 of Miller, promised 09:00 to 10:00: would start 11:20, goodwill 50.00 "
	    "USD\n"
	    "   tells   customer of c17: We expect to be with you at 12:40\n"
	    "   goodwill up to 50.00 USD\n"
	    "\n"
	    "Without the move, the price of calm:\n"
	    "CALLS MOVED       COST     SAVES  USED  PROVEN\n"
	    "          0  95.50 USD  0.00 USD     0  yes\n"
	    "          1  90.00 USD  5.50 USD     1  yes\n"
	    "        any  90.00 USD  0.00 USD     1  no\n"
	    "\n"
	    "To do it: evenkeelctl override force c1 --to t4 --token pv12 --reason WHY\n",
	    { { "override.preview", "{\"call\":\"c1\",\"technician\":\"t4\",\"first\":true}",
	        FAKE_RESULT("{\"call\":\"c1\",\"technician\":\"t4\",\"arrival\":\"2026-03-12T10:10:"
	        "00+01:00\",\"cost_before_cents\":8400,\"cost_after_cents\":9650,"
	        "\"cost_cents\":1250,\"delays\":[{\"call\":\"c2\",\"from\":\"2026-03-12"
	        "T10:40:00+01:00\",\"to\":\"2026-03-12T11:05:00+01:00\",\"technician\":"
	        "\"t4\",\"promise\":\"holds\"}],\"breaks\":[{\"call\":\"c9\","
	        "\"customer\":\"Miller\",\"promise\":{\"from\":\"2026-03-12T09:00:00+01"
	        ":00\",\"to\":\"2026-03-12T10:00:00+01:00\"},\"to\":\"2026-03-12T11:20:"
	        "00+01:00\",\"goodwill_cents\":5000}],\"goodwill_cents\":5000,"
	        "\"tells\":[{\"call\":\"c17\",\"to\":\"customer\",\"kind\":\"moved\","
	        "\"text\":\"We expect to be with you at 12:40\"}],\"calm\":[{\"budget\""
	        ":0,\"cost_cents\":9550,\"saves_cents\":0,\"disturbed\":0,\"proven\":tr"
	        "ue},{\"budget\":1,\"cost_cents\":9000,\"saves_cents\":550,\"disturbed\""
	        ":1,\"proven\":true},{\"budget\":-1,\"cost_cents\":9000,\"saves_cents\""
	        ":0,\"disturbed\":1,\"proven\":false}],\"token\":\"pv12\"}"), false },
	      CURRENCY } },
	{ "the price of calm",
	    "price --budgets 0,1,-1 --call c7", 0,
	    "Plan 12 of main costs 95.50 USD; looked at 8 technicians and 31 calls\n"
	    "The next call moved would save 5.50; after it nothing more is to be gained\n"
	    "\n"
	    "CALLS MOVED       COST     SAVES  USED  PROVEN\n"
	    "          0  95.50 USD  0.00 USD     0  yes\n"
	    "          1  90.00 USD  5.50 USD     1  yes\n"
	    "        any  90.00 USD  0.00 USD     1  no\n"
	    "\n"
	    "ACCOUNT    SPENT  ALLOWED\n"
	    "hour           2        6\n"
	    "emergency      0       60\n",
	    { { "plan.price", "{\"budgets\":[0,1,-1],\"call\":\"c7\"}",
	        FAKE_RESULT("{\"territory\":\"main\",\"plan_version\":12,\"now\":\"2026-03-12T09:00"
	        ":00+01:00\",\"cost_cents\":9550,\"calm\":[{\"budget\":0,\"cost_cents\""
	        ":9550,\"saves_cents\":0,\"disturbed\":0,\"proven\":true},{\"budget\":1"
	        ",\"cost_cents\":9000,\"saves_cents\":550,\"disturbed\":1,\"proven\":tr"
	        "ue},{\"budget\":-1,\"cost_cents\":9000,\"saves_cents\":0,\"disturbed\""
	        ":1,\"proven\":false}],\"scope\":{\"technicians\":8,\"calls\":31},"
	        "\"accounts\":[{\"account\":\"hour\",\"spent\":2,\"allowance\":6},"
	        "{\"account\":\"emergency\",\"spent\":0,\"allowance\":60}],\"text\":\"T"
	        "he next call moved would save 5.50; after it nothing more is "
	        "to be gained\"}"), false },
	      CURRENCY } },
	{ "why a call was moved",
	    "why c9", 0,
	    "08:40  c9 moved from 10:15 to 10:45, from t4 to t2\n"
	    "       re-promised: 09:30 to 10:30 before, 10:30 to 12:00 now\n"
	    "       by choice: A more urgent job had to be fitted in; because of call.booked c41 "
	    "(trapped); paid by the account 'emergency', 5.00 USD\n"
	    "08:10  c9 told first: t4 comes at 10:15\n"
	    "There are more: --before 40\n",
	    { { "history.list", "{\"call\":\"c9\"}",
	        FAKE_RESULT("{\"moves\":[{\"at\":\"2026-03-12T08:40:00+01:00\",\"seq\":44,"
	        "\"call\":\"c9\",\"technician\":\"t2\",\"former\":\"t4\",\"arrival\":\""
	        "2026-03-12T10:45:00+01:00\",\"previous\":\"2026-03-12T10:15:00+01:00\""
	        ",\"promise\":{\"from\":\"2026-03-12T10:30:00+01:00\",\"to\":\"2026-03-"
	        "12T12:00:00+01:00\"},\"previous_promise\":{\"from\":\"2026-03-12T09:30"
	        ":00+01:00\",\"to\":\"2026-03-12T10:30:00+01:00\"},\"repromised\":true,"
	        "\"chosen\":true,\"code\":\"made_room\",\"reason\":\"A more urgent "
	        "job had to be fitted in\",\"cause\":{\"event\":\"call.booked\","
	        "\"seq\":43,\"call\":\"c41\",\"text\":\"trapped\",\"origin\":\"outside\""
	        "},\"account\":\"emergency\",\"cents\":500},{\"at\":\"2026-03-12T08:10:"
	        "00+01:00\",\"seq\":40,\"call\":\"c9\",\"arrival\":\"2026-03-12T10:15:0"
	        "0+01:00\",\"technician\":\"t4\",\"first\":true,\"chosen\":false,"
	        "\"cause\":{\"event\":\"shift.started\",\"seq\":39}}],\"next\":40}"), false },
	      CURRENCY } },
	{ "who was never told",
	    "why c9", 0,
	    "No time was told, and none that was told has changed.\n",
	    { { "history.list", NULL,
	        FAKE_RESULT("{\"moves\":[]}"), false },
	      CURRENCY } },
	{ "promises, the riskiest first",
	    "promises --at-risk", 0,
	    "CALL  CUSTOMER  STATUS      TECHNICIAN  PROMISED        ARRIVAL  90 %    RISK  LATE "
	    " MOVED  CARRIED  ANSWER  FROM\n"
	    "c17   Miller    planned     t4          09:30 to 10:30  10:12    10:41   42 %  no   "
	    "     1        0  silent  outside\n"
	    "c3    Bolt      unassigned              08:00 to 09:00                  100 %  yes  "
	    "     0\n"
	    "\n"
	    "166 of 180 quoted promises held (92 %).\n",
	    { { "promise.list", "{\"at_risk\":true}",
	        FAKE_RESULT("{\"promises\":[{\"call\":\"c17\",\"customer\":\"Miller\",\"status\":\""
	        "planned\",\"origin\":\"outside\",\"technician\":\"t4\",\"arrival\":\"2"
	        "026-03-12T10:12:00+01:00\",\"p90\":\"2026-03-12T10:41:00+01:00\","
	        "\"window\":{\"from\":\"2026-03-12T09:30:00+01:00\",\"to\":\"2026-03-12"
	        "T10:30:00+01:00\"},\"risk\":0.42,\"at_risk\":true,\"late\":false,"
	        "\"repromised\":1,\"answer\":\"silent\",\"carried_over\":0},{\"call\":\""
	        "c3\",\"customer\":\"Bolt\",\"status\":\"unassigned\",\"window\":{\"fro"
	        "m\":\"2026-03-12T08:00:00+01:00\",\"to\":\"2026-03-12T09:00:00+01:00\""
	        "},\"risk\":1.0,\"at_risk\":true,\"late\":true,\"repromised\":0}],"
	        "\"kept_share\":0.92,\"quoted\":180,\"held\":166}"), false } } },
	{ "promises as CSV",
	    "--csv promises", 0,
	    "call,customer,status,origin,technician,arrival,p90,window.from,window.to,first_windo"
	    "w.from,first_window.to,risk,at_risk,late,repromised,answer,carried_over,confidence\r"
	    "\n"
	    "c17,\"Miller, \"\"Bob\"\"\",planned,,t4,2026-03-12T10:12:00+01:00,,2026-03-12T09:30:"
	    "00+01:00,2026-03-12T10:30:00+01:00,,,0.42,true,false,1,,,\r\n",
	    { { "promise.list", "{}",
	        FAKE_RESULT("{\"promises\":[{\"call\":\"c17\",\"customer\":\"Miller, \\\"Bob\\\"\","
	        "\"status\":\"planned\",\"technician\":\"t4\",\"arrival\":\"2026-03-12T"
	        "10:12:00+01:00\",\"window\":{\"from\":\"2026-03-12T09:30:00+01:00\","
	        "\"to\":\"2026-03-12T10:30:00+01:00\"},\"risk\":0.42,\"at_risk\":true,"
	        "\"late\":false,\"repromised\":1}]}"), false } } },
	{ "an answer that is agreed",
	    "answer c17 accept", 0,
	    "c17: accepted, agreed, promised 09:30 to 10:30, seq 50\n"
	    "Thank you\n",
	    { { "call.answer_eta", "{\"call\":\"c17\",\"answer\":\"accept\",\"cmd_id\":\"",
	        FAKE_RESULT("{\"seq\":50,\"call\":\"c17\",\"version\":3,\"answer\":\"accepted\","
	        "\"promise\":{\"from\":\"2026-03-12T09:30:00+01:00\",\"to\":\"2026-03-1"
	        "2T10:30:00+01:00\"},\"agreed\":true,\"text\":\"Thank you\"}"), false } } },
	{ "an answer by the link, not agreed yet",
	    "answer-link abcdefgh counter --window 14:00/15:00", 0,
	    "c17: countered, not agreed yet, seq 50\n"
	    "14:00 to 15:00 holds with 40 % only\n"
	    "\n"
	    "QUOTE  WINDOW          CONFIDENCE  IN TIME  TECHNICIAN       COST  ARRIVAL          "
	    "      BEST AT\n"
	    "q12    11:00 to 12:30        91 %  no       t4          11.50 USD  11:10 (in 2 h 10 m"
	    "in)  least disturbance, cheapest\n"
	    "\n"
	    "q12  least disturbance, cheapest, arrival 11:10\n"
	    "   cost    11.50 USD: drive 9.00, disturbance 2.50 (the plan goes from 84.00 to 93.0"
	    "0, once for those disturbed 2.50)\n"
	    "   delays  c17 from 12:15 to 12:40, 25 min later, promise holds\n"
	    "   tells   customer of c17: We expect to be with you at 12:40\n"
	    "\n"
	    "To book one: evenkeelctl call book --quote q12\n",
	    { { "call.answer_eta", "{\"tracking\":\"abcdefgh\",\"answer\":\"counter\",\"window\":{\"from\""
	        ":\"2026-03-12T14:00:00+01:00\",\"to\":\"2026-03-12T15:00:00+01:00\"}",
	        FAKE_RESULT("{\"seq\":50,\"call\":\"c17\",\"version\":3,\"answer\":\"countered\","
	        "\"agreed\":false,\"options\":[{\"quote\":\"q12\",\"kinds\":[\"least_di"
	        "sturbance\",\"cheapest\"],\"window\":{\"from\":\"2026-03-12T11:00:00+0"
	        "1:00\",\"to\":\"2026-03-12T12:30:00+01:00\"},\"confidence\":0.91,"
	        "\"technician\":\"t4\",\"arrival\":\"2026-03-12T11:10:00+01:00\","
	        "\"cost_cents\":1150,\"cost\":{\"total_cents\":1150,\"drive_cents\":900"
	        ",\"disturbance_cents\":250},\"cost_before_cents\":8400,\"cost_after_ce"
	        "nts\":9300,\"paid_cents\":250,\"meets\":false,\"overtime_s\":0,"
	        "\"travel_s\":600,\"delays\":[{\"call\":\"c17\",\"from\":\"2026-03-12T1"
	        "2:15:00+01:00\",\"to\":\"2026-03-12T12:40:00+01:00\",\"technician\":\""
	        "t4\",\"promise\":\"holds\"}],\"breaks\":[],\"goodwill_cents\":0,"
	        "\"tells\":[{\"call\":\"c17\",\"to\":\"customer\",\"kind\":\"moved\","
	        "\"text\":\"We expect to be with you at 12:40\"}],\"needs_manager\":fal"
	        "se}],\"text\":\"14:00 to 15:00 holds with 40 % only\"}"), false },
	      CURRENCY } },
	{ "carried over",
	    "carry-over c17 --window 'tomorrow 08:00/tomorrow 09:30'", 0,
	    "Done: c17 is carried over for the 2. time, promised Fri 13 Mar 08:00 to 09:30, seq 5"
	    "1\n"
	    "A manager should look at it.\n",
	    { { "call.carry_over", "{\"call\":\"c17\",\"window\":{\"from\":\"2026-03-13T08:00:00+01:00\"",
	        FAKE_RESULT("{\"seq\":51,\"call\":\"c17\",\"version\":4,\"carried_over\":2,"
	        "\"promise\":{\"from\":\"2026-03-13T08:00:00+01:00\",\"to\":\"2026-03-1"
	        "3T09:30:00+01:00\"},\"not_before\":\"2026-03-13T08:00:00+01:00\","
	        "\"needs_manager\":true}"), false } } },
	{ "carried over without a promise",
	    "carry-over c17 --negotiate", 0,
	    "Done: c17 is carried over, not before Fri 13 Mar 08:00, no promise: agree a window w"
	    "ith the customer, seq 51\n",
	    { { "call.carry_over", "\"negotiate\":true",
	        FAKE_RESULT("{\"seq\":51,\"call\":\"c17\",\"version\":4,\"carried_over\":1,"
	        "\"not_before\":\"2026-03-13T08:00:00+01:00\"}"), false } } },
	{ "goodwill",
	    "goodwill --status open", 0,
	    "GOODWILL  CALL  CUSTOMER  OFFER        AMOUNT  BECAUSE         PROPOSED  STATUS\n"
	    "g1        c17   Miller    discount  50.00 USD  promise broken  08:50     open\n"
	    "\n"
	    "Granted today 40.00 USD of 500.00 USD; open 50.00 USD: evenkeelctl goodwill decide G"
	    "OODWILL grant|refuse\n",
	    { { "goodwill.list", "{\"status\":\"open\"}",
	        FAKE_RESULT("{\"goodwill\":[{\"goodwill\":\"g1\",\"call\":\"c17\",\"customer\":\"Mi"
	        "ller\",\"contract\":\"full_service\",\"form\":\"discount\",\"cents\":5"
	        "000,\"cause\":\"promise_broken\",\"text\":\"The promised 09:30 "
	        "to 10:30 was missed\",\"at\":\"2026-03-12T08:50:00+01:00\",\"status\":"
	        "\"open\"}],\"granted_today_cents\":4000,\"limit_today_cents\":50000,"
	        "\"open_cents\":5000}"), false },
	      CURRENCY } },
	{ "goodwill granted",
	    "goodwill decide g1 grant --cents 4000 --reason 'long wait'", 0,
	    "Done: g1 granted, 40.00 USD; 420.00 USD may still be granted today, seq 52\n",
	    { { "goodwill.decide", "{\"goodwill\":\"g1\",\"decision\":\"grant\",\"cents\":4000,\"reason\":"
	        "\"long wait\"",
	        FAKE_RESULT("{\"seq\":52,\"goodwill\":\"g1\",\"status\":\"granted\",\"cents\":4000,"
	        "\"left_today_cents\":42000}"), false },
	      CURRENCY } },
	{ "the ledger as CSV",
	    "--csv goodwill", 0,
	    "goodwill,call,customer,contract,form,cents,cause,text,at,status,decided_at,by,reason"
	    "\r\n"
	    "g1,c17,\"'=Miller\",,discount,5000,promise_broken,,2026-03-12T08:50:00+01:00,open,,,"
	    "\r\n",
	    { { "goodwill.list", "{}",
	        FAKE_RESULT("{\"goodwill\":[{\"goodwill\":\"g1\",\"call\":\"c17\",\"customer\":\"=M"
	        "iller\",\"form\":\"discount\",\"cents\":5000,\"cause\":\"promise_broke"
	        "n\",\"at\":\"2026-03-12T08:50:00+01:00\",\"status\":\"open\"}],"
	        "\"granted_today_cents\":0,\"limit_today_cents\":50000}"), false } } },
	{ "what was learned",
	    "learned", 0,
	    "KIND      TECHNICIAN  CASES   TAKES  SPREAD  PLANNED  FEW\n"
	    "elevator                 41  x 1.18    31 %   45 min  no\n"
	    "elevator  t4              3  x 1.02    40 %   42 min  yes\n"
	    "\n"
	    "CASES   TAKES  SPREAD  FEW\n"
	    "  120  x 1.07    20 %  no\n"
	    "\n"
	    "Windows are drawn at the 93 % point, after 180 promises that could be checked.\n",
	    { { "learned.list", "{}",
	        FAKE_RESULT("{\"work\":[{\"kind\":\"elevator\",\"cases\":41,\"ratio\":1.18,"
	        "\"spread\":0.31,\"planned_s\":2700,\"few\":false},{\"kind\":\"elevator"
	        "\",\"technician\":\"t4\",\"cases\":3,\"ratio\":1.02,\"spread\":0.4,"
	        "\"planned_s\":2520,\"few\":true}],\"drives\":[{\"cases\":120,"
	        "\"ratio\":1.07,\"spread\":0.2,\"few\":false}],\"window_level\":0.93,"
	        "\"quoted\":180}"), false } } },
	{ "messages that were not taken",
	    "messages --undelivered", 0,
	    "AT     MESSAGE  CALL  KIND   CUSTOMER  TEXT                            DELIVERED\n"
	    "08:40  m7       c9    moved  Miller    We are sorry: we come at 10:45  desk: dead (H"
	    "TTP 500); crm: delivered\n",
	    { { "message.list", "{\"undelivered\":true}",
	        FAKE_RESULT("{\"messages\":[{\"message\":{\"message\":\"m7\",\"seq\":44,\"territory"
	        "\":\"main\",\"call\":\"c9\",\"at\":\"2026-03-12T08:40:00+01:00\","
	        "\"kind\":\"moved\",\"customer\":\"Miller\",\"language\":\"en\","
	        "\"text\":\"We are sorry: we come at 10:45\"},\"deliveries\":[{\"webhoo"
	        "k\":\"desk\",\"status\":\"dead\",\"tries\":10,\"error\":\"HTTP "
	        "500\"},{\"webhook\":\"crm\",\"status\":\"delivered\",\"tries\":1}]}"
	        "]}"), false } } },
	{ "messages sent again",
	    "messages replay --webhook desk", 0,
	    "replayed  3\n",
	    { { "message.replay", "{\"webhook\":\"desk\",\"cmd_id\":\"",
	        FAKE_RESULT("{\"replayed\":3}"), false } } },
	{ "a webhook's secret is shown alone",
	    "webhook put desk --url https://desk.example.org/hook --kinds "
	    "planned,moved 2>/dev/null", 0,
	    "whsec_abc\n",
	    { { "webhook.put", "{\"webhook\":\"desk\",\"url\":\"https://desk.example.org/hook\","
	        "\"kinds\":[\"planned\",\"moved\"]",
	        FAKE_RESULT("{\"webhook\":\"desk\",\"url\":\"https://desk.example.org/hook\","
	        "\"secret\":\"whsec_abc\",\"disabled\":false}"), false } } },
	{ "webhooks",
	    "webhook list", 0,
	    "WEBHOOK  URL                            WAITING  DEAD  DISABLED  WHY\n"
	    "desk     https://desk.example.org/hook        0     2  yes       410 Gone\n",
	    { { "webhook.list", "{}",
	        FAKE_RESULT("{\"webhooks\":[{\"webhook\":\"desk\",\"url\":\"https://desk.example.or"
	        "g/hook\",\"disabled\":true,\"why\":\"410 Gone\",\"waiting\":0,"
	        "\"dead\":2}]}"), false } } },
	{ "another kind of work on site",
	    "stop kind t1 c1 boiler --left 40m", 0,
	    "Done: call c41, status planned, version 1, seq 41\n",
	    { { "stop.change_kind", "{\"technician\":\"t1\",\"call\":\"c1\",\"kind\":\"boiler\",\"left_s\":"
	        "2400",
	        FAKE_RESULT("{\"seq\":41,\"call\":\"c41\",\"version\":1,\"status\":\"planned\"}"), false } } },
	{ "watching promises",
	    "watch --count 5 --topic notice", 0,
	    "41 09:00 at risk  c17 by t4: 42 %, arrival 10:12, promised 09:30 to 10:30\n"
	    "42 09:00 re-promised  c17: 09:30 to 10:30 -> 10:30 to 11:30: The stop before takes l"
	    "onger\n"
	    "43 09:00 goodwill g1 for c17: discount 50.00 USD, promise broken, open\n"
	    "44 09:00 message m7 to Miller (c17): We are sorry\n"
	    "45 09:00 plan 12 for call.booked c41: 84.00 -> 96.50 USD, no bound, 12.3 ms, budget "
	    "2, chosen 0\n",
	    { CURRENCY,
	      { "feed.subscribe", NULL,
	        FAKE_RESULT("{\"seq\":40}")
	        FAKE_NOTE("promise.at_risk",
	        "{\"seq\":41,\"call\":\"c17\",\"technician\":\"t4\",\"risk\":0.42,"
	        "\"at_risk\":true,\"arrival\":\"2026-03-12T10:12:00+01:00\",\"promise\""
	        ":{\"from\":\"2026-03-12T09:30:00+01:00\",\"to\":\"2026-03-12T10:30:00+"
	        "01:00\"},\"at\":\"2026-03-12T09:00:00+01:00\"}")
	        FAKE_NOTE("promise.moved",
	        "{\"seq\":42,\"call\":\"c17\",\"promise\":{\"from\":\"2026-03-12T10:30:"
	        "00+01:00\",\"to\":\"2026-03-12T11:30:00+01:00\"},\"previous\":{\"from\""
	        ":\"2026-03-12T09:30:00+01:00\",\"to\":\"2026-03-12T10:30:00+01:00\"},"
	        "\"reason_code\":\"slipped\",\"reason\":\"The stop before takes "
	        "longer\",\"at\":\"2026-03-12T09:00:00+01:00\"}")
	        FAKE_NOTE("goodwill.proposed",
	        "{\"seq\":43,\"goodwill\":{\"goodwill\":\"g1\",\"call\":\"c17\","
	        "\"form\":\"discount\",\"cents\":5000,\"cause\":\"promise_broken\","
	        "\"status\":\"open\"},\"at\":\"2026-03-12T09:00:00+01:00\"}")
	        FAKE_NOTE("message.written",
	        "{\"seq\":44,\"message\":{\"message\":\"m7\",\"call\":\"c17\","
	        "\"at\":\"2026-03-12T09:00:00+01:00\",\"customer\":\"Miller\","
	        "\"text\":\"We are sorry\"}}")
	        FAKE_NOTE("plan.revised",
	        "{\"seq\":45,\"plan_version\":12,\"at\":\"2026-03-12T09:00:00+01:00\","
	        "\"cause\":{\"event\":\"call.booked\",\"call\":\"c41\"},\"cost_before_c"
	        "ents\":8400,\"cost_after_cents\":9650,\"proven\":false,\"gap\":1.0,"
	        "\"work\":10,\"budget\":2,\"solve_ms\":12.3,\"disturbance\":{\"chosen\""
	        ":[]},\"unassigned\":[]}"), false } } },
};

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ctl_run_case(&cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, ctl_set_up, ctl_tear_down);
}
