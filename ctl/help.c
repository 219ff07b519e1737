/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/help.h"

#include <ctype.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/text.h"

static const char *
verb_help(const struct ctl *ctl, const struct verb *v)
{
	return v->help != NULL ? v->help : openrpc_method(ctl->doc, v->method)->summary;
}

enum { INDENT = 35, WIDTH = 90 };

/* What is explained on the left, the explanation on the right. */
static void
print_entry(const struct ctl *ctl, FILE *out, const char *head, const char *text)
{
	fprintf(out, "  %-*s ", INDENT - 3, head);
	if (strlen(head) > INDENT - 3)
		fprintf(out, "\n%*s", INDENT, "");
	text_wrapped(out, INDENT, ctl->width > INDENT + 20 && ctl->width < WIDTH ? ctl->width : WIDTH,
	    text);
}

/* "CALL TECHNICIAN": the parameters that stand without an option. */
static void
places_text(const struct verb *v, char *ret, size_t size)
{
	const char *at = v->places != NULL ? v->places : "";
	size_t len = 0;

	ret[0] = '\0';
	while (*at != '\0' && len + 64 < size) {
		size_t n = strcspn(at, " ");
		char mark = at[n - 1];
		int name = (int)(n - (mark == '?' || mark == '*'));

		if (mark == '*')
			len += (size_t)snprintf(ret + len, size - len, " NAME=VALUE...");
		else
			len += (size_t)snprintf(ret + len, size - len, mark == '?' ? " [%.*s]" : " %.*s",
			    name, at);
		at += n + (at[n] == ' ');
	}
	if (strchr(ret, '=') != NULL)
		return;
	for (char *c = ret; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
}

void
help_all(const struct ctl *ctl, FILE *out)
{
	fputs("Usage: evenkeelctl [OPTION]... VERB [WORD]...\n"
	      "Talks to evenkeeld: everything that a console can do.\n\n"
	      "  --host HOST        where the daemon listens (127.0.0.1)\n"
	      "  --port PORT        its port (7411)\n"
	      "  --token-file FILE  a bearer token (EVENKEEL_TOKEN_FILE, /var/lib/evenkeel/admin.token,\n"
	      "                     ~/.config/evenkeel/token: the first that is there)\n"
	      "  --json             print results as JSON\n"
	      "  --csv              print a result that is a list as CSV\n"
	      "  --timeout SECONDS  how long to wait for an answer (10)\n"
	      "  --help, --version\n\n"
	      "Verbs (VERB --help tells more):\n", out);
	for (size_t i = 0; i < verb_count(); i++) {
		const struct verb *v = verb_at(i);
		char places[256], head[300];

		places_text(v, places, sizeof(places));
		snprintf(head, sizeof(head), "%s%s%s%s", v->words, places,
		    v->usage != NULL && v->usage[0] != '[' ? " " : "",
		    v->usage != NULL && v->usage[0] != '[' ? v->usage : "");
		print_entry(ctl, out, head, verb_help(ctl, v));
	}
	fputs("\nExit status: 0 done, 1 refused, 2 usage, 3 unreachable.\n", out);
}

/* An option or a place, with its values. */
static void
print_explained(const struct ctl *ctl, FILE *out, const struct args_option *o, const char *head)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s%s%s%s", o->description,
	    o->required && o->name[0] == '-' ? " Required." : "",
	    o->values != NULL ? " Expects " : "", o->values != NULL ? o->words : "",
	    o->values != NULL ? "." : "");
	print_entry(ctl, out, head, text);
}

void
help_verb(const struct ctl *ctl, const struct verb *v, FILE *out)
{
	struct args_option o;
	char places[256];

	places_text(v, places, sizeof(places));
	fprintf(out, "Usage: evenkeelctl %s%s%s%s\n%s\n", v->words, places,
	    v->usage != NULL ? " " : v->method != NULL && args_option_at(ctl, v, 0, &o) ?
	    " [OPTION]..." : "", v->usage != NULL ? v->usage : "", verb_help(ctl, v));
	if (v->method == NULL)
		return;
	fprintf(out, "Method: %s\n\n", v->method);
	for (size_t i = 0; args_place_at(ctl, v, i, &o); i++) {
		for (char *c = o.name; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		print_explained(ctl, out, &o, o.name);
	}
	for (size_t i = 0; args_option_at(ctl, v, i, &o); i++) {
		char head[128];

		if (strcmp(o.name, "--cmd-id") == 0) {
			print_entry(ctl, out, "--cmd-id UUID", "Repeats a command under the id it had,"
			    " without doing it twice."); /* made if left out */
			continue;
		}
		snprintf(head, sizeof(head), "%s %s", o.name, o.value);
		print_explained(ctl, out, &o, head);
	}
	fputs("\nTIME: 2026-03-12T09:00:00+01:00, 14:30, \"tomorrow 09:00\", now or +45m, by the\n"
	      "daemon's clock. DURATION: seconds, or 45m, 1h30m.\n", out);
}

/* --- completion --- */

static void
offer(const struct ctl *ctl, const char *candidate, size_t len, const char *begun)
{
	if (strncmp(candidate, begun, strlen(begun)) == 0)
		fprintf(ctl->out, "%.*s\n", (int)len, candidate);
}

/* The next words of verbs that begin with those that are there. */
static void
complete_verb(const struct ctl *ctl, int argc, char **argv)
{
	const char *said = "";
	size_t said_len = 0;

	for (size_t i = 0; i < verb_count(); i++) {
		const char *at = verb_at(i)->words;
		size_t word;
		int n;

		for (n = 0; n + 1 < argc && *at != '\0'; n++) {
			size_t len = strcspn(at, " ");

			if (strlen(argv[n]) != len || strncmp(argv[n], at, len) != 0)
				break;
			at += len + (at[len] == ' ');
		}
		if (n + 1 != argc || *at == '\0')
			continue;
		word = strcspn(at, " ");
		/* Verbs of one group stand together: its name is offered once. */
		if (word != said_len || strncmp(said, at, word) != 0)
			offer(ctl, at, word, argv[argc - 1]);
		said = at;
		said_len = word;
	}
}

static void
complete_values(const struct ctl *ctl, const json_t *values, const char *begun)
{
	const json_t *one;
	size_t i;

	json_array_foreach(values, i, one)
		offer(ctl, json_string_value(one), json_string_length(one), begun);
}

/* Options of the verb, or the values of the option before or of the word at a place. */
static void
complete_option(const struct ctl *ctl, const struct verb *v, int place, int argc, char **argv)
{
	struct args_option o;

	if (v->method == NULL) {
		if (strcmp(v->words, "watch") == 0) {
			offer(ctl, "--board", 7, argv[argc - 1]);
			offer(ctl, "--count", 7, argv[argc - 1]);
			offer(ctl, "--topic", 7, argv[argc - 1]);
		}
		for (size_t i = 0; strcmp(v->words, "rpc") == 0 && argc == 2 &&
		     i < openrpc_methods(ctl->doc); i++)
			offer(ctl, openrpc_method_at(ctl->doc, i)->name,
			    strlen(openrpc_method_at(ctl->doc, i)->name), argv[argc - 1]);
		return;
	}
	for (size_t i = 0; args_option_at(ctl, v, i, &o); i++) {
		if (strcmp(o.name, argv[argc - 2]) == 0 && o.values != NULL) {
			complete_values(ctl, o.values, argv[argc - 1]);
			return;
		}
	}
	if (args_place_at(ctl, v, (size_t)place, &o) && argv[argc - 1][0] != '-' && o.values != NULL) {
		complete_values(ctl, o.values, argv[argc - 1]);
		return;
	}
	for (size_t i = 0; args_option_at(ctl, v, i, &o); i++)
		offer(ctl, o.name, strlen(o.name), argv[argc - 1]);
}

void
help_complete(const struct ctl *ctl, int argc, char **argv)
{
	const struct verb *v;
	int words;

	if (argc == 0)
		return;
	complete_verb(ctl, argc, argv);
	v = verb_find(argc - 1, argv, &words);
	if (v != NULL)
		complete_option(ctl, v, argc - 1 - words, argc, argv);
}
