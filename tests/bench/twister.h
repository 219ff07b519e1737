/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Mersenne Twister (Matsumoto, Nishimura, Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator, 1998), seeded and read as CPython's
 * random.Random(seed).random() is, so that generated days can be made again elsewhere.
 */
#ifndef EVENKEEL_TESTS_BENCH_TWISTER_H
#define EVENKEEL_TESTS_BENCH_TWISTER_H

#include <stdint.h>

enum { TWISTER_WORDS = 624 };

struct twister {
	uint32_t word[TWISTER_WORDS];
	int next;
};

void twister_seed(struct twister *t, uint32_t seed);
/* 0 <= x < 1, with 53 random bits. */
double twister_random(struct twister *t);
/* 0 .. n - 1 */
int32_t twister_below(struct twister *t, int32_t n);

#endif
