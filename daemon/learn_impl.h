/* SPDX-License-Identifier: Apache-2.0 */
/* What learn.c and learn_json.c share; nobody else includes it. */
#ifndef EVENKEEL_DAEMON_LEARN_IMPL_H
#define EVENKEEL_DAEMON_LEARN_IMPL_H

#include "daemon/learn.h"
#include "daemon/state.h"
#include "daemon/table.h"

/* As counted by now, and as in use. */
struct learn_figure {
	struct learned now, used;
};

struct learn_entry {
	char key[STATE_ID_SIZE + STATE_KIND_SIZE]; /* technician, a newline, kind; "" for none */
	char technician[STATE_ID_SIZE], kind[STATE_KIND_SIZE];
	int64_t last; /* number of its newest case, over all */
	struct learn_figure time, given;
};

/* Entries of one sort, the one with the oldest case gives way. */
struct learn_shelf {
	struct learn_entry **entry;
	int32_t n, cap, max;
	struct learn_entry *spare; /* for the next new one */
	struct table by_key;
};

struct learn {
	int32_t refs;
	int64_t cases;  /* ever counted */
	int64_t shift, quoted, held, since;
	struct learn_entry all;  /* work of all technicians and kinds */
	struct learn_entry road; /* drives of all */
	struct learn_shelf kinds, pairs, drivers;
};

/* Finds the entry, or puts a new one for which there is room: learn_shelf_reserve(). */
struct learn_entry *learn_shelf_put(struct learn_shelf *sh, const char *technician,
    const char *kind);
int learn_shelf_reserve(struct learn_shelf *sh); /* -ENOMEM */
const struct learn_entry *learn_shelf_find(const struct learn_shelf *sh, const char *technician,
    const char *kind); /* NULL none */
/* The entries in the order of their keys, by kind first; malloc'd. -ENOMEM. */
int learn_shelf_sorted(const struct learn_shelf *sh, const struct learn_entry ***ret);
void learn_shelf_done(struct learn_shelf *sh);
int learn_shelf_copy(const struct learn_shelf *from, struct learn_shelf *ret);

#endif
