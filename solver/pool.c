/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
pool_done(struct pool *p)
{
	free(p->column);
	free(p->call);
	free(p->slot);
	*p = (struct pool){ 0 };
}

static uint32_t
hash_of(int32_t k, const int32_t *seq, int32_t n, int32_t chosen)
{
	uint64_t h = (uint64_t)(uint32_t)k * 0x9e3779b97f4a7c15u + (uint32_t)chosen;

	for (int32_t i = 0; i < n; i++) {
		h ^= (uint32_t)seq[i] + 0x632be5abu;
		h *= 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return (uint32_t)(h >> 32);
}

static bool
same(const struct pool *p, int32_t c, int32_t k, const int32_t *seq, int32_t n, int64_t cents,
    int32_t chosen)
{
	const struct column *col = &p->column[c];

	return col->k == k && col->n == n && col->chosen == chosen &&
	    col->cents <= cents &&
	    memcmp(pool_seq(p, c), seq, (size_t)n * sizeof(*seq)) == 0;
}

static void
enter(struct pool *p, int32_t c)
{
	const struct column *col = &p->column[c];
	uint32_t at = hash_of(col->k, pool_seq(p, c), col->n, col->chosen);

	while (p->slot[at % (uint32_t)p->slots] != 0)
		at++;
	p->slot[at % (uint32_t)p->slots] = c + 1;
}

static int
rehash(struct pool *p, int32_t slots)
{
	int32_t *slot = calloc((size_t)slots, sizeof(*slot));

	if (slot == NULL)
		return -ENOMEM;
	free(p->slot);
	p->slot = slot;
	p->slots = slots;
	for (int32_t c = 0; c < p->columns; c++)
		enter(p, c);
	return 0;
}

static int
make_room(struct pool *p, int32_t n)
{
	if (p->columns == p->columns_max) {
		int32_t more = p->columns_max ? 2 * p->columns_max : 512;
		struct column *grown = realloc(p->column, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		p->column = grown;
		p->columns_max = more;
	}
	if (p->calls + n > p->calls_max) {
		int32_t more = 2 * (p->calls + n) + 4096;
		int32_t *grown = realloc(p->call, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		p->call = grown;
		p->calls_max = more;
	}
	if (2 * (p->columns + 1) > p->slots)
		return rehash(p, p->slots ? 2 * p->slots : 2048);
	return 0;
}

int32_t
pool_add(struct pool *p, int32_t k, const int32_t *seq, int32_t n, int64_t cents, int32_t chosen,
    bool *ret_new)
{
	uint32_t at = hash_of(k, seq, n, chosen);
	struct column *c;

	if (make_room(p, n) < 0)
		return -ENOMEM;
	*ret_new = false;
	for (; p->slot[at % (uint32_t)p->slots] != 0; at++) {
		int32_t old = p->slot[at % (uint32_t)p->slots] - 1;

		if (same(p, old, k, seq, n, cents, chosen))
			return old;
	}
	*ret_new = true;
	c = &p->column[p->columns];
	*c = (struct column){ cents, p->calls, n, k, chosen };
	if (n > 0)
		memcpy(p->call + p->calls, seq, (size_t)n * sizeof(*seq));
	p->calls += n;
	p->slot[at % (uint32_t)p->slots] = ++p->columns;
	return p->columns - 1;
}

void
pool_cut(struct pool *p, int32_t n)
{
	if (n >= p->columns)
		return;
	p->calls = p->column[n].first;
	p->columns = n;
	memset(p->slot, 0, (size_t)p->slots * sizeof(*p->slot));
	for (int32_t c = 0; c < n; c++)
		enter(p, c);
}
