/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/list.h"
#include "ctl/net.h"
#include "ctl/show.h"
#include "ctl/text.h"
#include "proto/when.h"

enum {
	REDRAW_US = 500000,   /* the board is drawn at most twice a second */
	RETRY_MAX_S = 15,
	LAST_LINES = 8,       /* on the board */
	CALL_MS = 10000,
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int unused)
{
	(void)unused;
	interrupted = 1;
}

static long long
number(const json_t *o, const char *path)
{
	return (long long)json_integer_value(list_member(o, path));
}

/* --- lines --- */

static size_t
listed(const json_t *p, const char *path)
{
	return json_array_size(list_member(p, path));
}

/* ", 2 reassigned (c1, c2)", if there are any. */
static void
disturbed(const struct ctl *ctl, const json_t *p, const char *path, const char *label)
{
	char calls[TEXT_SIZE];

	if (listed(p, path) == 0)
		return;
	fprintf(ctl->out, ", %s%zu %s%s (%s)", colour_on(ctl, YELLOW), listed(p, path), label,
	    colour_off(ctl, YELLOW), list_text(ctl, p, path, calls));
}

/* "plan 12 for call_booked c41: 84.00 -> 96.50 USD, proven, 12 ms, budget 1 of 2, ..." */
static void
plan_line(const struct ctl *ctl, const json_t *p)
{
	char event[TEXT_SIZE], object[TEXT_SIZE], before[TEXT_SIZE], after[TEXT_SIZE];
	bool proven = json_is_true(json_object_get(p, "proven"));

	list_text(ctl, p, "cause.event", event);
	list_text(ctl, p, "cause.call|cause.technician", object);
	list_text(ctl, p, "cost_before_cents", before);
	list_text(ctl, p, "cost_after_cents", after);
	before[strcspn(before, " ")] = '\0'; /* the currency is said once */
	fprintf(ctl->out, "%splan %lld%s for %s%s%s: %s -> %s, ", colour_on(ctl, BOLD),
	    number(p, "plan_version"), colour_off(ctl, BOLD), event, object[0] != '\0' ? " " : "",
	    object, before, after);
	if (proven)
		fprintf(ctl->out, "%sproven%s", colour_on(ctl, GREEN), colour_off(ctl, GREEN));
	else if (json_is_number(json_object_get(p, "gap")) && number(p, "work") > 0)
		fprintf(ctl->out, "gap %.1f %%",
		    100 * json_number_value(json_object_get(p, "gap")));
	else
		fprintf(ctl->out, "not solved");
	fprintf(ctl->out, ", %.1f ms, budget %lld, chosen %zu",
	    json_number_value(json_object_get(p, "solve_ms")), number(p, "budget"),
	    listed(p, "disturbance.chosen"));
	disturbed(ctl, p, "disturbance.reassigned", "reassigned");
	disturbed(ctl, p, "disturbance.repromised", "re-promised");
	disturbed(ctl, p, "disturbance.eta_moved", "ETA moved");
	disturbed(ctl, p, "disturbance.dropped", "dropped");
	if (listed(p, "unassigned") > 0)
		fprintf(ctl->out, ", %s%zu not planned%s", colour_on(ctl, RED),
		    listed(p, "unassigned"), colour_off(ctl, RED));
}

/* "eta c17 t4 10:42 (10:30 to 11:05), was 10:15: ..." Later is yellow, earlier green. */
static void
eta_line(const struct ctl *ctl, const json_t *p)
{
	const char *previous = json_string_value(json_object_get(p, "previous"));
	const char *arrival = json_string_value(json_object_get(p, "arrival"));
	char a[TEXT_SIZE], b[TEXT_SIZE], call[TEXT_SIZE], who[TEXT_SIZE], reason[TEXT_SIZE];
	enum colour c = BLUE;
	int64_t was, is;

	if (previous != NULL && arrival != NULL && when_parse(previous, &was) == 0 &&
	    when_parse(arrival, &is) == 0)
		c = is > was ? YELLOW : GREEN;
	fprintf(ctl->out, "%seta%s  %s by %s at %s%s%s", colour_on(ctl, c), colour_off(ctl, c),
	    list_text(ctl, p, "call", call), list_text(ctl, p, "technician", who), colour_on(ctl, c),
	    list_text(ctl, p, "arrival", a), colour_off(ctl, c));
	if (list_text(ctl, p, "previous", b)[0] != '\0')
		fprintf(ctl->out, ", was %s", b);
	fprintf(ctl->out, ", promised %s: %s", list_text(ctl, p, "promise", b),
	    list_text(ctl, p, "reason", reason));
}

/* "call c17 on_site (arrived)" and the same for technicians. */
static void
changed_line(const struct ctl *ctl, const char *what, const json_t *p, const char *other)
{
	enum colour c = text_colour("status", json_object_get(p, "status"));
	char id[TEXT_SIZE], status[TEXT_SIZE], change[TEXT_SIZE], by[TEXT_SIZE];

	fprintf(ctl->out, "%s %s %s%s%s (%s)", what, list_text(ctl, p, what, id), colour_on(ctl, c),
	    list_text(ctl, p, "status", status), colour_off(ctl, c),
	    list_text(ctl, p, "change", change));
	if (list_text(ctl, p, other, by)[0] != '\0')
		fprintf(ctl->out, ", %s %s", other, by);
}

static void
notice_line(const struct ctl *ctl, const json_t *p)
{
	enum colour c = text_colour("level", json_object_get(p, "level"));
	char level[TEXT_SIZE], text[TEXT_SIZE];

	fprintf(ctl->out, "%s%s%s: %s", colour_on(ctl, c), list_text(ctl, p, "level", level),
	    colour_off(ctl, c), list_text(ctl, p, "text", text));
}

/* Any other notification, one of a newer daemon too. */
static void
other_line(const struct ctl *ctl, const char *method, const json_t *p)
{
	char *json = json_dumps(p, JSON_COMPACT | JSON_REAL_PRECISION(9));
	char text[TEXT_SIZE];

	text_safe(json != NULL ? json : "", text, sizeof(text));
	fprintf(ctl->out, "%s %s", method, text);
	free(json);
}

/* One notification as one line of text, with its end. */
static void
watch_line(const struct ctl *ctl, const struct client_note *n)
{
	const json_t *p = n->params;
	char at[TEXT_SIZE];

	fprintf(ctl->out, "%s%lld%s ", colour_on(ctl, DIM), number(p, "seq"), colour_off(ctl, DIM));
	if (strcmp(n->method, "eta.revised") != 0 && list_text(ctl, p, "at", at)[0] != '\0')
		fprintf(ctl->out, "%s ", at);
	if (strcmp(n->method, "plan.revised") == 0)
		plan_line(ctl, p);
	else if (strcmp(n->method, "eta.revised") == 0)
		eta_line(ctl, p);
	else if (strcmp(n->method, "call.changed") == 0)
		changed_line(ctl, "call", p, "technician");
	else if (strcmp(n->method, "technician.changed") == 0)
		changed_line(ctl, "technician", p, "call");
	else if (strcmp(n->method, "notice") == 0)
		notice_line(ctl, p);
	else
		other_line(ctl, n->method, p);
	fputc('\n', ctl->out);
}

/* --- the board --- */

struct watch {
	bool board;
	long long left;                      /* notifications until the end; below 0: for ever */
	json_t *topics;                      /* NULL: all but positions */
	struct client_note last[LAST_LINES]; /* a ring of what the board shows below */
	size_t last_next;
	bool dirty;
	int64_t drawn_us;
};

static void
board_keep(struct watch *w, const struct client_note *n)
{
	struct client_note *slot = &w->last[w->last_next++ % LAST_LINES];

	json_decref(slot->params);
	*slot = *n;
	w->dirty = true;
}

static void
board_draw(struct ctl *ctl, struct watch *w)
{
	json_t *status = ctl_ask(ctl, "status.get", NULL);
	json_t *plan = ctl_ask(ctl, "plan.get", NULL);

	fputs("\033[H\033[J", ctl->out); /* home, and everything below it cleared */
	if (status != NULL)
		show_status(ctl, status);
	fputc('\n', ctl->out);
	if (plan != NULL)
		show_plan(ctl, plan);
	fputc('\n', ctl->out);
	for (size_t i = 0; i < LAST_LINES; i++) {
		const struct client_note *n = &w->last[(w->last_next + i) % LAST_LINES];

		if (n->params != NULL)
			watch_line(ctl, n);
	}
	fflush(ctl->out);
	json_decref(status);
	json_decref(plan);
	w->dirty = false;
	w->drawn_us = net_now_us();
}

/* --- the loop --- */

static void
watch_take(struct ctl *ctl, struct watch *w, struct client_note *n)
{
	if (ctl->json) {
		json_t *m = json_pack("{s:s, s:O}", "method", n->method, "params", n->params);

		json_dumpf(m, ctl->out, JSON_COMPACT | JSON_REAL_PRECISION(12));
		fputc('\n', ctl->out);
		json_decref(m);
	} else if (w->board) {
		board_keep(w, n);
		n->params = NULL; /* handed over */
	} else {
		watch_line(ctl, n);
	}
	json_decref(n->params);
	fflush(ctl->out);
}

/* Shows what comes until the connection is lost, the count is reached or a signal comes. */
static void
watch_follow(struct ctl *ctl, struct watch *w)
{
	while (!interrupted && w->left != 0) {
		int64_t wait_us = w->drawn_us + REDRAW_US - net_now_us();
		struct client_note n;
		int rc;

		if (w->board && w->dirty && wait_us <= 0)
			board_draw(ctl, w);
		rc = client_poll(ctl->client, w->dirty && wait_us > 0 ? (int)(wait_us / 1000) + 1 : -1);
		if (rc < 0 && rc != -EINTR)
			return;
		while (w->left != 0 && client_next_note(ctl->client, &n)) {
			w->left -= w->left > 0;
			watch_take(ctl, w, &n);
		}
	}
}

/* Subscribes; on a connection after the first, from where the last one ended. */
static enum exit_code
watch_subscribe(struct ctl *ctl, const struct watch *w, int64_t resume_from)
{
	json_t *params = json_object();
	json_t *result = NULL;
	const char *resumed;
	enum exit_code rc;

	if (w->topics != NULL)
		json_object_set(params, "topics", w->topics);
	if (resume_from >= 0)
		json_object_set_new(params, "resume_from", json_integer(resume_from));
	rc = ctl_call(ctl, "feed.subscribe", params, &result);
	resumed = json_string_value(json_object_get(result, "resumed"));
	if (resumed != NULL && strcmp(resumed, "snapshot_required") == 0)
		fprintf(stderr, "evenkeelctl: too much happened meanwhile: some of it is not shown\n");
	json_decref(result);
	return rc;
}

/* Connects anew, waiting longer each time, until it works, is refused or interrupted. */
static enum exit_code
watch_reconnect(struct ctl *ctl, const struct watch *w, int64_t resume_from)
{
	unsigned wait_s = 1;

	fprintf(stderr, "evenkeelctl: %s; connecting again\n", client_why(ctl->client));
	client_close(ctl->client);
	ctl->client = NULL;
	while (!interrupted) {
		struct client_error err = { 0 };
		int rc;

		sleep(wait_s);
		wait_s = wait_s * 2 < RETRY_MAX_S ? wait_s * 2 : RETRY_MAX_S;
		rc = client_open(&ctl->where, &ctl->client, &err);
		if (rc == 0)
			return watch_subscribe(ctl, w, resume_from);
		if (rc == -EREMOTEIO)
			ctl_say_error(ctl, "session.hello", &err);
		client_error_done(&err);
		if (rc == -EREMOTEIO)
			return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code
watch_options(struct watch *w, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *v = i + 1 < argc ? argv[i + 1] : NULL;
		char *end = NULL;

		if (strcmp(argv[i], "--board") == 0) {
			w->board = true;
		} else if (strcmp(argv[i], "--count") == 0 && v != NULL) {
			w->left = strtoll(v, &end, 10);
			if (*end != '\0' || w->left <= 0) {
				fprintf(stderr, "evenkeelctl: --count: expected a whole number of at "
				                "least 1, got %s\n", v);
				return EXIT_USAGE;
			}
			i++;
		} else if (strcmp(argv[i], "--topic") == 0 && v != NULL) {
			if (w->topics == NULL)
				w->topics = json_array();
			json_array_append_new(w->topics, json_string(v));
			i++;
		} else {
			fprintf(stderr, "evenkeelctl: watch: no such option: %s\n", argv[i]);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

/* Everything but positions, which come by the second. */
static json_t *
default_topics(const struct ctl *ctl)
{
	json_t *topics = json_array();
	enum role r;

	if (role_from_name(json_string_value(json_object_get(client_session(ctl->client), "role")),
	        &r) < 0)
		r = ROLE_VIEWER;
	for (size_t i = 0; i < openrpc_notifications(ctl->doc); i++) {
		const struct notification_spec *n = openrpc_notification_at(ctl->doc, i);

		if ((n->roles >> r & 1) != 0 && strcmp(n->name, "technician.position") != 0)
			json_array_append_new(topics, json_string(n->name));
	}
	return topics;
}

enum exit_code
watch_run(struct ctl *ctl, int argc, char **argv)
{
	struct sigaction quit = { .sa_handler = on_signal };
	struct watch w = { .left = -1 };
	enum exit_code rc = watch_options(&w, argc, argv);

	if (rc == EXIT_DONE)
		rc = ctl_connect(ctl);
	if (rc != EXIT_DONE)
		goto out;
	if (w.topics == NULL)
		w.topics = default_topics(ctl);
	if (!ctl->json)
		show_learn_currency(ctl);
	sigaction(SIGINT, &quit, NULL);
	sigaction(SIGTERM, &quit, NULL);
	rc = watch_subscribe(ctl, &w, -1);
	w.dirty = w.board;
	while (rc == EXIT_DONE && !interrupted && w.left != 0) {
		watch_follow(ctl, &w);
		if (!interrupted && w.left != 0)
			rc = watch_reconnect(ctl, &w, client_seq(ctl->client));
	}
out:
	for (size_t i = 0; i < LAST_LINES; i++)
		json_decref(w.last[i].params);
	json_decref(w.topics);
	return rc;
}
