/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exec.h"

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_LONG,
	KIND_SECONDS,
	KIND_SEED,
	KIND_SPEED,
	KIND_POLICY,
	KIND_GUIDELINE,
	KIND_FLAG
};

enum { INSTANCE_FILES = 2 }; /* an instance and its releases */

enum {
	RUN = 1,
	COMPARE = 2,
	DEMO = 4,
	LOAD = 8,
	DYNAMIC = 16,
	SEASON = 32,
	RECEIVE = 256,
	REPLAY = RUN | COMPARE | DEMO
};

struct option_def {
	const char *name;
	enum kind kind;
	int commands;  /* that know it */
	size_t offset; /* of the member of struct options */
	int32_t least, most;
};

static const struct option_def defs[] = {
	{ "day", KIND_TEXT, REPLAY | SEASON, offsetof(struct options, day), 0, 0 },
	{ "date", KIND_TEXT, REPLAY | SEASON, offsetof(struct options, date), 0, 0 },
	{ "zone", KIND_TEXT, REPLAY | SEASON, offsetof(struct options, zone), 0, 0 },
	{ "fleet", KIND_TEXT, REPLAY, offsetof(struct options, fleet), 0, 0 },
	{ "save-fleet", KIND_TEXT, RUN | COMPARE, offsetof(struct options, save_fleet), 0, 0 },
	{ "days", KIND_NUMBER, SEASON, offsetof(struct options, days), 1, 400 },
	{ "train", KIND_NUMBER, SEASON, offsetof(struct options, train), 0, 400 },
	{ "ways", KIND_FLAG, SEASON, offsetof(struct options, ways), 0, 0 },
	{ "json", KIND_TEXT, RUN | COMPARE | LOAD | DYNAMIC | SEASON, offsetof(struct options, json), 0, 0 },
	{ "bindir", KIND_TEXT, REPLAY | LOAD | DYNAMIC | SEASON, offsetof(struct options, bindir), 0, 0 },
	{ "state", KIND_TEXT, REPLAY | LOAD | SEASON, offsetof(struct options, state), 0, 0 },
	{ "policy", KIND_POLICY, RUN | COMPARE, 0, 0, 0 },
	{ "technicians", KIND_NUMBER, REPLAY | LOAD | SEASON, offsetof(struct options, technicians), 1,
	    1000 },
	{ "seed", KIND_SEED, REPLAY | LOAD | DYNAMIC | SEASON, offsetof(struct options, seed), 0, 0 },
	{ "speed", KIND_SPEED, REPLAY, offsetof(struct options, speed), 0, 0 },
	{ "guideline", KIND_GUIDELINE, REPLAY | LOAD | SEASON, 0, 0, 0 },
	{ "open", KIND_NUMBER, LOAD, offsetof(struct options, open), 1, 10000 },
	{ "events", KIND_NUMBER, LOAD, offsetof(struct options, events), 10, 100000 },
	{ "exec-limit", KIND_NUMBER, RUN | COMPARE, offsetof(struct options, exec_limit_s), 1,
	    3600 },
	{ "exec-steps", KIND_FLAG, RUN | COMPARE, offsetof(struct options, exec_steps), 0, 0 },
	{ "customers-answer", KIND_FLAG, REPLAY | SEASON, offsetof(struct options, customers_answer), 0, 0 },
	{ "contracts", KIND_FLAG, REPLAY | SEASON, offsetof(struct options, contracts), 0, 0 },
	{ "port", KIND_NUMBER, RECEIVE, offsetof(struct options, port), 0, 65535 },
	{ "secret", KIND_TEXT, RECEIVE, offsetof(struct options, secret), 0, 0 },
	{ "fail", KIND_NUMBER, RECEIVE, offsetof(struct options, fail), 0, 1000000 },
	{ "count", KIND_NUMBER, RECEIVE, offsetof(struct options, count), 1, 1000000 },
	{ "set", KIND_TEXT, DYNAMIC, offsetof(struct options, set), 0, 0 },
	{ "data", KIND_TEXT, DYNAMIC, offsetof(struct options, data), 0, 0 },
	{ "only", KIND_TEXT, DYNAMIC, offsetof(struct options, only), 0, 0 },
	{ "routes", KIND_TEXT, DYNAMIC, offsetof(struct options, routes), 0, 0 },
	{ "edit-price", KIND_TEXT, DYNAMIC, offsetof(struct options, edit_price), 0, 0 },
	{ "share", KIND_NUMBER, DYNAMIC, offsetof(struct options, share), 1, 100 },
	{ "hold", KIND_NUMBER, DYNAMIC, offsetof(struct options, hold_pct), 0, 100 },
	{ "start", KIND_NUMBER, DYNAMIC, offsetof(struct options, start_times), 1, 1000 },
	{ "time", KIND_SECONDS, DYNAMIC, offsetof(struct options, time_ms), 0, 0 },
	{ "work", KIND_LONG, DYNAMIC, offsetof(struct options, work), 0, 0 },
	{ "quiet", KIND_FLAG, RUN | COMPARE | LOAD | DYNAMIC | SEASON, offsetof(struct options, quiet), 0, 0 },
};

static const struct {
	const char *name;
	enum command command;
	int bit;
} commands[] = {
	{ "run", COMMAND_RUN, RUN },
	{ "compare", COMMAND_COMPARE, COMPARE },
	{ "demo", COMMAND_DEMO, DEMO },
	{ "load", COMMAND_LOAD, LOAD },
	{ "dynamic", COMMAND_DYNAMIC, DYNAMIC },
	{ "receive", COMMAND_RECEIVE, RECEIVE },
	{ "season", COMMAND_SEASON, SEASON },
	{ "help", COMMAND_HELP, 0 },
	{ "--help", COMMAND_HELP, 0 },
	{ "-h", COMMAND_HELP, 0 },
	{ "--version", COMMAND_VERSION, 0 },
};

void
options_help(FILE *out)
{
	fputs(
	    "usage: evenkeel-sim run     --day FILE.csv [OPTION]...\n"
	    "       evenkeel-sim compare --day FILE.csv --policy P --policy P... [OPTION]...\n"
	    "       evenkeel-sim demo    --day FILE.csv --state DIR [OPTION]...\n"
	    "       evenkeel-sim load    [--technicians N] [--open N] [--events N] [OPTION]...\n"
	    "       evenkeel-sim dynamic --set S INSTANCE.txt NAME_rd_P.txt [OPTION]...\n"
	    "       evenkeel-sim dynamic --set S --data DIR [OPTION]...\n"
	    "       evenkeel-sim season  --day FILE.csv [--date D --days N] [FILE.csv]... [OPTION]...\n"
	    "       evenkeel-sim receive [--port N] [--secret whsec_...] [OPTION]...\n"
	    "\n"
	    "Replays a day of calls in virtual time and scores a policy; or many days one after another,\n"
	    "with quotes; or plays published instances whose requests become known during the day.\n"
	    "\n"
	    "  --day FILE          a CSV of calls: id, opened_at, lat, lon, ... (not compressed)\n"
	    "  --date YYYY-MM-DD   the day, if the file holds several (else its busiest)\n"
	    "  --zone NAME         its time zone (else that of the calls' agency, or of their offset)\n"
	    "  --technicians N     size of the fleet (else as many as the work needs)\n"
	    "  --fleet FILE        technicians from a file: parameters of technician.add, one a line\n"
	    "  --save-fleet FILE   writes the fleet so\n"
	    "  --seed S            of the fleet and of all that happens by chance (1)\n"
	    "  --policy P          evenkeel (the real daemon), nearest, fixed, or exec:COMMAND: a solver\n"
	    "                      that reads and writes VROOM's JSON; compare: repeated\n"
	    "  --exec-limit S      seconds for one answer of COMMAND (30)\n"
	    "  --exec-steps        tells COMMAND the routes as they stand, as steps of the vehicles\n"
	    "  --customers-answer  customers say whether the time they are told suits them\n"
	    "  --contracts         customers have contracts, which decide what goodwill is offered\n"
	    "  --speed X|max       simulated seconds a second (max)\n"
	    "  --json FILE         the result, - for standard output\n"
	    "  --bindir DIR        where evenkeeld is (beside this program)\n"
	    "  --state DIR         where the daemon's store is made and kept (else a folder for the while)\n"
	    "  --guideline NAME=N  sets a guideline first, for every policy; repeated for several\n"
	    "  --open N --events N (load) open calls, and events that are timed\n"
	    "  --set S             (dynamic) trsp or dvrptw\n"
	    "  --data DIR          plays all instances of the set below this folder\n"
	    "  --only NAME, --share P  of these, one instance, one percentage of dynamic requests\n"
	    "  --time S, --work N  limits of each solve: seconds (0.2), work units\n"
	    "  --start N           the first plan has so many times that (10)\n"
	    "  --hold P            how long to wait with setting out, percent of what is possible\n"
	    "  --edit-price X,Y... (dvrptw) distance that a departure from the first plan must save (1)\n"
	    "  --routes DIR        writes the routes driven, for checking them\n"
	    "  --days N, --train N (season) days of the file from --date on; the first so many are to learn\n"
	    "                      from, the others are scored; more files are a day each\n"
	    "  --ways              (season) kinds of work, and technicians with them, have ways of their own\n"
	    "  --port N            (receive) listens for webhooks there, on 127.0.0.1 (any free port)\n"
	    "  --secret S          checks signatures with it, as webhook.put said it\n"
	    "  --fail N            answers the first N posts with an error\n"
	    "  --count N           ends after so many messages\n"
	    "  --quiet             no progress, no table\n"
	    "\n"
	    "Exit status: 0 done, 1 it failed on the way, 2 usage, 3 bad input.\n",
	    out);
}

static const struct option_def *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(defs) / sizeof(defs[0]); i++)
		if (strlen(defs[i].name) == len && strncmp(defs[i].name, name, len) == 0)
			return &defs[i];
	return NULL;
}

static int
read_number(const struct option_def *d, const char *text, struct options *o, FILE *err)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < d->least || n > d->most) {
		fprintf(err,
		    "evenkeel-sim: --%s: expected a whole number from %d to %d, got '%s'\n",
		    d->name, (int)d->least, (int)d->most, text);
		return -EINVAL;
	}
	*(int32_t *)((char *)o + d->offset) = (int32_t)n;
	return 0;
}

static int
read_long(const struct option_def *d, const char *text, struct options *o, FILE *err)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 1) {
		fprintf(err, "evenkeel-sim: --%s: expected a whole number from 1, got '%s'\n",
		    d->name, text);
		return -EINVAL;
	}
	*(int64_t *)((char *)o + d->offset) = n;
	return 0;
}

static int
read_seconds(const struct option_def *d, const char *text, struct options *o, FILE *err)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end != '\0' || !(s >= 0.001 && s <= 86400)) {
		fprintf(err, "evenkeel-sim: --%s: expected seconds from 0.001, got '%s'\n", d->name,
		    text);
		return -EINVAL;
	}
	*(int64_t *)((char *)o + d->offset) = (int64_t)(s * 1000 + 0.5);
	return 0;
}

static int
read_speed(const char *text, struct options *o, FILE *err)
{
	char *end;

	o->speed_given = true;
	o->speed = 0;
	if (strcmp(text, "max") == 0)
		return 0;
	o->speed = strtod(text, &end);
	if (end == text || *end != '\0' || !(o->speed > 0 && o->speed <= 1e6)) {
		fprintf(err, "evenkeel-sim: --speed: expected a number above 0, or max, got '%s'\n",
		    text);
		return -EINVAL;
	}
	return 0;
}

static int
read_policy(const char *text, struct options *o, FILE *err)
{
	size_t prefix = strlen(EXEC_PREFIX);
	bool exec = strncmp(text, EXEC_PREFIX, prefix) == 0 && text[prefix] != '\0';

	if (!exec && strcmp(text, "evenkeel") != 0 && strcmp(text, "nearest") != 0 &&
	    strcmp(text, "fixed") != 0) {
		fprintf(err,
		    "evenkeel-sim: --policy: expected evenkeel, nearest, fixed or exec:COMMAND,"
		    " got '%s'\n",
		    text);
		return -EINVAL;
	}
	if (o->policies == OPTIONS_POLICIES_MAX) {
		fprintf(err, "evenkeel-sim: --policy: at most %d\n", OPTIONS_POLICIES_MAX);
		return -EINVAL;
	}
	o->policy[o->policies++] = text;
	return 0;
}

int
options_guideline(struct options *o, const char *text)
{
	const char *value = strchr(text, '=');
	size_t len = value != NULL ? (size_t)(value - text) : 0;
	struct options_guideline g = { 0 };
	char *end;
	long n;

	if (len == 0 || len >= sizeof(g.name))
		return -EINVAL;
	memcpy(g.name, text, len);
	n = strtol(value + 1, &end, 10);
	if (end == value + 1 || *end != '\0' || n < INT32_MIN || n > INT32_MAX)
		return -EINVAL;
	g.value = (int32_t)n;
	for (int32_t i = 0; i < o->guidelines; i++)
		if (strcmp(o->guideline[i].name, g.name) == 0)
			return 0;
	if (o->guidelines == OPTIONS_GUIDELINES_MAX)
		return -ENOSPC;
	o->guideline[o->guidelines++] = g;
	return 0;
}

static int
read_guideline(const char *text, struct options *o, FILE *err)
{
	if (options_guideline(o, text) == 0)
		return 0;
	fprintf(err,
	    "evenkeel-sim: --guideline: expected NAME=N, such as tell_ahead_s=3600 (at most %d),"
	    " got '%s'\n",
	    OPTIONS_GUIDELINES_MAX, text);
	return -EINVAL;
}

static int
read_value(const struct option_def *d, const char *text, struct options *o, FILE *err)
{
	char *end;

	switch (d->kind) {
	case KIND_TEXT:
		*(const char **)((char *)o + d->offset) = text;
		return 0;
	case KIND_NUMBER:
		return read_number(d, text, o, err);
	case KIND_LONG:
		return read_long(d, text, o, err);
	case KIND_SECONDS:
		return read_seconds(d, text, o, err);
	case KIND_SPEED:
		return read_speed(text, o, err);
	case KIND_POLICY:
		return read_policy(text, o, err);
	case KIND_GUIDELINE:
		return read_guideline(text, o, err);
	case KIND_SEED:
		errno = 0;
		o->seed = strtoull(text, &end, 10);
		if (end != text && *end == '\0' && *text != '-' && errno == 0 &&
		    o->seed <= INT64_MAX)
			return 0;
		fprintf(err, "evenkeel-sim: --seed: expected a whole number, got '%s'\n", text);
		return -EINVAL;
	default:
		return -EINVAL;
	}
}

/* One option and its value, as --name value or --name=value. Moves *i past them. */
static int
read_option(int argc, char **argv, int *i, int bit, struct options *o, FILE *err)
{
	const char *arg = argv[*i], *value = strchr(arg, '=');
	const struct option_def *d = strncmp(arg, "--", 2) != 0
	    ? NULL
	    : find(arg + 2, value != NULL ? (size_t)(value - arg - 2) : strlen(arg + 2));

	if (strcmp(arg, "--help") == 0) {
		o->command = COMMAND_HELP;
		(*i)++;
		return 0;
	}
	if (d == NULL || (d->commands & bit) == 0) {
		fprintf(err, "evenkeel-sim: '%s' is not known here: see evenkeel-sim --help\n",
		    arg);
		return -EINVAL;
	}
	++*i;
	if (d->kind == KIND_FLAG) {
		*(bool *)((char *)o + d->offset) = true;
		return 0;
	}
	if (value != NULL)
		return read_value(d, value + 1, o, err);
	if (*i >= argc) {
		fprintf(err, "evenkeel-sim: --%s needs a value\n", d->name);
		return -EINVAL;
	}
	return read_value(d, argv[(*i)++], o, err);
}

static int
check_dynamic(struct options *o, FILE *err)
{
	if (o->set == NULL) {
		fputs("evenkeel-sim: --set is missing: trsp or dvrptw?\n", err);
		return -EINVAL;
	}
	if (o->files != (o->data != NULL ? 0 : INSTANCE_FILES)) {
		fputs("evenkeel-sim: expected an instance and its releases, or --data DIR\n", err);
		return -EINVAL;
	}
	if (o->time_ms == 0 && o->work == 0)
		o->time_ms = 200;
	return 0;
}

static int
check(struct options *o, FILE *err)
{
	if (o->command == COMMAND_LOAD || o->command == COMMAND_RECEIVE || o->command == COMMAND_HELP)
		return 0;
	if (o->command == COMMAND_DYNAMIC)
		return check_dynamic(o, err);
	if (o->day == NULL) {
		fputs("evenkeel-sim: --day FILE.csv is missing: which day is to be replayed?\n",
		    err);
		return -EINVAL;
	}
	if (o->command == COMMAND_DEMO && o->state == NULL) {
		fputs("evenkeel-sim: --state DIR is missing: where is the store to be kept?\n",
		    err);
		return -EINVAL;
	}
	if (o->fleet != NULL && o->technicians != 0) {
		fputs("evenkeel-sim: --fleet and --technicians exclude each other\n", err);
		return -EINVAL;
	}
	if (o->command == COMMAND_RUN && o->policies > 1) {
		fputs("evenkeel-sim: run takes one --policy: use compare for several\n", err);
		return -EINVAL;
	}
	if (o->policies == 0 && o->command == COMMAND_COMPARE) {
		o->policy[0] = "nearest";
		o->policy[1] = "fixed";
		o->policy[2] = "evenkeel";
		o->policies = 3;
	} else if (o->policies == 0) {
		o->policy[0] = "evenkeel";
		o->policies = 1;
	}
	return 0;
}

int
options_read(int argc, char **argv, struct options *ret, FILE *err)
{
	struct options o = { .seed = 1,
		.open = 600,
		.events = 500,
		.exec_limit_s = 30,
		.edit_price = "1",
		.start_times = 10,
		.days = 1 };
	int bit = -1, i = 2;

	for (size_t c = 0; argc > 1 && c < sizeof(commands) / sizeof(commands[0]); c++)
		if (strcmp(argv[1], commands[c].name) == 0) {
			o.command = commands[c].command;
			bit = commands[c].bit;
		}
	if (bit < 0) {
		fprintf(err,
		    "evenkeel-sim: expected run, compare, demo, load, dynamic, season or receive: see"
		    " evenkeel-sim --help\n");
		return -EINVAL;
	}
	while (bit > 0 && i < argc)
		if ((bit & (DYNAMIC | SEASON)) != 0 && argv[i][0] != '-' && o.files < OPTIONS_FILES_MAX)
			o.file[o.files++] = argv[i++];
		else if (read_option(argc, argv, &i, bit, &o, err) < 0)
			return -EINVAL;
	if (bit > 0 && check(&o, err) < 0)
		return -EINVAL;
	*ret = o;
	return 0;
}
