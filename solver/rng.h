/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers from a seed: splitmix64 (Steele, Lea, Flood, Fast splittable
 * pseudorandom number generators, 2014). The same on every machine.
 */
#ifndef EVENKEEL_SOLVER_RNG_H
#define EVENKEEL_SOLVER_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state; /* any seed will do */
};

static inline uint64_t
rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 .. n - 1, n > 0. */
static inline int32_t
rng_below(struct rng *r, int32_t n)
{
	return (int32_t)((rng_next(r) >> 32) * (uint64_t)n >> 32);
}

/* from .. to, both inclusive. */
static inline int32_t
rng_range(struct rng *r, int32_t from, int32_t to)
{
	return from + rng_below(r, to - from + 1);
}

/* [0, 1) */
static inline double
rng_unit(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

#endif
