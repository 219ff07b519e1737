/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/outbox.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS = 256 /* a power of two */ };

struct line {
	struct line *next, *before;
	struct line *same_hash;
	char *merge; /* NULL: an event */
	size_t len;
	char text[];
};

struct outbox {
	struct line *first, *last;
	struct line *chain[CHAINS];
	size_t bytes;
};

struct outbox *
outbox_new(void)
{
	return calloc(1, sizeof(struct outbox));
}

/* FNV-1a. */
static struct line **
chain_of(struct outbox *o, const char *merge)
{
	uint32_t h = 2166136261u;

	for (; *merge != '\0'; merge++)
		h = (h ^ (unsigned char)*merge) * 16777619u;
	return &o->chain[h & (CHAINS - 1)];
}

static void
take_out(struct outbox *o, struct line *l)
{
	if (l->merge != NULL) {
		struct line **at = chain_of(o, l->merge);

		while (*at != l)
			at = &(*at)->same_hash;
		*at = l->same_hash;
	}
	*(l->before != NULL ? &l->before->next : &o->first) = l->next;
	*(l->next != NULL ? &l->next->before : &o->last) = l->before;
	o->bytes -= l->len;
	free(l->merge);
	free(l);
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	while (o->first != NULL)
		take_out(o, o->first);
	free(o);
}

static struct line *
find(struct outbox *o, const char *merge)
{
	struct line *l = *chain_of(o, merge);

	while (l != NULL && strcmp(l->merge, merge) != 0)
		l = l->same_hash;
	return l;
}

int
outbox_put(struct outbox *o, const char *merge, const char *text, size_t len)
{
	struct line *older = merge == NULL ? NULL : find(o, merge);
	struct line *l = malloc(sizeof(*l) + len);
	char *key = merge == NULL ? NULL : strdup(merge);

	if (l == NULL || (merge != NULL && key == NULL)) {
		free(l);
		free(key);
		return -ENOMEM;
	}
	if (older != NULL)
		take_out(o, older);
	*l = (struct line){ .before = o->last, .merge = key, .len = len };
	memcpy(l->text, text, len);
	if (key != NULL) {
		l->same_hash = *chain_of(o, key);
		*chain_of(o, key) = l;
	}
	*(o->last != NULL ? &o->last->next : &o->first) = l;
	o->last = l;
	o->bytes += len;
	return 0;
}

size_t
outbox_bytes(const struct outbox *o)
{
	return o->bytes;
}

const char *
outbox_first(const struct outbox *o, size_t *ret_len)
{
	if (o->first == NULL)
		return NULL;
	*ret_len = o->first->len;
	return o->first->text;
}

void
outbox_drop(struct outbox *o)
{
	take_out(o, o->first);
}
