/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeeld: starts everything in order, runs the loop, and stops everything in order. */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/admin_token.h"
#include "daemon/advance.h"
#include "daemon/conn.h"
#include "daemon/feed.h"
#include "daemon/log.h"
#include "daemon/net.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/planner.h"
#include "daemon/positions.h"
#include "daemon/recover.h"
#include "daemon/session.h"
#include "daemon/shop.h"
#include "daemon/template.h"
#include "daemon/tokens.h"
#include "daemon/webhook.h"
#include "proto/when.h"

enum {
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	WHY_SIZE = 600,
	SNAPSHOT_LOOK_MS = 5000,
	LAST_WORDS_MS = 100, /* for answers still on their way out when the daemon ends */
	WRITER_STUCK_US = 8000000,
	CLOCK_BEHIND_S = 3600,
	FREED_PART_BYTES = 16 << 20, /* larger parts go back to the kernel at once */
	FREED_KEPT_BYTES = 64 << 20,
};

struct daemon {
	struct options opt;
	struct shop shop;
	struct conns *conns;
	struct net_timer *watchdog, *snapshots, *last_words;
	struct net_watch *store_watch;
	enum { RUNNING, FINISHING, LEAVING } phase;
};

/* --- while it runs --- */

static void
on_store_failed(const char *why)
{
	log_say(LEVEL_ERROR, "%s", why);
	_exit(STORE_EXIT_FAILED);
}

static void
on_committed(void *arg, bool readable, bool writable)
{
	struct daemon *d = arg;

	(void)readable;
	(void)writable;
	store_dispatch(d->shop.store);
}

/* systemd hears of us only while the writer's thread makes progress too. */
static void
on_watchdog(void *arg)
{
	struct daemon *d = arg;

	if (store_busy_us(d->shop.store) < WRITER_STUCK_US)
		notify_watchdog();
	net_timer_set(d->watchdog, notify_watchdog_ms());
}

/* A whole state is written down when nobody waits for anything, or when it is long overdue. */
static void
on_snapshots(void *arg)
{
	struct daemon *d = arg;
	int64_t events = d->shop.snapshot_events;
	bool idle;

	if (d->phase != RUNNING)
		return; /* the last one is being written */
	idle = planner_settled(d->shop.planner) && store_idle(d->shop.store);
	shop_snapshot(&d->shop, idle ? events : 4 * events);
	net_timer_set(d->snapshots, SNAPSHOT_LOOK_MS);
}

static void
on_last_words(void *arg)
{
	struct daemon *d = arg;

	net_stop(d->shop.net);
}

/* Ends step by step, each after the one before is on disk. */
static void
go_on_ending(struct daemon *d)
{
	if (d->phase == RUNNING || !store_idle(d->shop.store))
		return;
	if (d->phase == FINISHING) {
		planner_free(d->shop.planner);
		d->shop.planner = NULL;
		shop_snapshot(&d->shop, 1);
		d->phase = LEAVING;
		net_timer_set(d->last_words, LAST_WORDS_MS);
	}
}

static void
on_turn(void *arg)
{
	struct daemon *d = arg;

	if (d->phase == RUNNING) {
		advance_turn(d->shop.advance);
		webhooks_turn(d->shop.webhooks);
	} else {
		go_on_ending(d);
	}
}

static void
on_stop(void *arg)
{
	struct daemon *d = arg;

	if (d->phase != RUNNING)
		return;
	log_say(LEVEL_INFO, "stopping");
	notify_stopping();
	conns_stop_reading(d->conns);
	d->phase = FINISHING;
}

static void
on_hangup(void *arg)
{
	(void)arg;
	log_say(LEVEL_INFO, "hangup: nothing is reloaded, restart to read the configuration again");
}

/* --- starting --- */

static int
refuse(const char *why)
{
	log_say(LEVEL_ERROR, "cannot start: %s", why);
	return EXIT_REFUSED;
}

static void
open_log(const struct config *c)
{
	enum log_level level = LEVEL_INFO;
	bool journal = strcmp(c->log_format, "journal") == 0;

	(void)log_level_from_name(c->log_level, &level); /* checked with the configuration */
	if (strcmp(c->log_format, "auto") == 0)
		journal = log_under_journal();
	log_open(level, journal);
}

/* The clock never starts before the journal's end, so that time goes on where it stopped. */
static int
start_clock(struct daemon *d, char *why, size_t why_size)
{
	struct clock *clock = &d->shop.clock;
	int64_t newest = 0, behind, start = d->opt.clock_start_s;
	char text[WHEN_SIZE] = "?";

	if (store_newest(d->shop.store, &newest) < 0) {
		snprintf(why, why_size, "the store cannot be read");
		return -EIO;
	}
	(void)when_format(newest, "UTC", text);
	if (d->opt.virtual_clock && start >= 0 && start < newest) {
		snprintf(why, why_size,
		    "--clock-start is before the journal's newest event, of %s: give a "
		    "later time, or another store",
		    text);
		return -EINVAL;
	}
	clock_init(clock, false, 0);
	behind = newest - clock_now(clock);
	if (!d->opt.virtual_clock && behind > CLOCK_BEHIND_S && !d->opt.allow_clock_behind) {
		snprintf(why, why_size,
		    "the machine's clock is %" PRId64 " s behind the journal's newest "
		    "event, of %s: set it right (timedatectl), or, if that event was written under a wrong "
		    "clock, start with --allow-clock-behind: time then stands still until %s",
		    behind, text, text);
		return -EINVAL;
	}
	if (d->opt.virtual_clock && start < 0)
		start = newest > 0 ? newest : clock_now(clock);
	clock_init(clock, d->opt.virtual_clock, d->opt.virtual_clock ? start : newest);
	clock_now(clock);
	return 0;
}

/* The texts of messages, read and checked whole. */
static int
read_templates(const struct options *o, const unsigned char key[TEMPLATE_KEY_SIZE],
    struct templates **ret, char *why, size_t why_size)
{
	struct templates *t = templates_new(o->config.language, o->config.tracking_url, key);
	int rc = -ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (t != NULL)
		rc = templates_read(t, o->messages, why, why_size);
	if (rc < 0)
		templates_free(t);
	else
		*ret = t;
	return rc;
}

static int
start_messages(struct daemon *d, char *why, size_t why_size)
{
	unsigned char key[STORE_KEY_SIZE];
	int rc;

	store_key(d->shop.store, key);
	rc = read_templates(&d->opt, key, &d->shop.templates, why, why_size);
	sodium_memzero(key, sizeof(key));
	if (rc < 0)
		return rc;
	snprintf(why, why_size, "the store's webhooks cannot be read");
	return webhooks_new(&d->shop, d->opt.webhook_sender, d->opt.config.webhook_inner,
	    &d->shop.webhooks);
}

static int
start_shop(struct daemon *d, char *why, size_t why_size)
{
	struct shop *shop = &d->shop;
	int rc;

	snprintf(why, why_size, "out of memory");
	shop->openrpc = openrpc_new();
	shop->feed = shop->openrpc == NULL ? NULL : feed_new(shop->openrpc);
	shop->positions = positions_new();
	shop->sessions = sessions_new(&d->opt.config);
	shop->advance = advance_new(shop);
	if (shop->feed == NULL || shop->positions == NULL || shop->sessions == NULL ||
	    shop->advance == NULL)
		return -ENOMEM;
	rc = tokens_new(shop->store, &shop->tokens);
	if (rc < 0) {
		snprintf(why, why_size, "the store's tokens cannot be read");
		return rc;
	}
	rc = start_messages(d, why, why_size);
	if (rc < 0)
		return rc;
	rc = shop_recover(shop, d->opt.config.territory, d->opt.config.zone, why, why_size);
	if (rc < 0)
		return rc;
	return admin_token_ensure(shop, d->opt.admin_token_file, why, why_size);
}

static int
start_planner(struct daemon *d, char *why, size_t why_size)
{
	const struct config *c = &d->opt.config;
	struct planner_config cfg = { .solver_path = d->opt.solver,
		.workers = (int32_t)c->workers,
		.work_limit = c->work_limit,
		.seed = (uint64_t)c->seed };

	return planner_new(&d->shop, &cfg, &d->shop.planner, why, why_size);
}

static int
start_loop(struct daemon *d, char *why, size_t why_size)
{
	struct net *net = d->shop.net;

	snprintf(why, why_size, "out of memory");
	d->conns = conns_new(&d->shop, &d->opt.config);
	d->watchdog = net_timer_new(net, on_watchdog, d);
	d->snapshots = net_timer_new(net, on_snapshots, d);
	d->last_words = net_timer_new(net, on_last_words, d);
	d->store_watch = net_watch_new(net, store_fd(d->shop.store), on_committed, d);
	if (d->conns == NULL || d->watchdog == NULL || d->snapshots == NULL ||
	    d->last_words == NULL || d->store_watch == NULL ||
	    net_signal(net, SIGTERM, on_stop, d) < 0 || net_signal(net, SIGINT, on_stop, d) < 0 ||
	    net_signal(net, SIGHUP, on_hangup, d) < 0)
		return -ENOMEM;
	net_on_turn(net, on_turn, d);
	net_timer_set(d->snapshots, SNAPSHOT_LOOK_MS);
	if (notify_watchdog_ms() > 0)
		net_timer_set(d->watchdog, notify_watchdog_ms());
	return 0;
}

/* Whole or not at all, since somebody may be waiting for it. */
static int
write_port(const char *path, uint16_t port, char *why, size_t why_size)
{
	char temporary[CONFIG_TEXT_SIZE + 8];
	FILE *f;
	bool ok;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "we");
	ok = f != NULL && fprintf(f, "%u\n", port) > 0;
	ok = f != NULL && fclose(f) == 0 && ok && rename(temporary, path) == 0;
	if (!ok)
		snprintf(why, why_size, "--port-file %s: %s", path, strerror(errno));
	return ok ? 0 : -EIO;
}

/* Descriptors for every client that may come, and some for ourselves. */
static void
raise_limits(const struct config *c)
{
	struct rlimit l;
	rlim_t wanted = (rlim_t)c->connections_max + 64 + 4 * (rlim_t)c->workers;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= wanted)
		return;
	l.rlim_cur = l.rlim_max < wanted ? l.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur < wanted)
		log_say(LEVEL_WARNING,
		    "only %llu files may be open: connections_max cannot be reached "
		    "(raise LimitNOFILE)",
		    (unsigned long long)l.rlim_cur);
}

static int
start_listening(struct daemon *d, char *why, size_t why_size)
{
	const struct config *c = &d->opt.config;
	uint16_t port;
	int rc = net_listen(d->shop.net, c->listen_host, (uint16_t)c->listen_port, conns_accept,
	    d->conns, &port, why, why_size);

	if (rc == 0 && d->opt.port_file[0] != '\0')
		rc = write_port(d->opt.port_file, port, why, why_size);
	if (rc == 0)
		log_say(LEVEL_INFO, "listening host=%s port=%u clock=%s store=%s", c->listen_host,
		    port, d->opt.virtual_clock ? "virtual" : "real", c->store);
	return rc;
}

static int
start(struct daemon *d, char *why, size_t why_size)
{
	struct shop *shop = &d->shop;
	int rc = store_open(d->opt.config.store, d->opt.virtual_clock, &shop->store, why, why_size);

	if (rc < 0)
		return rc;
	store_on_failure(shop->store, on_store_failed);
	shop->store_url = d->opt.config.store;
	shop->snapshot_events = d->opt.config.snapshot_events;
	shop->net = net_new();
	snprintf(why, why_size, "out of memory");
	rc = shop->net == NULL ? -ENOMEM : start_clock(d, why, why_size);
	if (rc == 0)
		rc = start_shop(d, why, why_size);
	if (rc == 0)
		rc = start_planner(d, why, why_size);
	if (rc == 0)
		rc = start_loop(d, why, why_size);
	if (rc == 0)
		rc = start_listening(d, why, why_size);
	return rc;
}

/* Takes down what was started, in the reverse order; the journal last. */
static void
stop(struct daemon *d)
{
	struct shop *shop = &d->shop;

	conns_free(d->conns);
	advance_free(shop->advance); /* its request is answered to nobody now */
	planner_free(shop->planner);
	webhooks_free(shop->webhooks);
	net_watch_free(d->store_watch);
	net_timer_free(d->watchdog);
	net_timer_free(d->snapshots);
	net_timer_free(d->last_words);
	store_close(shop->store); /* commits what is still queued */
	net_free(shop->net);
	sessions_free(shop->sessions);
	positions_free(shop->positions);
	tokens_free(shop->tokens);
	templates_free(shop->templates);
	shop_done(shop);
	feed_free(shop->feed);
	openrpc_free(shop->openrpc);
}

static int
serve(struct daemon *d)
{
	char why[WHY_SIZE];
	int status = EXIT_SUCCESS;

	shop_init(&d->shop);
	raise_limits(&d->opt.config);
	signal(SIGPIPE, SIG_IGN);
	if (start(d, why, sizeof(why)) < 0) {
		status = refuse(why);
	} else {
		notify_ready("serving");
		if (net_run(d->shop.net) < 0)
			status = refuse("the loop failed");
		else
			log_say(LEVEL_INFO, "stopped");
	}
	stop(d);
	return status;
}

/* --- looking at a store without serving it --- */

static void
say_verified(const char *territory, int64_t seq, int64_t snapshot_seq)
{
	printf("territory %s: %" PRId64 " events, snapshot at %" PRId64 ", equal\n", territory, seq,
	    snapshot_seq);
}

struct dump {
	struct store *store;
	char *why;
};

static int
dump_one(void *arg, const char *territory)
{
	struct dump *d = arg;
	struct state *s = NULL;
	int64_t snapshot;
	char *text;
	int rc = recover_state(d->store, territory, false, &s, &snapshot, d->why, WHY_SIZE);

	if (rc < 0)
		return rc;
	text = state_dump(s);
	state_free(s);
	if (text == NULL)
		return -ENOMEM;
	puts(text);
	free(text);
	return 0;
}

static int
look(const struct options *o)
{
	char why[WHY_SIZE] = "out of memory";
	struct store *st;
	struct dump dump = { .why = why };
	int rc = store_open(o->config.store, o->virtual_clock, &st, why, sizeof(why));

	if (rc < 0)
		return refuse(why);
	dump.store = st;
	if (o->what == DO_VERIFY)
		rc = recover_verify(st, say_verified, why, sizeof(why));
	else
		rc = store_territories(st, dump_one, &dump);
	store_close(st);
	return rc < 0 ? refuse(why) : EXIT_SUCCESS;
}

/* What a start would say of the configuration, and of the texts that it names. */
static int
check_config(const struct options *o)
{
	static const unsigned char no_key[TEMPLATE_KEY_SIZE];
	struct templates *t = NULL;
	char why[WHY_SIZE];

	if (read_templates(o, no_key, &t, why, sizeof(why)) < 0) {
		fprintf(stderr, "evenkeeld: %s\n", why);
		return EXIT_USAGE;
	}
	templates_free(t);
	config_print(&o->config, stdout);
	return EXIT_SUCCESS;
}

/*
 * What forks of a state take and give back is wanted again in a moment: freed memory is kept. Without,
 * the kernel clears the same pages anew for each, which takes longer than the fork itself.
 */
static void
keep_freed_memory(void)
{
#ifdef M_TRIM_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, FREED_PART_BYTES);
	mallopt(M_TRIM_THRESHOLD, FREED_KEPT_BYTES);
#endif
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	char why[WHY_SIZE];

	umask(0077);
	keep_freed_memory();
	if (options_read(&d.opt, argc, argv, why, sizeof(why)) < 0) {
		fprintf(stderr, "evenkeeld: %s\n", why);
		return EXIT_USAGE;
	}
	open_log(&d.opt.config);
	if (sodium_init() < 0)
		return refuse("libsodium does not start");
	switch (d.opt.what) {
	case DO_HELP:
		options_help();
		return EXIT_SUCCESS;
	case DO_VERSION:
		puts("evenkeeld " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	case DO_CHECK_CONFIG:
		return check_config(&d.opt);
	case DO_VERIFY:
	case DO_DUMP_STATE:
		return look(&d.opt);
	default:
		return serve(&d);
	}
}
