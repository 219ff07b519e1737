/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: only the whole and right text of a living token is one. */
#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/tokens.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { NOW = 1000 };

static char dir[64], path[96];
static struct store *store;
static struct tokens *tokens;

static int
set_up(void **unused)
{
	char url[128], why[600] = "";

	(void)unused;
	snprintf(dir, sizeof(dir), "/tmp/evenkeel-tokens-XXXXXX");
	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/s.db", dir);
	snprintf(url, sizeof(url), "sqlite://%s", path);
	if (store_open(url, false, &store, why, sizeof(why)) < 0)
		return -1;
	return tokens_new(store, &tokens);
}

static int
tear_down(void **unused)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
	char name[128];

	(void)unused;
	tokens_free(tokens);
	store_close(store);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
	return rmdir(dir);
}

static struct store_token
issue(enum role role, int64_t expires, char text[TOKEN_TEXT_SIZE])
{
	struct store_token t;

	tokens_make(tokens, role, role == ROLE_TECHNICIAN ? "t1" : "", "x", NOW, expires, &t, text);
	assert_int_equal(tokens_put(tokens, &t), 0);
	return t;
}

static void
test_each_role(void **unused)
{
	(void)unused;
	for (int role = 0; role < ROLES; role++) {
		char text[TOKEN_TEXT_SIZE];
		struct store_token t = issue((enum role)role, 0, text);
		const struct store_token *found = tokens_check(tokens, text, NOW);

		assert_non_null(found);
		assert_string_equal(found->id, t.id);
		assert_string_equal(found->role, role_name((enum role)role));
		assert_ptr_equal(tokens_find(tokens, t.id), found);
		assert_null(strstr((const char *)t.hash, "ek_"));
	}
	assert_int_equal(tokens_count(tokens), ROLES);
}

/* Every character of it counts, and so does its length. */
static void
test_every_change_is_found(void **unused)
{
	char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE + 1];
	size_t len;

	(void)unused;
	issue(ROLE_DISPATCHER, 0, text);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		strcpy(other, text);
		other[i] = other[i] == '0' ? '1' : '0';
		if (tokens_check(tokens, other, NOW) != NULL)
			fail_msg("character %zu does not count", i);
		other[i] = '\0';
		if (tokens_check(tokens, other, NOW) != NULL)
			fail_msg("%zu characters are enough", i);
	}
	snprintf(other, sizeof(other), "%s0", text);
	assert_null(tokens_check(tokens, other, NOW));
	assert_null(tokens_check(tokens, "", NOW));
	assert_non_null(tokens_check(tokens, text, NOW));
}

/* A right sum alone is not enough: the secret of one token with the id of another, as a whole. */
static void
test_secret_belongs_to_its_id(void **unused)
{
	char a[TOKEN_TEXT_SIZE], b[TOKEN_TEXT_SIZE];
	struct store_token other;

	(void)unused;
	issue(ROLE_ADMIN, 0, a);
	/* Known by id, role and sum, but its hash is another's. */
	tokens_make(tokens, ROLE_ADMIN, "", "x", NOW, 0, &other, b);
	memset(other.hash, 7, sizeof(other.hash));
	assert_int_equal(tokens_put(tokens, &other), 0);
	assert_null(tokens_check(tokens, b, NOW));
	assert_non_null(tokens_check(tokens, a, NOW));
}

static void
test_end_of_a_token(void **unused)
{
	char text[TOKEN_TEXT_SIZE];
	struct store_token t = issue(ROLE_VIEWER, NOW + 10, text);

	(void)unused;
	assert_non_null(tokens_check(tokens, text, NOW + 9));
	assert_null(tokens_check(tokens, text, NOW + 10));
	t.revoked = NOW;
	assert_int_equal(tokens_put(tokens, &t), 0);
	assert_null(tokens_check(tokens, text, NOW));
	assert_int_equal(tokens_count(tokens), 1);
}

/* Another store has another key: its tokens are no good here even with the same table. */
static void
test_key_is_the_stores_own(void **unused)
{
	char text[TOKEN_TEXT_SIZE];
	struct store_token t = issue(ROLE_ADMIN, 0, text);

	(void)unused;
	tear_down(NULL);
	assert_int_equal(set_up(NULL), 0);
	assert_int_equal(tokens_put(tokens, &t), 0);
	assert_null(tokens_check(tokens, text, NOW));
}

static void
test_bound(void **unused)
{
	struct store_token t = { .role = "viewer" };

	(void)unused;
	for (int i = 0; i < TOKENS_MAX; i++) {
		snprintf(t.id, sizeof(t.id), "%d", i);
		assert_int_equal(tokens_put(tokens, &t), 0);
	}
	strcpy(t.id, "more");
	assert_int_equal(tokens_put(tokens, &t), -ENOSPC);
	strcpy(t.id, "77");
	assert_int_equal(tokens_put(tokens, &t), 0); /* in place of itself */
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_each_role),
		CASE(test_every_change_is_found),
		CASE(test_secret_belongs_to_its_id),
		CASE(test_end_of_a_token),
		CASE(test_key_is_the_stores_own),
		CASE(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
