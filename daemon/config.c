/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	K_TEXT,   /* any, at least min characters */
	K_ID,     /* letters, digits and ._:- */
	K_CHOICE, /* one of the words of choices */
	K_INT,    /* min to max */
};

#define AT(member) offsetof(struct config, member)

static const struct key {
	const char *name;
	enum kind kind;
	size_t at; /* of the member in struct config */
	int64_t min, max;
	const char *choices;
	const char *def; /* as it would be written in the file */
	const char *help;
} keys[] = {
	{ "store", K_TEXT, AT(store), 1, 0, NULL, "sqlite:///var/lib/evenkeel/evenkeel.db",
	    "Where the journal is kept: sqlite:///PATH, made if missing. Under systemd the default "
	    "is evenkeel.db in the unit's state directory." },
	{ "territory", K_ID, AT(territory), 1, 64, NULL, "main",
	    "Id of the territory that is made in a new store." },
	{ "zone", K_TEXT, AT(zone), 1, 0, NULL, "UTC",
	    "IANA time zone of that territory, e.g. America/New_York." },
	{ "listen_host", K_TEXT, AT(listen_host), 1, 0, NULL, "127.0.0.1",
	    "Address to listen on: 127.0.0.1 or ::1, since the wire is not encrypted." },
	{ "listen_port", K_INT, AT(listen_port), 0, 65535, NULL, "7411",
	    "TCP port; 0 lets the kernel choose, and the log says which." },
	{ "admin_token_file", K_TEXT, AT(admin_token_file), 0, 0, NULL, "",
	    "The local administrator's token, mode 0600, made at the first start. Empty: "
	    "admin.token beside the store." },
	{ "solver", K_TEXT, AT(solver), 0, 0, NULL, "",
	    "Path of evenkeel-solve. Empty: beside the daemon's own program." },
	{ "workers", K_INT, AT(workers), 2, 64, NULL, "2",
	    "Solver processes: one a core, at least two, so that an event never waits behind "
	    "background work." },
	{ "work_limit", K_INT, AT(work_limit), 0, INT64_C(1000000000000), NULL, "0",
	    "Work units a solve may take, for runs that must repeat; 0: bounded by time." },
	{ "seed", K_INT, AT(seed), 0, INT64_MAX, NULL, "1", "Seed of the solver's choices." },
	{ "messages", K_TEXT, AT(messages), 0, 0, NULL, "",
	    "Folder of the texts of messages to customers, a file a language: en.ini. Empty: "
	    "daemon/messages beside the daemon's own program, or else "
	    "../share/evenkeel/messages from there." },
	{ "language", K_TEXT, AT(language), 2, 8, NULL, "en",
	    "Language of messages to customers who named none, or one that there is no file for." },
	{ "tracking_url", K_TEXT, AT(tracking_url), 0, 200, NULL, "",
	    "What the token of a customer's tracking link is put behind to make {link} in a text, "
	    "e.g. https://example.org/visit/. Empty: no text may have {link}." },
	{ "webhook_sender", K_TEXT, AT(webhook_sender), 0, 0, NULL, "",
	    "Path of evenkeel-webhook, which posts messages. Empty: beside the daemon's own "
	    "program." },
	{ "webhook_inner", K_TEXT, AT(webhook_inner), 0, 0, NULL, "",
	    "Inner addresses that webhooks may be posted to, also by plain http: networks like "
	    "10.1.0.0/16, with blanks between. All others inside (loopback, private, link-local) are "
	    "refused." },
	{ "log_level", K_CHOICE, AT(log_level), 0, 0, "error warning info debug", "info",
	    "What is logged: this level and the worse ones." },
	{ "log_format", K_CHOICE, AT(log_format), 0, 0, "auto text journal", "auto",
	    "Lines with time and level, or with the priorities that systemd's journal reads; auto "
	    "finds out." },
	{ "snapshot_events", K_INT, AT(snapshot_events), 100, 10000000, NULL, "10000",
	    "Events after which the state is kept whole, so that a start replays no more than "
	    "these." },
	{ "connections_max", K_INT, AT(connections_max), 5, 16000, NULL, "1000",
	    "Clients at a time; a fifth of them may be without a login." },
	{ "hello_s", K_INT, AT(hello_s), 1, 600, NULL, "10",
	    "Seconds a client has to say session.hello." },
	{ "silence_s", K_INT, AT(silence_s), 1, 3600, NULL, "60",
	    "Seconds of silence after which a client must have pinged; after three times as many "
	    "it is taken for dead." },
	{ "phone_rate", K_INT, AT(phone.rate), 0, 100000, NULL, "5",
	    "Calls a second by a client of role technician; 0: no limit." },
	{ "phone_burst", K_INT, AT(phone.burst), 1, 1000000, NULL, "60",
	    "Calls it may make at once." },
	{ "phone_out_kib", K_INT, AT(phone.out_kib), 16, 1048576, NULL, "256",
	    "KiB of notifications that may wait for it before it is cut." },
	{ "phone_sessions", K_INT, AT(phone.sessions), 1, 1000, NULL, "4",
	    "Its connections at a time, by token." },
	{ "position_rate", K_INT, AT(position_rate), 0, 100000, NULL, "1",
	    "Positions a second by a client of role technician; 0: no limit." },
	{ "position_burst", K_INT, AT(position_burst), 1, 1000000, NULL, "3600",
	    "Positions it may send at once, after a gap." },
	{ "console_rate", K_INT, AT(console.rate), 0, 100000, NULL, "50",
	    "Calls a second by a client of role dispatcher, manager, viewer or admin; 0: no limit." },
	{ "console_burst", K_INT, AT(console.burst), 1, 1000000, NULL, "200",
	    "Calls at once by such a client." },
	{ "console_out_kib", K_INT, AT(console.out_kib), 16, 1048576, NULL, "4096",
	    "KiB of notifications that may wait for it." },
	{ "console_sessions", K_INT, AT(console.sessions), 1, 1000, NULL, "64",
	    "Its connections at a time, by token." },
	{ "integration_rate", K_INT, AT(integration.rate), 0, 100000, NULL, "200",
	    "Calls a second by a client of role integration; 0: no limit." },
	{ "integration_burst", K_INT, AT(integration.burst), 1, 1000000, NULL, "1000",
	    "Calls at once by such a client." },
	{ "integration_out_kib", K_INT, AT(integration.out_kib), 16, 1048576, NULL, "8192",
	    "KiB of notifications that may wait for it." },
	{ "integration_sessions", K_INT, AT(integration.sessions), 1, 1000, NULL, "4",
	    "Its connections at a time, by token." },
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static char *
text_of(struct config *c, const struct key *k)
{
	return (char *)c + k->at;
}

static int64_t *
int_of(struct config *c, const struct key *k)
{
	return (int64_t *)(void *)((char *)c + k->at);
}

/* Levenshtein's edit distance, in one row; names are short. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n >= 64)
		return 64;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[n];
}

static const char *
nearest(const char *name)
{
	size_t best = 0;

	for (size_t i = 1; i < KEYS; i++) {
		if (distance(name, keys[i].name) < distance(name, keys[best].name))
			best = i;
	}
	return keys[best].name;
}

static bool
is_word_of(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == len && strncmp(at, value, len) == 0)
			return true;
		at += word;
	}
	return false;
}

static int
set_int(struct config *c, const struct key *k, const char *value, char *why, size_t why_size)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || v < k->min || v > k->max) {
		snprintf(why, why_size,
		    "%s: expected a whole number from %" PRId64 " to %" PRId64 ", got \"%.40s\"",
		    k->name, k->min, k->max, value);
		return -EINVAL;
	}
	*int_of(c, k) = v;
	return 0;
}

static int
set_text(struct config *c, const struct key *k, const char *value, char *why, size_t why_size)
{
	size_t len = strlen(value), max = k->max != 0 ? (size_t)k->max : CONFIG_TEXT_SIZE - 1;
	const char *id = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";

	if (k->kind == K_CHOICE && !is_word_of(k->choices, value)) {
		snprintf(why, why_size, "%s: expected one of: %s; got \"%.40s\"", k->name,
		    k->choices, value);
		return -EINVAL;
	}
	if (len < (size_t)k->min || len > max ||
	    (k->kind == K_ID && value[strspn(value, id)] != '\0')) {
		snprintf(why, why_size, "%s: expected %s of %d to %zu characters, got \"%.40s\"",
		    k->name, k->kind == K_ID ? "letters, digits and ._:-" : "a text", (int)k->min,
		    max, value);
		return -EINVAL;
	}
	memcpy(text_of(c, k), value, len + 1);
	return 0;
}

int
config_set(struct config *c, const char *key, const char *value, char *why, size_t why_size)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		if (keys[i].kind == K_INT)
			return set_int(c, &keys[i], value, why, why_size);
		return set_text(c, &keys[i], value, why, why_size);
	}
	snprintf(why, why_size, "%.60s: no such key; the nearest is %s", key, nearest(key));
	return -EINVAL;
}

void
config_default(struct config *c)
{
	const char *state = getenv("STATE_DIRECTORY"); /* set by systemd */
	char why[CONFIG_WHY_SIZE];

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < KEYS; i++)
		(void)config_set(c, keys[i].name, keys[i].def, why, sizeof(why));
	if (state != NULL && state[0] == '/' && strlen(state) < CONFIG_TEXT_SIZE - 32)
		snprintf(c->store, sizeof(c->store), "sqlite://%s/evenkeel.db", state);
}

/* What libinih reads and hands over; the first refusal stays. */
struct reading {
	struct config *c;
	FILE *f;
	int line, bad; /* bad: line of the first refusal, 0 none */
	char why[CONFIG_WHY_SIZE];
};

static char *
next_line(char *to, int size, void *arg)
{
	struct reading *r = arg;

	r->line++;
	return fgets(to, size, r->f);
}

static int
on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	char why[CONFIG_WHY_SIZE];

	if (section[0] == '\0' && config_set(r->c, name, value, why, sizeof(why)) == 0)
		return 1;
	if (section[0] != '\0')
		snprintf(why, sizeof(why), "there are no sections: take [%.40s] away", section);
	if (r->bad == 0) {
		r->bad = r->line;
		memcpy(r->why, why, sizeof(why));
	}
	return 0;
}

int
config_read(struct config *c, const char *path, char *why, size_t why_size)
{
	struct reading r = { .c = c, .f = fopen(path, "re") };
	int line;

	if (r.f == NULL) {
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
		return -errno;
	}
	line = ini_parse_stream(next_line, &r, on_line, &r);
	fclose(r.f);
	if (line == 0)
		return 0;
	if (line < 0)
		return -ENOMEM;
	if (line != r.bad) /* libinih itself could not read it */
		snprintf(r.why, sizeof(r.why), "expected KEY = VALUE");
	snprintf(why, why_size, "%s, line %d: %.300s", path, line, r.why);
	return -EINVAL;
}

/* Help as comment lines of at most 90 columns. */
static void
print_help(const char *help, FILE *to)
{
	size_t column = 0;

	for (const char *at = help; *at != '\0'; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (column == 0 || column + 1 + word > 90)
			column = (size_t)fprintf(to, "\n# ") - 1;
		else
			column += (size_t)fprintf(to, " ");
		column += word;
		fwrite(at, 1, word, to);
		at += word;
	}
	if (help[0] != '\0')
		fprintf(to, "\n");
}

void
config_print(const struct config *c, FILE *to)
{
	for (size_t i = 0; i < KEYS; i++) {
		const char *at = (const char *)c + keys[i].at;

		print_help(keys[i].help, to);
		if (keys[i].kind == K_INT)
			fprintf(to, "%s = %" PRId64 "\n", keys[i].name,
			    *(const int64_t *)(const void *)at);
		else
			fprintf(to, "%s = %s\n", keys[i].name, at);
	}
}

const char *
config_key(size_t i, const char **ret_help)
{
	if (i >= KEYS)
		return NULL;
	*ret_help = keys[i].help;
	return keys[i].name;
}
