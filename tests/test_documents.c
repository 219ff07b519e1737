/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the example configuration and its man page against the daemon's own table of keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/config.h"

/* A whole file of the source tree; the caller frees it. */
static char *
source_file(const char *name)
{
	const char *srcdir = getenv("EVENKEEL_SRCDIR");
	char path[4096], *text = calloc(1, 1 << 20);
	FILE *in;

	assert_non_null(text);
	assert_true((size_t)snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".",
	    name) < sizeof(path));
	in = fopen(path, "re");
	if (in == NULL)
		fail_msg("%s cannot be read", path);
	assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
	fclose(in);
	return text;
}

/* The defaults as config_print() writes them, without what ends a line in vain. */
static char *
defaults(void)
{
	struct config c;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	unsetenv("STATE_DIRECTORY");
	config_default(&c);
	config_print(&c, to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void
trim(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	for (size_t len = strlen(line); len > 0 && line[len - 1] == ' '; len--)
		line[len - 1] = '\0';
}

/*
 * After its own head of comments the example is what config_print() prints, each
 * setting commented out: so that it changes nothing, and names every key.
 */
static void
test_example_is_the_table(void **unused)
{
	char *example = source_file("systemd/evenkeel.conf");
	char *table = defaults();
	char *have_end, *want_end, *have, *want;
	char *body = strstr(example, "\n\n");

	(void)unused;
	assert_non_null(body);
	want = strtok_r(table, "\n", &want_end);
	have = strtok_r(body, "\n", &have_end);
	for (; want != NULL; want = strtok_r(NULL, "\n", &want_end)) {
		char line[512];

		trim(want);
		snprintf(line, sizeof(line), "%s%s", want[0] == '#' ? "" : "#", want);
		if (have == NULL || strcmp(have, line) != 0)
			fail_msg("systemd/evenkeel.conf: expected \"%s\", got \"%s\"", line,
			    have != NULL ? have : "the end");
		have = strtok_r(NULL, "\n", &have_end);
	}
	if (have != NULL)
		fail_msg("systemd/evenkeel.conf: \"%s\" is not in the daemon's table", have);
	free(example);
	free(table);
}

/* Each key has its own entry in evenkeel.conf(5), and there are no others. */
static void
test_man_page_names_every_key(void **unused)
{
	char *page = source_file("doc/evenkeel.conf.5");
	const char *help, *key;
	size_t keys = 0, entries = 0;

	(void)unused;
	for (; (key = config_key(keys, &help)) != NULL; keys++) {
		char entry[128];

		snprintf(entry, sizeof(entry), "\n.It Va %s ", key);
		if (strstr(page, entry) == NULL)
			fail_msg("doc/evenkeel.conf.5 has no entry for %s", key);
	}
	for (const char *at = page; (at = strstr(at, "\n.It Va ")) != NULL; at++)
		entries++;
	assert_int_equal(entries, keys);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_is_the_table),
		cmocka_unit_test(test_man_page_names_every_key),
	};

	return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
