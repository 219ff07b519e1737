/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/cmd_id.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

/* Where the time of seeded ids starts: 2020-01-01, in the past for good. */
#define SEEDED_FROM_MS UINT64_C(1577836800000)

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* 16 bytes that depend on the seed and the count alone. */
static void
seeded_bytes(const struct cmd_ids *g, unsigned char ret[16])
{
	unsigned char in[16];

	for (int i = 0; i < 8; i++) {
		in[i] = (unsigned char)(g->seed >> (8 * i));
		in[8 + i] = (unsigned char)(g->count >> (8 * i));
	}
	crypto_generichash(ret, 16, in, sizeof(in), NULL, 0);
}

void
cmd_ids_next(struct cmd_ids *g, char ret[CMD_ID_SIZE])
{
	unsigned char b[16];
	uint64_t ms;

	if (g->seeded) {
		seeded_bytes(g, b);
		ms = SEEDED_FROM_MS + g->count++;
	} else {
		randombytes_buf(b, sizeof(b));
		ms = now_ms();
	}
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (8 * (5 - i)));
	b[6] = (unsigned char)(0x70 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	snprintf(ret, CMD_ID_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
}
