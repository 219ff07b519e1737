/* SPDX-License-Identifier: Apache-2.0 */
/* Where learned figures are kept: by technician and kind, so many at most. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/learn_impl.h"

/* No id has a newline in it, so that no two pairs have the same key. */
static void
key_of(const char *technician, const char *kind, char ret[STATE_ID_SIZE + STATE_KIND_SIZE])
{
	size_t t = strlen(technician), k = strlen(kind);

	memcpy(ret, technician, t);
	ret[t] = '\n';
	memcpy(ret + t + 1, kind, k + 1);
}

static int32_t
find(const struct learn_shelf *sh, const char *technician, const char *kind)
{
	char key[STATE_ID_SIZE + STATE_KIND_SIZE];

	if (sh->n == 0)
		return -1;
	key_of(technician, kind, key);
	return table_find(&sh->by_key, key);
}

const struct learn_entry *
learn_shelf_find(const struct learn_shelf *sh, const char *technician, const char *kind)
{
	int32_t i = find(sh, technician, kind);

	return i < 0 ? NULL : sh->entry[i];
}

int
learn_shelf_reserve(struct learn_shelf *sh)
{
	int32_t cap = sh->cap < 16 ? 16 : sh->cap * 2;
	struct learn_entry **grown;

	if (sh->spare == NULL && (sh->spare = malloc(sizeof(*sh->spare))) == NULL)
		return -ENOMEM;
	if (sh->n == sh->cap) {
		grown = realloc(sh->entry, (size_t)cap * sizeof(struct learn_entry *));
		if (grown == NULL)
			return -ENOMEM;
		sh->entry = grown;
		sh->cap = cap;
	}
	return table_reserve(&sh->by_key);
}

/* Where the next new entry goes: behind the others, or where the one with the oldest case was. */
static int32_t
room(struct learn_shelf *sh)
{
	int32_t oldest = 0;

	if (sh->n < sh->max)
		return sh->n++;
	for (int32_t i = 1; i < sh->n; i++)
		if (sh->entry[i]->last < sh->entry[oldest]->last)
			oldest = i;
	table_remove(&sh->by_key, sh->entry[oldest]->key);
	free(sh->entry[oldest]);
	return oldest;
}

struct learn_entry *
learn_shelf_put(struct learn_shelf *sh, const char *technician, const char *kind)
{
	int32_t i = find(sh, technician, kind);
	struct learn_entry *e;

	if (i >= 0)
		return sh->entry[i];
	e = sh->spare;
	sh->spare = NULL;
	*e = (struct learn_entry){ 0 };
	key_of(technician, kind, e->key);
	snprintf(e->technician, sizeof(e->technician), "%s", technician);
	snprintf(e->kind, sizeof(e->kind), "%s", kind);
	i = room(sh);
	sh->entry[i] = e;
	table_put(&sh->by_key, e->key, i);
	return e;
}

static int
by_kind(const void *a, const void *b)
{
	const struct learn_entry *const *x = a, *const *y = b;
	int order = strcmp((*x)->kind, (*y)->kind);

	return order != 0 ? order : strcmp((*x)->technician, (*y)->technician);
}

int
learn_shelf_sorted(const struct learn_shelf *sh, const struct learn_entry ***ret)
{
	const struct learn_entry **list = malloc(((size_t)sh->n + 1) * sizeof(struct learn_entry *));

	if (list == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < sh->n; i++)
		list[i] = sh->entry[i];
	qsort(list, (size_t)sh->n, sizeof(struct learn_entry *), by_kind);
	*ret = list;
	return 0;
}

void
learn_shelf_done(struct learn_shelf *sh)
{
	for (int32_t i = 0; i < sh->n; i++)
		free(sh->entry[i]);
	free(sh->entry);
	free(sh->spare);
	table_done(&sh->by_key);
}

int
learn_shelf_copy(const struct learn_shelf *from, struct learn_shelf *ret)
{
	*ret = (struct learn_shelf){ .max = from->max };
	for (int32_t i = 0; i < from->n; i++) {
		const struct learn_entry *e = from->entry[i];

		if (learn_shelf_reserve(ret) < 0) {
			learn_shelf_done(ret);
			*ret = (struct learn_shelf){ .max = from->max };
			return -ENOMEM;
		}
		*learn_shelf_put(ret, e->technician, e->kind) = *e;
	}
	return 0;
}
