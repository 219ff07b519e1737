/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's small parts: clock, rate, last positions, outbox, configuration, options. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/bucket.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/options.h"
#include "daemon/outbox.h"
#include "daemon/positions.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- clock --- */

static void
test_virtual_clock(void **unused)
{
	struct clock c;

	(void)unused;
	clock_init(&c, true, 1000);
	assert_int_equal(clock_now(&c), 1000);
	assert_int_equal(clock_set(&c, 1500), 0);
	assert_int_equal(clock_set(&c, 1499), -EINVAL);
	assert_int_equal(clock_now(&c), 1500);
}

static void
test_real_clock_never_goes_back(void **unused)
{
	struct clock c;
	int64_t now;

	(void)unused;
	clock_init(&c, false, 0);
	now = clock_now(&c);
	assert_true(now > 1700000000);
	assert_int_equal(clock_set(&c, now + 5), -EPERM);
	c.now_s = now + 86400; /* as if it had been a day later, and then jumped back */
	assert_int_equal(clock_now(&c), now + 86400);
}

/* --- rate --- */

static const struct take_case {
	const char *name;
	int64_t per_s, burst;
	int takes; /* at once, at time 0 */
	int64_t later_us;
	int more;        /* takes then */
	int passed;      /* of all */
	int64_t wait_ms; /* said by the last take */
} take_cases[] = {
	{ "no limit", 0, 1, 1000, 0, 0, 1000, 0 },
	{ "the burst, and no more", 5, 60, 61, 0, 0, 60, 201 },
	{ "refilled by time", 5, 60, 60, 1000000, 6, 65, 201 },
	{ "never fuller than the burst", 5, 3, 3, 3600000000LL, 5, 6, 201 },
	{ "a part of a call is kept", 2, 2, 2, 750000, 2, 3, 251 },
};

static void
test_bucket(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(take_cases); i++) {
		const struct take_case *k = &take_cases[i];
		struct bucket b;
		int64_t wait = 0;
		int passed = 0;

		bucket_init(&b, k->per_s, k->burst, 0);
		for (int n = 0; n < k->takes; n++)
			passed += (wait = bucket_take(&b, 0)) == 0;
		for (int n = 0; n < k->more; n++)
			passed += (wait = bucket_take(&b, k->later_us)) == 0;
		if (passed != k->passed || wait != k->wait_ms)
			fail_msg("%s: passed %d, wait %lld ms", k->name, passed, (long long)wait);
	}
}

/* --- positions --- */

static void
test_positions_never_go_back(void **unused)
{
	struct positions *p = positions_new();
	struct position at = { 1, 2, 100, 5 };
	char id[16];

	(void)unused;
	assert_int_equal(positions_put(p, "main", "t1", &at), 1);
	assert_int_equal(positions_put(p, "main", "t1", &at), 0); /* the same fix again */
	at = (struct position){ 3, 4, 99, 5 };
	assert_int_equal(positions_put(p, "main", "t1", &at), 0); /* an old one, late */
	assert_int_equal(positions_get(p, "main", "t1")->lat_udeg, 1);
	at.at_s = 101;
	assert_int_equal(positions_put(p, "main", "t1", &at), 1);
	assert_int_equal(positions_get(p, "main", "t1")->lat_udeg, 3);
	assert_null(positions_get(p, "other", "t1"));
	assert_null(positions_get(p, "main", "t2"));
	for (int i = 500; i > 0; i--) {
		snprintf(id, sizeof(id), "x%d", i);
		at.at_s = i;
		assert_int_equal(positions_put(p, i % 2 ? "main" : "other", id, &at), 1);
	}
	assert_int_equal(positions_get(p, "main", "x77")->at_s, 77);
	assert_int_equal(positions_get(p, "other", "x78")->at_s, 78);
	assert_null(positions_get(p, "main", "x78"));
	positions_free(p);
}

/* --- outbox --- */

static void
put(struct outbox *o, const char *merge, const char *text)
{
	assert_int_equal(outbox_put(o, merge, text, strlen(text)), 0);
}

static void
test_outbox_merges_state_only(void **unused)
{
	static const char *const expected[] = { "event 1", "event 2", "b 1", "event 3", "a 3" };
	struct outbox *o = outbox_new();
	const char *line;
	size_t len, i = 0;

	(void)unused;
	put(o, NULL, "event 1");
	put(o, "a", "a 1");
	put(o, NULL, "event 2");
	put(o, "b", "b 1");
	put(o, "a", "a 2");
	put(o, NULL, "event 3");
	put(o, "a", "a 3");
	assert_int_equal(outbox_bytes(o), 7 * 3 + 3 * 2);
	for (; (line = outbox_first(o, &len)) != NULL; i++) {
		if (i >= ARRAY_LEN(expected) || len != strlen(expected[i]) ||
		    memcmp(line, expected[i], len) != 0)
			fail_msg("line %zu is %.*s", i, (int)len, line);
		outbox_drop(o);
	}
	assert_int_equal(i, ARRAY_LEN(expected));
	assert_int_equal(outbox_bytes(o), 0);
	put(o, "a", "again"); /* nothing of the old one is left */
	outbox_free(o);
}

/* --- configuration --- */

static const struct set_case {
	const char *key, *value;
	int rc;
	const char *why; /* a part of it */
} set_cases[] = {
	{ "listen_port", "0", 0, "" },
	{ "listen_port", "65535", 0, "" },
	{ "listen_port", "65536", -EINVAL,
	    "listen_port: expected a whole number from 0 to 65535, got "
	    "\"65536\"" },
	{ "listen_port", "-1", -EINVAL, "0 to 65535" },
	{ "listen_port", "7x", -EINVAL, "got \"7x\"" },
	{ "listen_port", "", -EINVAL, "got \"\"" },
	{ "seed", "99999999999999999999", -EINVAL, "seed" },
	{ "workers", "1", -EINVAL, "from 2 to 64" },
	{ "log_level", "debug", 0, "" },
	{ "log_level", "bug", -EINVAL, "one of: error warning info debug; got \"bug\"" },
	{ "log_level", "", -EINVAL, "got \"\"" },
	{ "territory", "north-1", 0, "" },
	{ "territory", "no spaces", -EINVAL, "letters, digits and ._:-" },
	{ "store", "", -EINVAL, "store: expected a text" },
	{ "admin_token_file", "", 0, "" },
	{ "worker", "2", -EINVAL, "worker: no such key; the nearest is workers" },
	{ "listenport", "2", -EINVAL, "the nearest is listen_port" },
};

static void
test_config_keys(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(set_cases); i++) {
		const struct set_case *k = &set_cases[i];
		char why[CONFIG_WHY_SIZE] = "";
		struct config c;
		int rc;

		config_default(&c);
		rc = config_set(&c, k->key, k->value, why, sizeof(why));
		if (rc != k->rc || strstr(why, k->why) == NULL)
			fail_msg("%s = %s: rc %d, %s", k->key, k->value, rc, why);
	}
}

/* Writes a file in the working directory; its name is in path. */
static void
write_file(char path[32], const char *text)
{
	int fd;

	strcpy(path, "config-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const struct file_case {
	const char *name, *text, *why; /* why NULL: accepted */
} file_cases[] = {
	{ "empty", "", NULL },
	{ "comments and blanks", "# a\n\n; b\n  workers = 3 ; cores\n", NULL },
	{ "colon", "workers: 4\n", NULL },
	{ "unknown key", "workers = 3\nport = 1\n", "line 2: port: no such key" },
	{ "bad value", "\n\nworkers = many\n", "line 3: workers: expected a whole number" },
	{ "not a pair", "workers\n", "line 1: expected KEY = VALUE" },
	{ "a section", "[daemon]\nworkers = 3\n",
	    "line 2: there are no sections: take [daemon] away" },
	{ "the first of two", "workers = 1\nworkers = x\n", "line 1: workers" },
	{ "a syntax error before a bad value", "workers\nworkers = x\n", "line 1: expected KEY" },
};

static void
test_config_files(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
		const struct file_case *k = &file_cases[i];
		char path[32], why[CONFIG_WHY_SIZE] = "";
		struct config c;
		int rc;

		write_file(path, k->text);
		config_default(&c);
		rc = config_read(&c, path, why, sizeof(why));
		unlink(path);
		if (k->why == NULL
			? rc != 0
			: rc != -EINVAL || strstr(why, k->why) == NULL || strstr(why, path) == NULL)
			fail_msg("%s: rc %d, %s", k->name, rc, why);
	}
}

/* What is printed can be read again, and says the same. */
static void
test_config_print(void **unused)
{
	struct config a, b;
	char path[32], why[CONFIG_WHY_SIZE];
	FILE *f;

	(void)unused;
	config_default(&a);
	assert_int_equal(config_set(&a, "seed", "77", why, sizeof(why)), 0);
	assert_int_equal(config_set(&a, "zone", "Europe/Berlin", why, sizeof(why)), 0);
	write_file(path, "");
	f = fopen(path, "w");
	config_print(&a, f);
	fclose(f);
	config_default(&b);
	assert_int_equal(config_read(&b, path, why, sizeof(why)), 0);
	unlink(path);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void
test_config_help(void **unused)
{
	const char *key, *help;
	size_t keys = 0;

	(void)unused;
	for (; (key = config_key(keys, &help)) != NULL; keys++) {
		if (strlen(help) < 15)
			fail_msg("%s has no help", key);
	}
	assert_true(keys > 25);
}

/* --- command line --- */

static const struct line_case {
	const char *name;
	const char *args[8];
	const char *why; /* NULL: accepted */
} line_cases[] = {
	{ "nothing", { "evenkeeld", NULL }, NULL },
	{ "virtual",
	    { "evenkeeld", "--clock", "virtual", "--clock-start", "2011-09-21T06:00:00-04:00",
		NULL },
	    NULL },
	{ "start of a real clock",
	    { "evenkeeld", "--clock-start", "2011-09-21T06:00:00-04:00", NULL },
	    "--clock-start is for --clock virtual" },
	{ "no time", { "evenkeeld", "--clock=virtual", "--clock-start", "six", NULL },
	    "--clock-start six: expected a time like" },
	{ "no clock", { "evenkeeld", "--clock", "sun", NULL },
	    "--clock sun: expected real or virtual" },
	{ "unknown option", { "evenkeeld", "--bogus", NULL }, "--bogus: no such option" },
	{ "value missing", { "evenkeeld", "--port", NULL },
	    "--port: no such option, or its value" },
	{ "an argument", { "evenkeeld", "serve", NULL }, "serve: there is nothing but options" },
	{ "set", { "evenkeeld", "--set", "workers=3", NULL }, NULL },
	{ "set without value", { "evenkeeld", "--set", "workers", NULL }, "expected KEY=VALUE" },
	{ "set an unknown key", { "evenkeeld", "--set", "works=1", NULL },
	    "the nearest is workers" },
	{ "off loopback", { "evenkeeld", "--host", "0.0.0.0", NULL }, "only 127.0.0.1 and ::1" },
	{ "IPv6 loopback", { "evenkeeld", "--host", "::1", NULL }, NULL },
	{ "by name", { "evenkeeld", "--host", "localhost", NULL }, NULL },
	{ "no such zone", { "evenkeeld", "--set", "zone=Mars/Olympus", NULL },
	    "zone: expected an IANA" },
	{ "no such file", { "evenkeeld", "--config", "/nonexistent/x", NULL },
	    "/nonexistent/x: No such" },
};

static void
test_command_line(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(line_cases); i++) {
		const struct line_case *k = &line_cases[i];
		struct options o;
		char why[CONFIG_WHY_SIZE] = "";
		char *args[8] = { NULL };
		int n = 0, rc;

		for (; k->args[n] != NULL; n++)
			args[n] = strdup(k->args[n]);
		rc = options_read(&o, n, args, why, sizeof(why));
		if (k->why == NULL ? rc != 0 : rc != -EINVAL || strstr(why, k->why) == NULL)
			fail_msg("%s: rc %d, %s", k->name, rc, why);
		for (int j = 0; j < n; j++)
			free(args[j]);
	}
}

static void
test_command_line_over_file(void **unused)
{
	char path[32], why[CONFIG_WHY_SIZE];
	char prog[] = "evenkeeld", port[] = "--port=9", config[] = "--config";
	char *args[] = { prog, port, config, path, NULL };
	struct options o;
	int rc;

	(void)unused;
	write_file(path, "listen_port = 8\nstore = sqlite:///x/y.db\nworkers = 5\n");
	rc = options_read(&o, 4, args, why, sizeof(why));
	unlink(path);
	assert_int_equal(rc, 0);
	assert_int_equal(o.config.listen_port, 9);
	assert_int_equal(o.config.workers, 5);
	assert_string_equal(o.admin_token_file, "/x/admin.token");
	assert_non_null(strstr(o.solver, "/evenkeel-solve"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual_clock),
		cmocka_unit_test(test_real_clock_never_goes_back),
		cmocka_unit_test(test_bucket),
		cmocka_unit_test(test_positions_never_go_back),
		cmocka_unit_test(test_outbox_merges_state_only),
		cmocka_unit_test(test_config_keys),
		cmocka_unit_test(test_config_files),
		cmocka_unit_test(test_config_print),
		cmocka_unit_test(test_config_help),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_command_line_over_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
