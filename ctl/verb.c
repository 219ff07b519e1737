/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/verb.h"

#include <string.h>

#include "ctl/raw.h"
#include "ctl/show.h"
#include "ctl/watch.h"

#define TECHNICIAN_AS_ID "technician=id"

/* In the order of the help. A new method needs a row here; its options come from the document. */
static const struct verb verbs[] = {
	{ .words = "status", .method = "status.get", .show = show_status },
	{ .words = "quote", .method = "call.quote", .show = show_quote },
	{ .words = "order", .method = "order.preview", .renames = "wanted=want", .show = show_order },
	{ .words = "call book", .method = "call.book", .show = show_done },
	{ .words = "call list", .method = "call.list", .show = show_calls },
	{ .words = "call show", .method = "call.get", .places = "call", .show = show_call },
	{ .words = "call amend", .method = "call.amend", .places = "call", .show = show_done },
	{ .words = "call cancel", .method = "call.cancel", .places = "call", .show = show_done },
	{ .words = "answer", .method = "call.answer_eta", .places = "call answer",
	    .show = show_answer },
	{ .words = "answer-link", .method = "call.answer_eta", .places = "tracking answer",
	    .show = show_answer,
	    .help = "The same by the token of the customer's tracking link." },
	{ .words = "carry-over", .method = "call.carry_over", .places = "call",
	    .show = show_carried },
	{ .words = "promises", .method = "promise.list", .show = show_promises },
	{ .words = "why", .method = "history.list", .places = "call?", .show = show_history },
	{ .words = "tech list", .method = "technician.list", .show = show_technicians },
	{ .words = "tech add", .method = "technician.add", .places = "name",
	    .renames = TECHNICIAN_AS_ID, .show = show_done },
	{ .words = "tech amend", .method = "technician.amend", .places = "technician",
	    .show = show_done },
	{ .words = "tech absent", .method = "technician.absent", .places = "technician",
	    .show = show_done },
	{ .words = "day", .method = "day.get", .places = "technician", .show = show_day },
	{ .words = "plan", .method = "plan.get", .show = show_plan },
	{ .words = "pin", .method = "plan.pin", .places = "call", .show = show_done },
	{ .words = "unpin", .method = "plan.unpin", .places = "call", .show = show_done },
	{ .words = "override preview", .method = "override.preview", .places = "call",
	    .renames = "technician=to", .show = show_preview },
	{ .words = "override force", .method = "override.force", .places = "call",
	    .renames = "technician=to", .show = show_done },
	{ .words = "price", .method = "plan.price", .show = show_price },
	{ .words = "goodwill", .method = "goodwill.list", .show = show_goodwill },
	{ .words = "goodwill decide", .method = "goodwill.decide", .places = "goodwill decision",
	    .show = show_decided },
	{ .words = "learned", .method = "learned.list", .show = show_learned },
	{ .words = "messages", .method = "message.list", .show = show_messages },
	{ .words = "messages replay", .method = "message.replay", .show = show_any },
	{ .words = "webhook put", .method = "webhook.put", .places = "webhook",
	    .show = show_webhook },
	{ .words = "webhook list", .method = "webhook.list", .show = show_webhooks },
	{ .words = "webhook remove", .method = "webhook.remove", .places = "webhook",
	    .show = show_any },
	{ .words = "shift start", .method = "shift.start", .places = "technician",
	    .show = show_done },
	{ .words = "shift end", .method = "shift.end", .places = "technician", .show = show_done },
	{ .words = "position", .method = "position.report", .places = "technician lat,lon",
	    .show = show_any },
	{ .words = "stop depart", .method = "stop.depart", .places = "technician call",
	    .show = show_done },
	{ .words = "stop arrive", .method = "stop.arrive", .places = "technician call",
	    .show = show_done },
	{ .words = "stop finish", .method = "stop.finish", .places = "technician call",
	    .show = show_done },
	{ .words = "stop no-access", .method = "stop.no_access", .places = "technician call",
	    .show = show_done },
	{ .words = "stop late", .method = "stop.running_late", .places = "technician call",
	    .show = show_done },
	{ .words = "stop kind", .method = "stop.change_kind", .places = "technician call kind",
	    .show = show_done },
	{ .words = "break start", .method = "break.start", .places = "technician",
	    .show = show_done },
	{ .words = "break end", .method = "break.end", .places = "technician", .show = show_done },
	{ .words = "break waive", .method = "break.waive", .places = "technician",
	    .show = show_done },
	{ .words = "guidelines", .method = "guidelines.get", .show = show_guidelines },
	{ .words = "guidelines show", .method = "guidelines.get", .show = show_guidelines },
	{ .words = "guidelines set", .method = "guidelines.set", .places = "guidelines*",
	    .show = show_done },
	{ .words = "token issue", .method = "token.issue", .places = "role name",
	    .show = show_token },
	{ .words = "token list", .method = "token.list", .show = show_tokens },
	{ .words = "token revoke", .method = "token.revoke", .places = "id", .show = show_any },
	{ .words = "watch", .run = watch_run, .usage = "[--board] [--count N] [--topic NAME]...",
	    .help = "Shows what the daemon pushes, as it comes; Ctrl-C ends it." },
	{ .words = "clock advance", .method = "clock.advance", .places = "to", .show = show_any },
	{ .words = "ping", .method = "session.ping", .show = show_any },
	{ .words = "discover", .method = "rpc.discover", .show = show_json },
	{ .words = "rpc", .run = raw_run, .usage = "METHOD [JSON]",
	    .help = "Calls any method with parameters as JSON and prints its result as JSON." },
};

size_t
verb_count(void)
{
	return sizeof(verbs) / sizeof(verbs[0]);
}

const struct verb *
verb_at(size_t i)
{
	return i < verb_count() ? &verbs[i] : NULL;
}

/* How many words of argv the verb takes; 0 if argv does not begin with it. */
static int
verb_match(const struct verb *v, int argc, char **argv)
{
	const char *at = v->words;
	int n = 0;

	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		if (n == argc || strlen(argv[n]) != len || strncmp(argv[n], at, len) != 0)
			return 0;
		n++;
		at += len + (at[len] == ' ');
	}
	return n;
}

const struct verb *
verb_find(int argc, char **argv, int *ret_words)
{
	const struct verb *best = NULL;
	int best_words = 0;

	for (size_t i = 0; i < verb_count(); i++) {
		int n = verb_match(&verbs[i], argc, argv);

		if (n > best_words) {
			best = &verbs[i];
			best_words = n;
		}
	}
	*ret_words = best_words;
	return best;
}
