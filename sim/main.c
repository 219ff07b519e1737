/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeel-sim: replays a day of calls and scores policies. See evenkeel-sim(1). */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/demo.h"
#include "sim/dynamic_run.h"
#include "sim/load.h"
#include "sim/options.h"
#include "sim/receive.h"
#include "sim/replay.h"
#include "sim/season.h"
#include "sim/table.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INPUT = 3 };

static volatile int stopped;

static void
on_signal(int signo)
{
	(void)signo;
	stopped = 1;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
describe(const struct replay *r, FILE *out)
{
	fprintf(out, "%s: %d calls, %d technicians (%s; work is %.0f %% of their time)\n",
	    r->day.name, (int)r->day.calls, (int)r->fleet.techs,
	    r->options.fleet != NULL ? "from the file"
		: r->fleet.fitted    ? "as many as fit"
				     : "as many as were asked for",
	    r->fleet.load * 100);
	if (r->day.days > 1)
		fprintf(out, "the file holds %d days; this is %s\n", (int)r->day.days, r->day.date);
	if (r->day.no_position + r->day.bad_rows > 0)
		fprintf(out, "left out: %d without a position, %d that cannot be read\n",
		    (int)r->day.no_position, (int)r->day.bad_rows);
}

/* A line that shows how far the day is, on a terminal only. */
static void
show_time(void *arg, const struct desk *d, int64_t now_s)
{
	const char *policy = arg;
	int64_t s = now_s - d->day->midnight_s;

	if (now_s % 900 == 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s %02d:%02d ", policy, (int)(s / 3600), (int)(s / 60 % 60));
}

static int
play(const struct replay *r, const char *policy, struct outcome *ret)
{
	char why[1024], name[32];
	struct watch watch = { .time = show_time, .arg = name };
	int rc;

	snprintf(name, sizeof(name), "%s", policy);
	rc = replay_policy(r, policy, r->options.quiet ? NULL : &watch, &stopped, ret, why,
	    sizeof(why));
	if (!r->options.quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (rc < 0 && rc != -ECANCELED)
		fprintf(stderr, "evenkeel-sim: %s: %s\n", policy, why);
	if (rc == 0 && ret->refusals > 0)
		fprintf(stderr, "evenkeel-sim: %s refused %d reports, first: %s\n", policy,
		    (int)ret->refusals, ret->first_refusal);
	if (rc == 0 && ret->worst[0] != '\0')
		fprintf(stderr, "evenkeel-sim: %s: over its budget: %s\n", policy, ret->worst);
	if (rc == 0 && ret->odd[0] != '\0')
		fprintf(stderr, "evenkeel-sim: %s: called forced, not found so: %s\n", policy,
		    ret->odd);
	if (rc == 0 && ret->failed > 0)
		fprintf(stderr, "evenkeel-sim: %s: no usable answer to %d of %d questions, first: %s\n",
		    policy, (int)ret->failed, (int)ret->asked, ret->first_failure);
	return rc;
}

static int
write_json(const char *path, const json_t *j)
{
	FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	int rc = 0;

	if (out == NULL || json_dumpf(j, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF)
		rc = -EIO;
	if (out != NULL && out != stdout && fclose(out) != 0)
		rc = -EIO;
	if (rc < 0)
		fprintf(stderr, "evenkeel-sim: %s cannot be written\n", path);
	return rc;
}

/* Plays all policies; their results go into a list, for run into one object. */
static int
run(const struct options *o, struct replay *r)
{
	struct figures figures[OPTIONS_POLICIES_MAX];
	struct style style = style_of(stdout);
	json_t *results = json_array();
	int rc = 0;

	if (!o->quiet)
		describe(r, stderr);
	for (int32_t i = 0; rc == 0 && i < o->policies; i++) {
		struct outcome out = { 0 };

		rc = play(r, o->policy[i], &out);
		figures[i] = out.figures;
		if (rc == 0)
			json_array_append(results, out.result);
		json_decref(out.result);
	}
	if (rc == 0 && !o->quiet && (o->json == NULL || strcmp(o->json, "-") != 0))
		table_print(stdout, &style, o->policy, figures, o->policies);
	if (rc == 0 && o->json != NULL)
		rc = write_json(o->json,
		    o->command == COMMAND_RUN ? json_array_get(results, 0) : results);
	json_decref(results);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int
play_dynamic(const struct options *o)
{
	int rc = dynamic_run(o, &stopped);

	return rc == 0 ? EXIT_DONE : rc == -EINVAL ? EXIT_INPUT : EXIT_FAILED;
}

static int
play_season(const struct options *o)
{
	int rc = season_run(o, &stopped);

	return rc == 0 ? EXIT_DONE : rc == -EINVAL ? EXIT_INPUT : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	struct options o;
	struct replay r;
	char why[1024];
	int status;

	setlocale(LC_CTYPE, "");
	if (sodium_init() < 0 || options_read(argc, argv, &o, stderr) < 0)
		return EXIT_USAGE;
	if (o.command == COMMAND_HELP || o.command == COMMAND_VERSION) {
		if (o.command == COMMAND_HELP)
			options_help(stdout);
		else
			puts("evenkeel-sim " PACKAGE_VERSION);
		return EXIT_DONE;
	}
	catch_signals();
	if (o.command == COMMAND_LOAD)
		return load_run(&o, &stopped) < 0 ? EXIT_FAILED : EXIT_DONE;
	if (o.command == COMMAND_RECEIVE)
		return receive_run(&o, &stopped) < 0 ? EXIT_FAILED : EXIT_DONE;
	if (o.command == COMMAND_DYNAMIC)
		return play_dynamic(&o);
	if (o.command == COMMAND_SEASON)
		return play_season(&o);
	if (replay_load(&o, &r, why, sizeof(why)) < 0) {
		fprintf(stderr, "evenkeel-sim: %s\n", why);
		return EXIT_INPUT;
	}
	status = o.command == COMMAND_DEMO ? demo_run(&r, &stopped) < 0 ? EXIT_FAILED : EXIT_DONE
					   : run(&o, &r);
	replay_done(&r);
	return status;
}
