/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance, drawn by name and not by order.
 *
 * A draw depends on the seed, on what is drawn ("drive", "duration", ...) and on
 * whom it is about, and on nothing else. So two policies that do things in different
 * orders meet the same world. The hash is SipHash-2-4 (Aumasson and Bernstein, 2012).
 */
#ifndef EVENKEEL_SIM_DRAW_H
#define EVENKEEL_SIM_DRAW_H

#include <stdint.h>

struct draw {
	unsigned char key[16];
};

void draw_init(struct draw *d, uint64_t seed);

/* Uniform in (0, 1), never either end. */
double draw_uniform(const struct draw *d, const char *what, const char *subject);
/* A whole number of 0 .. below - 1; below > 0. */
int32_t draw_below(const struct draw *d, const char *what, const char *subject, int32_t below);
/* Normal with mean 0 and standard deviation 1 (Box and Muller, 1958). */
double draw_normal(const struct draw *d, const char *what, const char *subject);
/* Lognormal with mean 1 and the given standard deviation, >= 0. */
double draw_lognormal(const struct draw *d, const char *what, const char *subject, double sd);

#endif
