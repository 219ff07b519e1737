/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of webhooks one by one: signatures against the published example of Standard Webhooks,
 * the guard of addresses, messages over a socket, and tracking tokens.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/guard.h"
#include "daemon/pipe.h"
#include "daemon/tracking.h"
#include "proto/sign.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- signatures --- */

/* The example that libraries of Standard Webhooks are tested with. */
#define EXAMPLE_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define EXAMPLE_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define EXAMPLE_BODY "{\"test\": 2432232314}"
#define EXAMPLE_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void
test_published_example(void **unused)
{
	static const struct {
		const char *name, *header;
		bool right;
	} cases[] = {
		{ "alone", EXAMPLE_SIGNATURE, true },
		{ "behind another",
		    "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " EXAMPLE_SIGNATURE, true },
		{ "another alone", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", false },
		{ "of another version", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false },
		{ "cut short", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", false },
		{ "nothing", "", false },
	};
	struct sign_secret secret;
	char text[SIGN_SIZE];

	(void)unused;
	assert_int_equal(sign_secret_read(EXAMPLE_SECRET, &secret), 0);
	sign_message(&secret, EXAMPLE_ID, 1614265330, EXAMPLE_BODY, strlen(EXAMPLE_BODY), text);
	assert_string_equal(text, EXAMPLE_SIGNATURE);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (sign_verify(&secret, EXAMPLE_ID, 1614265330, EXAMPLE_BODY, strlen(EXAMPLE_BODY),
			cases[i].header) != cases[i].right)
			fail_msg("%s", cases[i].name);
	}
	assert_false(sign_verify(&secret, EXAMPLE_ID, 1614265331, EXAMPLE_BODY,
	    strlen(EXAMPLE_BODY), EXAMPLE_SIGNATURE));
}

static void
test_secrets_as_text(void **unused)
{
	static const char *const bad[] = { "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=", "whsec_c2hvcnQ=",
		"whsec_MfKQ9r8G KYqrTw" };
	struct sign_secret secret, again;
	char text[SIGN_SECRET_TEXT_SIZE];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(sign_secret_read(bad[i], &secret), -EINVAL);
	secret.len = SIGN_SECRET_MAX;
	randombytes_buf(secret.bytes, secret.len);
	sign_secret_write(&secret, text);
	assert_int_equal(sign_secret_read(text, &again), 0);
	assert_int_equal(again.len, secret.len);
	assert_memory_equal(again.bytes, secret.bytes, secret.len);
}

/* --- addresses --- */

static void
test_guard(void **unused)
{
	static const struct {
		const char *address;
		enum guard_verdict verdict;
	} cases[] = {
		{ "127.0.0.1", GUARD_INNER },
		{ "127.255.255.254", GUARD_INNER },
		{ "0.0.0.0", GUARD_INNER },
		{ "10.0.0.1", GUARD_INNER },
		{ "100.64.0.1", GUARD_INNER },
		{ "100.127.255.255", GUARD_INNER },
		{ "100.128.0.0", GUARD_OPEN },
		{ "169.254.169.254", GUARD_INNER },
		{ "172.15.255.255", GUARD_OPEN },
		{ "172.16.0.0", GUARD_INNER },
		{ "172.31.255.255", GUARD_INNER },
		{ "172.32.0.0", GUARD_OPEN },
		{ "192.168.7.7", GUARD_INNER },
		{ "224.0.0.1", GUARD_INNER },
		{ "255.255.255.255", GUARD_INNER },
		{ "1.1.1.1", GUARD_OPEN },
		{ "223.255.255.255", GUARD_OPEN },
		{ "::", GUARD_INNER },
		{ "::1", GUARD_INNER },
		{ "::127.0.0.1", GUARD_INNER },
		{ "::ffff:127.0.0.1", GUARD_INNER },
		{ "::ffff:10.2.3.4", GUARD_INNER },
		{ "::ffff:1.1.1.1", GUARD_OPEN },
		{ "64:ff9b::7f00:1", GUARD_INNER },
		{ "2002:7f00:1::", GUARD_INNER },
		{ "fe80::1", GUARD_INNER },
		{ "fd12:3456::1", GUARD_INNER },
		{ "ff02::1", GUARD_INNER },
		{ "2606:4700::1111", GUARD_OPEN },
		{ "10.1.0.0", GUARD_LISTED },
		{ "10.1.127.255", GUARD_LISTED },
		{ "10.1.128.0", GUARD_INNER },
		{ "::ffff:10.1.2.3", GUARD_LISTED },
		{ "fd00:1::2", GUARD_LISTED },
		{ "fd00:2::2", GUARD_INNER },
	};
	struct guard g;
	enum guard_verdict got;
	char why[200];

	(void)unused;
	assert_int_equal(guard_read(&g, " 10.1.0.0/17, fd00:1::/32", why, sizeof(why)), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sockaddr_in in = { .sin_family = AF_INET };
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		bool v4 = inet_pton(AF_INET, cases[i].address, &in.sin_addr) == 1;

		assert_true(guard_look_text(&g, cases[i].address, &got));
		if (got != cases[i].verdict)
			fail_msg("%s: expected %d, got %d", cases[i].address, cases[i].verdict,
			    got);
		if (!v4)
			assert_int_equal(inet_pton(AF_INET6, cases[i].address, &in6.sin6_addr), 1);
		assert_int_equal(guard_look(&g,
				     v4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6),
		    cases[i].verdict);
	}
	assert_false(guard_look_text(&g, "localhost", &got));
	assert_false(guard_look_text(&g, "127.1",
	    &got)); /* a name, as far as one can see: found out later */
}

static void
test_guard_list(void **unused)
{
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0/8", "::1/129", "localhost",
		"10.0.0.1/", "10.0.0.1/x", "10.0.0.1/-1" };
	struct guard g;
	char why[200];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(guard_read(&g, bad[i], why, sizeof(why)), -EINVAL);
		assert_non_null(strstr(why, bad[i]));
	}
	assert_int_equal(guard_read(&g, "", why, sizeof(why)), 0);
	assert_int_equal(g.nets, 0);
}

/* --- messages over a socket --- */

static void
test_pipe(void **unused)
{
	static const unsigned char garbage[] = { 0, 0, 0, 2, '{', '[' },
				   endless[] = { 255, 0, 0, 0 };
	struct pipe a, b;
	json_t *m;
	int fd[2], rc = 0;
	char *big = malloc(PIPE_MESSAGE_MAX + 2);

	(void)unused;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	pipe_init(&a, fd[0]);
	pipe_init(&b, fd[1]);
	for (int i = 0; i < 100; i++)
		assert_int_equal(pipe_put(&a, json_pack("{s:i}", "n", i)), 0);
	assert_int_equal(pipe_send(&a), 1);
	for (int i = 0; i < 100; i++) {
		while ((rc = pipe_take(&b, &m)) == 0)
			assert_int_equal(pipe_receive(&b), 0);
		assert_int_equal(rc, 1);
		assert_int_equal(json_integer_value(json_object_get(m, "n")), i);
		json_decref(m);
	}
	memset(big, 'x', PIPE_MESSAGE_MAX + 1);
	big[PIPE_MESSAGE_MAX + 1] = '\0';
	assert_int_equal(pipe_put(&a, json_pack("[s]", big)), -E2BIG);
	assert_int_equal(write(fd[0], garbage, sizeof(garbage)), sizeof(garbage));
	assert_int_equal(pipe_receive(&b), 0);
	assert_int_equal(pipe_take(&b, &m), -EBADMSG);
	pipe_done(&b);
	pipe_init(&b, fd[1]);
	assert_int_equal(write(fd[0], endless, sizeof(endless)), sizeof(endless));
	assert_int_equal(pipe_receive(&b), 0);
	assert_int_equal(pipe_take(&b, &m), -EBADMSG);
	close(fd[0]);
	assert_int_equal(pipe_receive(&b), -EPIPE);
	close(fd[1]);
	pipe_done(&a);
	pipe_done(&b);
	free(big);
}

/* --- tracking --- */

static void
test_tracking_tokens(void **unused)
{
	unsigned char key[TRACKING_KEY_SIZE] = { 1 }, other_key[TRACKING_KEY_SIZE] = { 2 };
	char a[TRACKING_SIZE], b[TRACKING_SIZE], long_id[80];

	(void)unused;
	tracking_make(key, "main", "c41", a);
	assert_int_equal(strlen(a), strlen("c41-") + 20);
	assert_int_equal(strncmp(a, "c41-", 4), 0);
	tracking_make(key, "main", "c41", b);
	assert_string_equal(a, b);
	tracking_make(other_key, "main", "c41", b);
	assert_string_not_equal(a, b);
	tracking_make(key, "north", "c41", b);
	assert_string_not_equal(a, b);
	memset(long_id, 'c', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	tracking_make(key, "main", long_id, b);
	assert_string_equal(b, "");
}

static int
set_up(void **unused)
{
	(void)unused;
	return sodium_init() < 0 ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_example),
		cmocka_unit_test(test_secrets_as_text),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_guard_list),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_tracking_tokens),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
