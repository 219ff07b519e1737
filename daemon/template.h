/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of messages to customers: a file a language, in UTF-8, and what is put into them.
 *
 * A file LANGUAGE.ini has two sections. [texts] has a text for each of the keys below; [reasons]
 * has the words for reason codes, as a sentence without its full stop, and "other" for those that
 * it does not list. In texts, {name} stands for a value; which values a text may name is fixed by
 * its key, so that none is ever empty. A long text goes on in lines that begin with a blank. What
 * is missing, unknown or not UTF-8 is refused with file, line and the mend.
 */
#ifndef EVENKEEL_DAEMON_TEMPLATE_H
#define EVENKEEL_DAEMON_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

enum {
	TEMPLATE_TEXT_MAX = 1000,  /* bytes of a text in a file */
	TEMPLATE_REASON_MAX = 300, /* and of a reason's words */
	TEMPLATE_REASONS_MAX = 64,
	TEMPLATE_FILLED_SIZE = 2001, /* a filled text, with the NUL; what is longer is cut */
	TEMPLATE_LANGUAGES_MAX = 32,
	TEMPLATE_LANGUAGE_SIZE = 9,
	TEMPLATE_KEY_SIZE = 32, /* of tracking links */
};

enum text {
	TEXT_BOOKED,         /* a window was agreed */
	TEXT_PLANNED,        /* the first ETA, and whether it suits */
	TEXT_PLANNED_AGREED, /* the first ETA in a window agreed before */
	TEXT_PROPOSED,    /* another time after the customer asked for one, and whether it suits */
	TEXT_MOVED,       /* another time or technician, within the promised window */
	TEXT_MOVED_SORRY, /* the promise is replaced */
	TEXT_RETURNED,    /* a technician again, after there was none */
	TEXT_ON_THE_WAY,
	TEXT_WITHDRAWN,         /* no technician at the moment */
	TEXT_CARRIED_OVER,      /* not today: a new window */
	TEXT_CARRIED_OVER_OPEN, /* not today: we call to agree one */
	TEXT_CANCELLED,
	TEXT_DONE,
	TEXT_DONE_RETURN, /* somebody must come again */
	TEXT_NO_ACCESS,
	TEXT_GOODWILL_FREE_LABOUR,
	TEXT_GOODWILL_DISCOUNT,
	TEXT_UNANSWERED, /* no answer came, and the time was given up */
	TEXTS,
};

enum slot {
	SLOT_CUSTOMER,
	SLOT_REFERENCE,
	SLOT_LINK,
	SLOT_TECHNICIAN,
	SLOT_ARRIVAL,
	SLOT_FROM,
	SLOT_TO,
	SLOT_REASON,
	SLOT_OLD_FROM,
	SLOT_OLD_TO,
	SLOT_AMOUNT,
	SLOTS,
};

struct templates; /* opaque */

/*
 * No languages yet. language: for customers who named none, or one that there is no file for. link:
 * what a tracking token is put behind, "" none: then no text may have {link}. NULL when out of
 * memory.
 */
struct templates *templates_new(const char *language, const char *link,
    const unsigned char key[TEMPLATE_KEY_SIZE]);
void templates_free(struct templates *t); /* NULL is fine */

/* A file's text; name is for refusals. -EINVAL with a sentence in why; -ENOMEM. */
int templates_add(struct templates *t, const char *language, const char *name, const char *text,
    size_t len, char *why, size_t why_size);
/* Every LANGUAGE.ini of a folder, and whether the default language is among them. -errno. */
int templates_read(struct templates *t, const char *folder, char *why, size_t why_size);

/* The language there is for the one wanted (may be NULL): "de" for "de-AT". Borrowed. */
const char *templates_language(const struct templates *t, const char *wanted);
/* Words for a reason code. language as templates_language() gave it. */
const char *templates_reason(const struct templates *t, const char *language, const char *code);
/* Puts values (NULL: none) into a text. */
void templates_fill(const struct templates *t, const char *language, enum text text,
    const char *const value[SLOTS], char ret[TEMPLATE_FILLED_SIZE]);

/* For links: see tracking.h. */
const char *templates_link(const struct templates *t); /* "" none */
const unsigned char *templates_key(const struct templates *t);

#endif
