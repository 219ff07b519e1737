/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/net.h"
#include "ctl/show.h"

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
