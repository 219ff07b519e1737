/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeelctl: global options, the verb, its call, and the exit status. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/args.h"
#include "ctl/csv.h"
#include "ctl/ctl.h"
#include "ctl/help.h"
#include "ctl/show.h"
#include "ctl/verb.h"

enum { PATH_SIZE = 4096, TIMEOUT_MS = 10000 };

/* --- a verb that is one call --- */

static enum exit_code
no_list(const struct verb *v)
{
	fprintf(stderr, "evenkeelctl: %s: --csv needs a result that is a list; --json takes any\n",
	    v->words);
	return EXIT_USAGE;
}

/*
 * Reads the words twice: before connecting, so that a slip is told without a daemon, and
 * after, when times can be read by the daemon's clock.
 */
static enum exit_code
run_method(struct ctl *ctl, const struct verb *v, int argc, char **argv)
{
	char why[512];
	char cmd_id[CLIENT_CMD_ID_SIZE];
	json_t *params = NULL, *result = NULL;
	enum exit_code rc;

	if (ctl->csv && !csv_fits(ctl, v->method))
		return no_list(v);
	if (args_read(ctl, v, argc, argv, &params, why, sizeof(why)) < 0)
		goto usage;
	json_decref(params);
	rc = ctl_connect(ctl);
	if (rc != EXIT_DONE)
		return rc;
	if (args_read(ctl, v, argc, argv, &params, why, sizeof(why)) < 0)
		goto usage;
	if (openrpc_method(ctl->doc, v->method)->writes && json_object_get(params, "cmd_id") == NULL) {
		client_cmd_id(ctl->client, cmd_id);
		json_object_set_new(params, "cmd_id", json_string(cmd_id));
	}
	rc = ctl_call(ctl, v->method, params, &result);
	if (rc != EXIT_DONE)
		return rc;
	if (ctl->json)
		show_json(ctl, result);
	else if (ctl->csv)
		csv_print(ctl, v->method, result);
	else
		v->show(ctl, result);
	json_decref(result);
	return EXIT_DONE;
usage:
	fprintf(stderr, "evenkeelctl: %s: %s\nevenkeelctl %s --help tells more.\n", v->words, why,
	    v->words);
	return EXIT_USAGE;
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
		if (strcmp(argv[i], "--") == 0)
			return false;
	}
	return false;
}

static enum exit_code
run_verb(struct ctl *ctl, int argc, char **argv)
{
	int words;
	const struct verb *v = verb_find(argc, argv, &words);

	if (v == NULL) {
		fprintf(stderr, "evenkeelctl: no such verb: %s%s%s\nevenkeelctl --help lists them.\n",
		    argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
		return EXIT_USAGE;
	}
	if (wants_help(argc - words, argv + words)) {
		help_verb(ctl, v, ctl->out);
		return EXIT_DONE;
	}
	if (v->run != NULL)
		return v->run(ctl, argc - words, argv + words);
	return run_method(ctl, v, argc - words, argv + words);
}

/* --- the token --- */

/* The file named, or the first of the usual ones that is there. */
static int
find_token(const char *named, char **ret, char path[PATH_SIZE])
{
	const char *from_env = getenv("EVENKEEL_TOKEN_FILE");
	const char *home = getenv("HOME");

	if (named == NULL && from_env != NULL && from_env[0] != '\0')
		named = from_env;
	if (named != NULL) {
		snprintf(path, PATH_SIZE, "%s", named);
		return client_read_token(path, ret);
	}
	snprintf(path, PATH_SIZE, "/var/lib/evenkeel/admin.token");
	if (access(path, R_OK) < 0 && home != NULL)
		snprintf(path, PATH_SIZE, "%s/.config/evenkeel/token", home);
	return client_read_token(path, ret);
}

static enum exit_code
learn_token(struct ctl *ctl, const char *named, char **ret_token)
{
	char path[PATH_SIZE];
	int rc = find_token(named, ret_token, path);

	if (rc < 0) {
		fprintf(stderr, "evenkeelctl: no token in %s: %s. Name a file with --token-file or "
		                "EVENKEEL_TOKEN_FILE; the daemon writes admin.token into its state "
		                "directory.\n",
		    path, rc == -EINVAL ? "expected one word" : strerror(-rc));
		return EXIT_USAGE;
	}
	ctl->where.token = *ret_token;
	return EXIT_DONE;
}

/* --- global options --- */

struct options {
	const char *token_file;
	bool help, version, complete;
};

static enum exit_code
wrong_value(const char *option, const char *expected, const char *got)
{
	fprintf(stderr, "evenkeelctl: %s: expected %s, got %s\n", option, expected,
	    got != NULL ? got : "nothing");
	return EXIT_USAGE;
}

/* A whole number from 1 to max; 0 if it is none. */
static long
positive(const char *text, long max)
{
	char *end;
	long n = text != NULL ? strtol(text, &end, 10) : 0;

	return text != NULL && end != text && *end == '\0' && n >= 1 && n <= max ? n : 0;
}

static enum exit_code
take_value(struct ctl *ctl, struct options *o, const char *option, const char *v)
{
	if (v == NULL)
		return wrong_value(option, "a value", v);
	if (strcmp(option, "--host") == 0) {
		ctl->where.host = v;
	} else if (strcmp(option, "--token-file") == 0) {
		o->token_file = v;
	} else if (strcmp(option, "--port") == 0) {
		ctl->where.port = (uint16_t)positive(v, 65535);
		return ctl->where.port != 0 ? EXIT_DONE :
		    wrong_value(option, "a port from 1 to 65535", v);
	} else if (strcmp(option, "--timeout") == 0) {
		ctl->where.timeout_ms = (int)positive(v, 3600) * 1000;
		return ctl->where.timeout_ms != 0 ? EXIT_DONE :
		    wrong_value(option, "seconds from 1 to 3600", v);
	} else {
		fprintf(stderr, "evenkeelctl: no such option: %s\n", option);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Options before the verb. Returns how many words they took in *ret_words. */
static enum exit_code
global_options(struct ctl *ctl, struct options *o, int argc, char **argv, int *ret_words)
{
	int i = 1;
	enum exit_code rc = EXIT_DONE;

	while (rc == EXIT_DONE && i < argc && argv[i][0] == '-' && !o->complete) {
		if (strcmp(argv[i], "--help") == 0)
			o->help = true;
		else if (strcmp(argv[i], "--version") == 0)
			o->version = true;
		else if (strcmp(argv[i], "--json") == 0)
			ctl->json = true;
		else if (strcmp(argv[i], "--csv") == 0)
			ctl->csv = true;
		else if (strcmp(argv[i], "--complete") == 0)
			o->complete = true;
		else if (strncmp(argv[i], "--", 2) == 0)
			rc = take_value(ctl, o, argv[i], argv[i + 1]), i++;
		else
			rc = take_value(ctl, o, argv[i], "");
		i++;
	}
	*ret_words = i < argc ? i : argc;
	return rc;
}

/* Colour and width are for people at a terminal. */
static void
learn_terminal(struct ctl *ctl)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	setlocale(LC_CTYPE, "");
	if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	if (columns != NULL)
		ctl->width = (int)positive(columns, 10000);
	if (!isatty(STDOUT_FILENO))
		return;
	ctl->colour = (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
	if (ctl->width == 0)
		ctl->width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ?
		    size.ws_col : 80;
}

static enum exit_code
run(struct ctl *ctl, int argc, char **argv)
{
	struct options o = { 0 };
	char *token = NULL;
	enum exit_code rc;
	int words = 0;

	rc = global_options(ctl, &o, argc, argv, &words);
	if (rc != EXIT_DONE)
		return rc;
	if (o.help || (words == argc && !o.complete && !o.version)) {
		help_all(ctl, o.help ? ctl->out : stderr);
		return o.help ? EXIT_DONE : EXIT_USAGE;
	}
	if (o.version) {
		fprintf(ctl->out, "evenkeelctl %s\n", PACKAGE_VERSION);
		return EXIT_DONE;
	}
	if (o.complete) {
		help_complete(ctl, argc - words, argv + words);
		return EXIT_DONE;
	}
	ctl->colour = ctl->colour && !ctl->json && !ctl->csv;
	if (!wants_help(argc - words, argv + words))
		rc = learn_token(ctl, o.token_file, &token);
	if (rc == EXIT_DONE)
		rc = run_verb(ctl, argc - words, argv + words);
	ctl->where.token = NULL;
	free(token);
	return rc;
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {
		.out = stdout,
		.where = { .name = "evenkeelctl " PACKAGE_VERSION, .timeout_ms = TIMEOUT_MS,
		    .resume_from = -1 },
	};
	enum exit_code rc = EXIT_USAGE;

	learn_terminal(&ctl);
	ctl.doc = openrpc_new();
	if (ctl.doc != NULL)
		rc = run(&ctl, argc, argv);
	else
		fprintf(stderr, "evenkeelctl: out of memory\n");
	client_close(ctl.client);
	openrpc_free(ctl.doc);
	if (fflush(stdout) != 0 && rc == EXIT_DONE) {
		fprintf(stderr, "evenkeelctl: cannot write: %s\n", strerror(errno));
		rc = EXIT_REFUSED;
	}
	return (int)rc;
}
