/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/positions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char *territory, *technician;
	struct position last;
};

/* Sorted by territory and technician: read much more often than grown. */
struct positions {
	struct entry *entry;
	size_t entries, room;
};

struct positions *
positions_new(void)
{
	return calloc(1, sizeof(struct positions));
}

void
positions_free(struct positions *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->entries; i++) {
		free(p->entry[i].territory);
		free(p->entry[i].technician);
	}
	free(p->entry);
	free(p);
}

/* Where the technician's entry is, or belongs. */
static size_t
search(const struct positions *p, const char *territory, const char *technician, bool *ret_found)
{
	size_t from = 0, to = p->entries;

	*ret_found = false;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct entry *e = &p->entry[mid];
		int order = strcmp(technician, e->technician);

		if (order == 0)
			order = strcmp(territory, e->territory);
		if (order == 0) {
			*ret_found = true;
			return mid;
		}
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return from;
}

static int
grow(struct positions *p)
{
	size_t room = p->room == 0 ? 64 : p->room * 2;
	struct entry *entry;

	if (p->entries == POSITIONS_MAX)
		return -ENOSPC;
	if (p->entries < p->room)
		return 0;
	entry = realloc(p->entry, room * sizeof(*entry));
	if (entry == NULL)
		return -ENOMEM;
	p->entry = entry;
	p->room = room;
	return 0;
}

static int
insert(struct positions *p, size_t at, const char *territory, const char *technician,
    const struct position *pos)
{
	struct entry e = { .last = *pos };
	int rc = grow(p);

	if (rc < 0)
		return rc;
	e.territory = strdup(territory);
	e.technician = strdup(technician);
	if (e.territory == NULL || e.technician == NULL) {
		free(e.territory);
		free(e.technician);
		return -ENOMEM;
	}
	memmove(&p->entry[at + 1], &p->entry[at], (p->entries - at) * sizeof(e));
	p->entry[at] = e;
	p->entries++;
	return 1;
}

int
positions_put(struct positions *p, const char *territory, const char *technician,
    const struct position *pos)
{
	bool found;
	size_t i = search(p, territory, technician, &found);

	if (!found)
		return insert(p, i, territory, technician, pos);
	if (pos->at_s <= p->entry[i].last.at_s)
		return 0;
	p->entry[i].last = *pos;
	return 1;
}

const struct position *
positions_get(const struct positions *p, const char *territory, const char *technician)
{
	bool found;
	size_t i = search(p, territory, technician, &found);

	return found ? &p->entry[i].last : NULL;
}
