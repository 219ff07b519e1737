/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64 };

void
table_done(struct table *t)
{
	free(t->slot);
	*t = (struct table){ 0 };
}

int
table_copy(const struct table *t, const char *(*key)(const void *arg, int32_t value),
    const void *arg, struct table *ret)
{
	struct table_slot *slot = malloc(((size_t)t->slots + 1) * sizeof(*slot));

	if (slot == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->slots; i++) {
		slot[i] = t->slot[i];
		if (slot[i].key != NULL)
			slot[i].key = key(arg, slot[i].value);
	}
	*ret = (struct table){ .slot = slot, .slots = t->slots, .used = t->used };
	return 0;
}

uint32_t
table_hash(const char *key)
{
	uint32_t h = 2166136261u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h;
}

/* The slot of a key, or the empty one where it would go: linear probing. */
static uint32_t
table_seek(const struct table *t, const char *key, uint32_t hash)
{
	uint32_t i = hash & (t->slots - 1);

	while (t->slot[i].key != NULL &&
	    (t->slot[i].hash != hash || strcmp(t->slot[i].key, key) != 0))
		i = (i + 1) & (t->slots - 1);
	return i;
}

int
table_reserve(struct table *t)
{
	struct table bigger = { .slots = t->slots == 0 ? SLOTS_MIN : t->slots * 2 };

	if (t->used + 1 <= t->slots / 2)
		return 0;
	bigger.slot = calloc(bigger.slots, sizeof(*bigger.slot));
	if (bigger.slot == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->slots; i++) {
		if (t->slot[i].key != NULL)
			table_put(&bigger, t->slot[i].key, t->slot[i].value);
	}
	free(t->slot);
	*t = bigger;
	return 0;
}

void
table_put(struct table *t, const char *key, int32_t value)
{
	uint32_t hash = table_hash(key);
	uint32_t i = table_seek(t, key, hash);

	assert(t->slot[i].key == NULL);
	t->slot[i] = (struct table_slot){ .key = key, .hash = hash, .value = value };
	t->used++;
}

int32_t
table_find(const struct table *t, const char *key)
{
	uint32_t i;

	if (t->slots == 0)
		return -1;
	i = table_seek(t, key, table_hash(key));
	return t->slot[i].key == NULL ? -1 : t->slot[i].value;
}

void
table_move(struct table *t, const char *key, const char *to)
{
	uint32_t i = table_seek(t, key, table_hash(key));

	assert(t->slot[i].key != NULL);
	t->slot[i].key = to;
}

void
table_remove(struct table *t, const char *key)
{
	uint32_t mask = t->slots - 1;
	uint32_t hole = table_seek(t, key, table_hash(key));

	assert(t->slot[hole].key != NULL);
	/* Close the gap: whoever was pushed past it by a collision moves back. */
	for (uint32_t i = (hole + 1) & mask; t->slot[i].key != NULL; i = (i + 1) & mask) {
		uint32_t home = t->slot[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			t->slot[hole] = t->slot[i];
			hole = i;
		}
	}
	t->slot[hole] = (struct table_slot){ 0 };
	t->used--;
}
