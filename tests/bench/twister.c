/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/twister.h"

enum { MIDDLE = 397 };

/* The paper's initialisation from an array, of one word here. */
void
twister_seed(struct twister *t, uint32_t seed)
{
	uint32_t *w = t->word;
	uint32_t i = 1;

	w[0] = 19650218;
	for (uint32_t n = 1; n < TWISTER_WORDS; n++)
		w[n] = 1812433253U * (w[n - 1] ^ w[n - 1] >> 30) + n;
	for (int n = 0; n < TWISTER_WORDS; n++) {
		w[i] = (w[i] ^ (w[i - 1] ^ w[i - 1] >> 30) * 1664525U) + seed;
		if (++i == TWISTER_WORDS) {
			w[0] = w[TWISTER_WORDS - 1];
			i = 1;
		}
	}
	for (int n = 1; n < TWISTER_WORDS; n++) {
		w[i] = (w[i] ^ (w[i - 1] ^ w[i - 1] >> 30) * 1566083941U) - i;
		if (++i == TWISTER_WORDS) {
			w[0] = w[TWISTER_WORDS - 1];
			i = 1;
		}
	}
	w[0] = 0x80000000;
	t->next = TWISTER_WORDS;
}

static void
refill(struct twister *t)
{
	uint32_t *w = t->word;

	for (int i = 0; i < TWISTER_WORDS; i++) {
		uint32_t y = (w[i] & 0x80000000) | (w[(i + 1) % TWISTER_WORDS] & 0x7fffffff);

		w[i] = w[(i + MIDDLE) % TWISTER_WORDS] ^ y >> 1 ^ (y & 1 ? 0x9908b0df : 0);
	}
	t->next = 0;
}

static uint32_t
word(struct twister *t)
{
	uint32_t y;

	if (t->next == TWISTER_WORDS)
		refill(t);
	y = t->word[t->next++];
	y ^= y >> 11;
	y ^= y << 7 & 0x9d2c5680;
	y ^= y << 15 & 0xefc60000;
	return y ^ y >> 18;
}

double
twister_random(struct twister *t)
{
	uint32_t high = word(t) >> 5, low = word(t) >> 6;

	return (high * 67108864.0 + low) / 9007199254740992.0;
}

int32_t
twister_below(struct twister *t, int32_t n)
{
	return (int32_t)(twister_random(t) * n);
}
