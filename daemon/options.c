/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/guard.h"
#include "proto/when.h"

enum {
	OPT_CONFIG = 256,
	OPT_CHECK,
	OPT_STORE,
	OPT_CLOCK,
	OPT_START,
	OPT_BEHIND,
	OPT_HOST,
	OPT_PORT,
	OPT_PORT_FILE,
	OPT_SET,
	OPT_VERIFY,
	OPT_DUMP,
	OPT_HELP,
	OPT_VERSION
};

static const struct option longs[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "check-config", no_argument, NULL, OPT_CHECK },
	{ "store", required_argument, NULL, OPT_STORE },
	{ "clock", required_argument, NULL, OPT_CLOCK },
	{ "clock-start", required_argument, NULL, OPT_START },
	{ "allow-clock-behind", no_argument, NULL, OPT_BEHIND },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "port-file", required_argument, NULL, OPT_PORT_FILE },
	{ "set", required_argument, NULL, OPT_SET },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "dump-state", no_argument, NULL, OPT_DUMP },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

void
options_help(void)
{
	puts(
	    "Usage: evenkeeld [OPTION]...\n"
	    "The dispatch daemon: keeps the journal, plans, and answers its clients.\n"
	    "\n"
	    "  --config FILE         read the configuration from FILE\n"
	    "  --check-config        check the configuration, print it whole, and end\n"
	    "  --store URL           keep the journal in URL: sqlite:///PATH\n"
	    "  --clock real|virtual  virtual: moved by clock.advance only, on a scratch store\n"
	    "  --clock-start TIME    where a virtual clock starts, e.g. 2011-09-21T06:00:00-04:00\n"
	    "  --allow-clock-behind  start although the machine's clock is behind the journal\n"
	    "  --host ADDRESS        listen there: 127.0.0.1 or ::1\n"
	    "  --port N              listen on this port; 0: any free one\n"
	    "  --port-file FILE      write the port to FILE once it listens\n"
	    "  --set KEY=VALUE       any key of the configuration\n"
	    "  --verify              replay the store's journal, compare with its snapshot, and end\n"
	    "  --dump-state          print each territory's state as JSON, a line each, and end\n"
	    "  --help, --version\n"
	    "\n"
	    "Ends with 0: as asked; 1: it could not start; 2: usage or configuration; 75: the store\n"
	    "failed, start again.");
}

static int
set_pair(struct config *c, const char *pair, char *why, size_t why_size)
{
	const char *equals = strchr(pair, '=');
	char key[64];

	if (equals == NULL || (size_t)(equals - pair) >= sizeof(key)) {
		snprintf(why, why_size, "--set %.80s: expected KEY=VALUE", pair);
		return -EINVAL;
	}
	memcpy(key, pair, (size_t)(equals - pair));
	key[equals - pair] = '\0';
	return config_set(c, key, equals + 1, why, why_size);
}

static int
set_clock(struct options *o, const char *value, char *why, size_t why_size)
{
	if (strcmp(value, "virtual") != 0 && strcmp(value, "real") != 0) {
		snprintf(why, why_size, "--clock %.40s: expected real or virtual", value);
		return -EINVAL;
	}
	o->virtual_clock = strcmp(value, "virtual") == 0;
	return 0;
}

static int
take_option(struct options *o, int opt, const char *value, char *why, size_t why_size)
{
	struct config *c = &o->config;

	switch (opt) {
	case OPT_CONFIG:
		return 0; /* read before, so that the other options stand above it */
	case OPT_CHECK:
		o->what = DO_CHECK_CONFIG;
		return 0;
	case OPT_STORE:
		return config_set(c, "store", value, why, why_size);
	case OPT_CLOCK:
		return set_clock(o, value, why, why_size);
	case OPT_START:
		if (when_parse(value, &o->clock_start_s) == 0)
			return 0;
		snprintf(why, why_size,
		    "--clock-start %.40s: expected a time like "
		    "2011-09-21T06:00:00-04:00",
		    value);
		return -EINVAL;
	case OPT_BEHIND:
		o->allow_clock_behind = true;
		return 0;
	case OPT_HOST:
		return config_set(c, "listen_host", value, why, why_size);
	case OPT_PORT:
		return config_set(c, "listen_port", value, why, why_size);
	case OPT_PORT_FILE:
		snprintf(o->port_file, sizeof(o->port_file), "%s", value);
		return 0;
	case OPT_SET:
		return set_pair(c, value, why, why_size);
	case OPT_VERIFY:
		o->what = DO_VERIFY;
		return 0;
	case OPT_DUMP:
		o->what = DO_DUMP_STATE;
		return 0;
	case OPT_HELP:
		o->what = DO_HELP;
		return 0;
	default:
		o->what = DO_VERSION;
		return 0;
	}
}

static int
bad_option(char *why, size_t why_size, char **argv)
{
	snprintf(why, why_size,
	    "%.80s: no such option, or its value is missing (--help lists them)", argv[optind - 1]);
	return -EINVAL;
}

/* The file first, wherever it stands on the command line. */
static int
read_file(struct options *o, int argc, char **argv, char *why, size_t why_size)
{
	int opt;

	opterr = 0;
	optind = 1;
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (opt == '?')
			return bad_option(why, why_size, argv);
		if (opt == OPT_CONFIG && config_read(&o->config, optarg, why, why_size) < 0)
			return -EINVAL;
	}
	return 0;
}

static int
check_together(struct options *o, char *why, size_t why_size)
{
	const char *host = o->config.listen_host;
	struct guard guard;
	char wrong[160];
	int32_t offset;

	if (strcmp(host, "localhost") == 0)
		strcpy(o->config.listen_host, "127.0.0.1");
	if (strncmp(host, "127.", 4) != 0 && strcmp(host, "::1") != 0) {
		snprintf(why, why_size,
		    "listen_host %.60s: only 127.0.0.1 and ::1 are listened on, since "
		    "the wire is not encrypted; reach it from elsewhere through a tunnel",
		    host);
		return -EINVAL;
	}
	if (o->clock_start_s >= 0 && !o->virtual_clock) {
		snprintf(why, why_size,
		    "--clock-start is for --clock virtual: the real clock has its time");
		return -EINVAL;
	}
	if (guard_read(&guard, o->config.webhook_inner, wrong, sizeof(wrong)) < 0) {
		snprintf(why, why_size, "webhook_inner: %s", wrong);
		return -EINVAL;
	}
	if (when_offset(0, o->config.zone, &offset) < 0) {
		snprintf(why, why_size,
		    "zone: expected an IANA time zone like America/New_York (package "
		    "tzdata), got \"%.60s\"",
		    o->config.zone);
		return -EINVAL;
	}
	return 0;
}

/* The directory of a file, with its slash. */
static void
beside(const char *path, const char *name, char ret[CONFIG_TEXT_SIZE])
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? 0 : (int)(slash - path) + 1;

	snprintf(ret, CONFIG_TEXT_SIZE, "%.*s%s", len, path, name);
}

/* As it was built, or as it was installed. */
static void
find_messages(const char *self, char ret[CONFIG_TEXT_SIZE])
{
	beside(self, "daemon/messages", ret);
	if (access(ret, R_OK) != 0)
		beside(self, "../share/evenkeel/messages", ret);
}

static void
work_out_defaults(struct options *o)
{
	const struct config *c = &o->config;
	char self[CONFIG_TEXT_SIZE] = "";
	bool known = readlink("/proc/self/exe", self, sizeof(self) - 1) > 0;

	snprintf(o->admin_token_file, sizeof(o->admin_token_file), "%s", c->admin_token_file);
	if (c->admin_token_file[0] == '\0' && strncmp(c->store, "sqlite://", 9) == 0)
		beside(c->store + 9, "admin.token", o->admin_token_file);
	snprintf(o->solver, sizeof(o->solver), "%s", c->solver);
	if (c->solver[0] == '\0' && known)
		beside(self, "evenkeel-solve", o->solver);
	snprintf(o->webhook_sender, sizeof(o->webhook_sender), "%s", c->webhook_sender);
	if (c->webhook_sender[0] == '\0' && known)
		beside(self, "evenkeel-webhook", o->webhook_sender);
	snprintf(o->messages, sizeof(o->messages), "%s", c->messages);
	if (c->messages[0] == '\0' && known)
		find_messages(self, o->messages);
}

int
options_read(struct options *o, int argc, char **argv, char *why, size_t why_size)
{
	int opt, rc;

	memset(o, 0, sizeof(*o));
	o->clock_start_s = -1;
	config_default(&o->config);
	rc = read_file(o, argc, argv, why, why_size);
	optind = 1;
	while (rc == 0 && (opt = getopt_long(argc, argv, "", longs, NULL)) != -1)
		rc = take_option(o, opt, optarg, why, why_size);
	if (rc == 0 && optind < argc) {
		snprintf(why, why_size, "%.80s: there is nothing but options (--help)",
		    argv[optind]);
		rc = -EINVAL;
	}
	if (rc == 0)
		rc = check_together(o, why, why_size);
	if (rc == 0)
		work_out_defaults(o);
	return rc;
}
