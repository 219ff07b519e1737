/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from ids to indices. Keys are borrowed: they must stay
 * where they are as long as they are in the table. Nobody may walk it, so its order decides
 * nothing.
 */
#ifndef EVENKEEL_DAEMON_TABLE_H
#define EVENKEEL_DAEMON_TABLE_H

#include <stdint.h>

struct table_slot {
	const char *key; /* NULL: empty */
	uint32_t hash;
	int32_t value;
};

struct table {
	struct table_slot *slot;
	uint32_t slots; /* 0 or a power of two */
	uint32_t used;
};

void table_done(struct table *t); /* of a zeroed table, too */
/*
 * A copy in *ret (zeroed before): the same values in the same slots, each under the key that key()
 * says for it, the same text in another place. -ENOMEM.
 */
int table_copy(const struct table *t, const char *(*key)(const void *arg, int32_t value),
    const void *arg, struct table *ret);

/* FNV-1a, 32 bits. */
uint32_t table_hash(const char *key);

/* Makes room for one more key, so that the next table_put() cannot fail. -ENOMEM. */
int table_reserve(struct table *t);
/* Puts a key that is not in it. There must be room. */
void table_put(struct table *t, const char *key, int32_t value);
int32_t table_find(const struct table *t, const char *key); /* -1 none */
/* The key is now at another place, the same text. */
void table_move(struct table *t, const char *key, const char *to);
void table_remove(struct table *t, const char *key);        /* a key that is in it */

#endif
