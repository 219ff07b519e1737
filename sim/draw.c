/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/draw.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(crypto_shorthash_KEYBYTES == 16, "the key of SipHash");

void
draw_init(struct draw *d, uint64_t seed)
{
	memset(d->key, 0, sizeof(d->key));
	for (int i = 0; i < 8; i++)
		d->key[i] = (unsigned char)(seed >> (8 * i));
}

/* Number nth of the row that belongs to what and subject. */
static double
uniform(const struct draw *d, const char *what, const char *subject, int nth)
{
	unsigned char hash[crypto_shorthash_BYTES];
	char text[256];
	uint64_t bits = 0;
	int len = snprintf(text, sizeof(text), "%d/%s/%s", nth, what, subject);

	assert(len > 0 && (size_t)len < sizeof(text));
	crypto_shorthash(hash, (const unsigned char *)text, (unsigned long long)len, d->key);
	for (int i = 0; i < 8; i++)
		bits |= (uint64_t)hash[i] << (8 * i);
	return ((double)(bits >> 12) + 0.5) / 4503599627370496.0; /* 2^52 */
}

double
draw_uniform(const struct draw *d, const char *what, const char *subject)
{
	return uniform(d, what, subject, 0);
}

int32_t
draw_below(const struct draw *d, const char *what, const char *subject, int32_t below)
{
	assert(below > 0);
	return (int32_t)(uniform(d, what, subject, 0) * below);
}

double
draw_normal(const struct draw *d, const char *what, const char *subject)
{
	double radius = sqrt(-2 * log(uniform(d, what, subject, 0)));

	return radius * cos(2 * 3.14159265358979323846 * uniform(d, what, subject, 1));
}

double
draw_lognormal(const struct draw *d, const char *what, const char *subject, double sd)
{
	double variance = log(1 + sd * sd);

	return exp(sqrt(variance) * draw_normal(d, what, subject) - variance / 2);
}
