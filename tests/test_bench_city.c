/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated days are the same everywhere: figures of CPython's random.Random(1), and of the day of 20
 * technicians and 100 jobs of seed 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/bench/city.h"

static void
test_twister(void **unused)
{
	static const double first[] = { 0.13436424411240122, 0.8474337369372327,
		0.763774618976614 };
	struct twister t;

	(void)unused;
	twister_seed(&t, 1);
	for (int i = 0; i < 3; i++)
		assert_true(twister_random(&t) == first[i]);
}

static void
test_day(void **unused)
{
	struct city c;
	int64_t service_s = 0, travel_s = 0, opens_s = 0, skills = 0;

	(void)unused;
	city_init(&c, 20, 100, 1, false);
	for (int32_t i = 0; i < c.jobs; i++) {
		service_s += c.job[i].service_s;
		opens_s += c.job[i].open_s;
		travel_s += city_travel_s(c.tech[0].home, c.job[i].site);
	}
	for (int32_t k = 0; k < c.techs; k++)
		skills += c.tech[k].skills;
	city_done(&c);
	assert_int_equal(service_s, 283500);
	assert_int_equal(travel_s, 326343);
	assert_int_equal(opens_s, 426536);
	assert_int_equal(skills, 528);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twister),
		cmocka_unit_test(test_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
