/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/template.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"

enum {
	LINE_MAX_BYTES = 198, /* libinih's limit, with the line's end */
	CODE_SIZE = 41,
	FILE_MAX = 256 << 10,
	WHY_SIZE = 300,
	SHOWN = 30, /* bytes of what was wrong */
};

#define BIT(slot) (1u << (slot))
#define ALWAYS (BIT(SLOT_CUSTOMER) | BIT(SLOT_REFERENCE) | BIT(SLOT_LINK))
#define WINDOW (BIT(SLOT_FROM) | BIT(SLOT_TO))
#define VISIT (BIT(SLOT_TECHNICIAN) | BIT(SLOT_ARRIVAL) | WINDOW)
#define OLD (BIT(SLOT_OLD_FROM) | BIT(SLOT_OLD_TO))

static const char *const slot_names[SLOTS] = {
	[SLOT_CUSTOMER] = "customer",
	[SLOT_REFERENCE] = "reference",
	[SLOT_LINK] = "link",
	[SLOT_TECHNICIAN] = "technician",
	[SLOT_ARRIVAL] = "arrival",
	[SLOT_FROM] = "from",
	[SLOT_TO] = "to",
	[SLOT_REASON] = "reason",
	[SLOT_OLD_FROM] = "old_from",
	[SLOT_OLD_TO] = "old_to",
	[SLOT_AMOUNT] = "amount",
};

/* The keys of [texts], and the values that are always there when one is used. */
static const struct {
	const char *name;
	unsigned slots;
} texts[TEXTS] = {
	[TEXT_BOOKED] = { "booked", ALWAYS | WINDOW },
	[TEXT_PLANNED] = { "planned", ALWAYS | VISIT },
	[TEXT_PLANNED_AGREED] = { "planned_agreed", ALWAYS | VISIT },
	[TEXT_PROPOSED] = { "proposed", ALWAYS | VISIT | BIT(SLOT_REASON) },
	[TEXT_MOVED] = { "moved", ALWAYS | VISIT | BIT(SLOT_REASON) },
	[TEXT_MOVED_SORRY] = { "moved_sorry", ALWAYS | VISIT | OLD | BIT(SLOT_REASON) },
	[TEXT_RETURNED] = { "returned", ALWAYS | VISIT | BIT(SLOT_REASON) },
	[TEXT_ON_THE_WAY] = { "on_the_way", ALWAYS | BIT(SLOT_TECHNICIAN) | BIT(SLOT_ARRIVAL) },
	[TEXT_WITHDRAWN] = { "withdrawn", ALWAYS },
	[TEXT_CARRIED_OVER] = { "carried_over", ALWAYS | WINDOW },
	[TEXT_CARRIED_OVER_OPEN] = { "carried_over_open", ALWAYS },
	[TEXT_CANCELLED] = { "cancelled", ALWAYS },
	[TEXT_DONE] = { "done", ALWAYS | BIT(SLOT_TECHNICIAN) },
	[TEXT_DONE_RETURN] = { "done_return", ALWAYS | BIT(SLOT_TECHNICIAN) },
	[TEXT_NO_ACCESS] = { "no_access", ALWAYS | BIT(SLOT_TECHNICIAN) },
	[TEXT_GOODWILL_FREE_LABOUR] = { "goodwill_free_labour", ALWAYS | BIT(SLOT_AMOUNT) },
	[TEXT_GOODWILL_DISCOUNT] = { "goodwill_discount", ALWAYS | BIT(SLOT_AMOUNT) },
	[TEXT_UNANSWERED] = { "unanswered", ALWAYS },
};

struct words {
	char code[CODE_SIZE];
	char *text;
};

struct language {
	char name[TEMPLATE_LANGUAGE_SIZE];
	char *text[TEXTS];
	struct words reason[TEMPLATE_REASONS_MAX];
	size_t reasons;
};

struct templates {
	char fallback[TEMPLATE_LANGUAGE_SIZE];
	char *link;
	unsigned char key[TEMPLATE_KEY_SIZE];
	struct language *language[TEMPLATE_LANGUAGES_MAX];
	size_t languages;
};

struct templates *
templates_new(const char *language, const char *link, const unsigned char key[TEMPLATE_KEY_SIZE])
{
	struct templates *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	snprintf(t->fallback, sizeof(t->fallback), "%s", language);
	memcpy(t->key, key, TEMPLATE_KEY_SIZE);
	t->link = strdup(link);
	if (t->link == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static void
language_free(struct language *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < TEXTS; i++)
		free(l->text[i]);
	for (size_t i = 0; i < l->reasons; i++)
		free(l->reason[i].text);
	free(l);
}

void
templates_free(struct templates *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->languages; i++)
		language_free(t->language[i]);
	free(t->link);
	free(t);
}

/* --- reading a file --- */

/* What libinih reads and hands over; the first refusal stays. */
struct reading {
	struct templates *t;
	struct language *l;
	const char *at, *end;
	int line, bad; /* bad: line of the first refusal, 0 none */
	bool goes_on;  /* the present line begins with a blank: it belongs to the one before */
	bool no_memory;
	char why[WHY_SIZE];
};

#define refuse(r, ...)                                              \
	((r)->bad != 0 ? 0                                          \
		       : ((r)->bad = (r)->line > 0 ? (r)->line : 1, \
			     snprintf((r)->why, sizeof((r)->why), __VA_ARGS__), 0))

/* A line at a time, so that none is cut without a word. */
static char *
next_line(char *to, int size, void *arg)
{
	struct reading *r = arg;
	size_t left = (size_t)(r->end - r->at), len;
	const char *newline;

	if (left == 0 || r->bad != 0)
		return NULL;
	r->line++;
	newline = memchr(r->at, '\n', left);
	len = newline == NULL ? left : (size_t)(newline - r->at) + 1;
	if (!utf8_valid(r->at, len))
		(void)refuse(r, "this is not UTF-8: save the file in UTF-8");
	else if (len > LINE_MAX_BYTES || len >= (size_t)size)
		(void)refuse(r,
		    "the line is over %d bytes: go on in a line that begins with a blank",
		    LINE_MAX_BYTES);
	if (r->bad != 0)
		return NULL;
	memcpy(to, r->at, len);
	to[len] = '\0';
	r->goes_on = *r->at == ' ' || *r->at == '\t';
	r->at += len;
	return to;
}

static enum slot
slot_of(const char *name, size_t len)
{
	size_t i = 0;

	while (i < SLOTS && (strlen(slot_names[i]) != len || memcmp(slot_names[i], name, len) != 0))
		i++;
	return (enum slot)i;
}

/* The names that a text may use, for a refusal. */
static void
list_slots(unsigned slots, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < SLOTS && len < size; i++) {
		if ((slots & BIT(i)) != 0)
			len += (size_t)snprintf(ret + len, size - len, "%s{%s}", len > 0 ? " " : "",
			    slot_names[i]);
	}
}

/* Looks at one {name}; text is at its brace. Returns what comes behind it, NULL after refusing. */
static const char *
check_slot(struct reading *r, enum text key, const char *text)
{
	const char *close = strchr(text, '}');
	size_t len = close == NULL ? SHOWN : (size_t)(close - text) + 1;
	enum slot slot = close == NULL ? SLOTS : slot_of(text + 1, len - 2);
	char may[160];

	if (slot == SLOTS || (texts[key].slots & BIT(slot)) == 0) {
		list_slots(texts[key].slots, may, sizeof(may));
		(void)refuse(r, "%s: %.*s is not known here; there are %s", texts[key].name,
		    (int)(len < SHOWN ? len : SHOWN), text, may);
		return NULL;
	}
	if (slot == SLOT_LINK && r->t->link[0] == '\0') {
		(void)refuse(r, "%s: {link} needs tracking_url in the configuration",
		    texts[key].name);
		return NULL;
	}
	return close + 1;
}

static void
check_slots(struct reading *r, enum text key, const char *text)
{
	while (text != NULL && (text = strpbrk(text, "{}")) != NULL) {
		if (*text == '}') {
			(void)refuse(r, "%s: } without a {", texts[key].name);
			return;
		}
		text = check_slot(r, key, text);
	}
}

/* Keeps a text, or the rest of one that began in the line before. False: too long, or given twice.
 */
static bool
keep(struct reading *r, char **at, const char *name, const char *value, size_t max)
{
	size_t was = *at == NULL ? 0 : strlen(*at), len = strlen(value);
	char *grown;

	if (*at != NULL && !r->goes_on)
		return refuse(r, "%.40s: it is there twice; take one away", name);
	if (was + 1 + len > max)
		return refuse(r, "%.40s: it is over %zu bytes; shorten it", name, max);
	grown = realloc(*at, was + len + 2);
	if (grown == NULL) {
		r->no_memory = true;
		return refuse(r, "out of memory");
	}
	if (was > 0)
		grown[was++] = ' ';
	memcpy(grown + was, value, len + 1);
	*at = grown;
	return true;
}

static int
take_text(struct reading *r, const char *name, const char *value)
{
	for (size_t i = 0; i < TEXTS; i++) {
		if (strcmp(texts[i].name, name) == 0)
			return keep(r, &r->l->text[i], name, value, TEMPLATE_TEXT_MAX);
	}
	return refuse(r, "%.40s: there is no such text; take it away", name);
}

static int
take_reason(struct reading *r, const char *code, const char *value)
{
	struct language *l = r->l;
	size_t i = 0;

	if (strlen(code) >= CODE_SIZE ||
	    code[strspn(code, "abcdefghijklmnopqrstuvwxyz_0123456789")] != '\0')
		return refuse(r, "%.40s: expected a reason code of small letters and _", code);
	while (i < l->reasons && strcmp(l->reason[i].code, code) != 0)
		i++;
	if (i == TEMPLATE_REASONS_MAX)
		return refuse(r, "there are over %d reasons", TEMPLATE_REASONS_MAX);
	if (i == l->reasons) {
		snprintf(l->reason[i].code, CODE_SIZE, "%s", code);
		l->reasons++;
	}
	return keep(r, &l->reason[i].text, code, value, TEMPLATE_REASON_MAX);
}

static int
on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;

	if (strcmp(section, "texts") == 0)
		return take_text(r, name, value);
	if (strcmp(section, "reasons") == 0)
		return take_reason(r, name, value);
	return refuse(r, "[%.40s]: the sections are [texts] and [reasons]", section);
}

/* Whether all is there, and names only what it may. */
static void
check_whole(struct reading *r)
{
	for (size_t i = 0; i < TEXTS && r->bad == 0; i++) {
		if (r->l->text[i] == NULL || r->l->text[i][0] == '\0')
			(void)refuse(r, "%s is missing in [texts]: add it", texts[i].name);
		else
			check_slots(r, (enum text)i, r->l->text[i]);
	}
	for (size_t i = 0; i < r->l->reasons; i++) {
		if (r->l->reason[i].text[0] == '\0')
			(void)refuse(r, "%s has no words in [reasons]", r->l->reason[i].code);
		if (strcmp(r->l->reason[i].code, "other") == 0)
			return;
	}
	(void)refuse(r, "other is missing in [reasons]: add words for reasons not listed");
}

static void
read_lines(struct reading *r)
{
	int line = ini_parse_stream(next_line, r, on_line, r);

	if (line < 0)
		r->no_memory = true;
	else if (line > 0 && r->bad == 0) {
		r->line = line;
		(void)refuse(r, "expected [texts], [reasons], or NAME = TEXT");
	}
	if (r->bad == 0)
		check_whole(r);
}

static bool
is_language(const char *name)
{
	size_t len = strlen(name);

	return len >= 2 && len < TEMPLATE_LANGUAGE_SIZE &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")] == '\0';
}

int
templates_add(struct templates *t, const char *language, const char *name, const char *text,
    size_t len, char *why, size_t why_size)
{
	struct reading r = { .t = t, .at = text, .end = text + len };

	snprintf(why, why_size, "%s: out of memory", name);
	if (!is_language(language) || t->languages == TEMPLATE_LANGUAGES_MAX) {
		snprintf(why, why_size,
		    "%s: expected a language's code before .ini, like en or "
		    "de-AT, of at most %d languages",
		    name, TEMPLATE_LANGUAGES_MAX);
		return -EINVAL;
	}
	r.l = calloc(1, sizeof(*r.l));
	if (r.l == NULL)
		return -ENOMEM;
	snprintf(r.l->name, sizeof(r.l->name), "%s", language);
	read_lines(&r);
	if (r.bad != 0 || r.no_memory) {
		language_free(r.l);
		if (!r.no_memory)
			snprintf(why, why_size, "%s, line %d: %s", name, r.bad, r.why);
		return r.no_memory ? -ENOMEM : -EINVAL;
	}
	t->language[t->languages++] = r.l;
	return 0;
}

/* --- a folder of them --- */

/* A whole file, malloc'd. -errno; -EFBIG. */
static int
read_file(const char *path, char **ret, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	char *text;
	size_t len;
	int rc = 0;

	if (f == NULL)
		return -errno;
	text = malloc(FILE_MAX + 1);
	if (text == NULL) {
		fclose(f);
		return -ENOMEM;
	}
	len = fread(text, 1, FILE_MAX + 1, f);
	if (ferror(f))
		rc = -EIO;
	else if (len > FILE_MAX)
		rc = -EFBIG;
	fclose(f);
	if (rc < 0) {
		free(text);
		return rc;
	}
	*ret = text;
	*ret_len = len;
	return 0;
}

static int
add_file(struct templates *t, const char *folder, const char *file, char *why, size_t why_size)
{
	char path[4096], language[64];
	char *text = NULL;
	size_t len = 0;
	int rc;

	snprintf(language, sizeof(language), "%.*s", (int)(strlen(file) - 4), file);
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	rc = read_file(path, &text, &len);
	if (rc < 0) {
		snprintf(why, why_size, "%s: %s", path, strerror(-rc));
		return rc;
	}
	rc = templates_add(t, language, path, text, len, why, why_size);
	free(text);
	return rc;
}

static int
is_ini(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && len < 60 && d->d_name[0] != '.' &&
	    strcmp(d->d_name + len - 4, ".ini") == 0;
}

static const struct language *
find(const struct templates *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->languages; i++) {
		if (strlen(t->language[i]->name) == len &&
		    strncasecmp(t->language[i]->name, name, len) == 0)
			return t->language[i];
	}
	return NULL;
}

int
templates_read(struct templates *t, const char *folder, char *why, size_t why_size)
{
	struct dirent **file = NULL;
	int n = scandir(folder, &file, is_ini, alphasort), rc = 0;

	if (n < 0) {
		rc = -errno;
		snprintf(why, why_size, "messages %.200s: %s: give the folder of the texts", folder,
		    strerror(errno));
		return rc;
	}
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = add_file(t, folder, file[i]->d_name, why, why_size);
		free(file[i]);
	}
	free(file);
	if (rc == 0 && find(t, t->fallback, strlen(t->fallback)) == NULL) {
		snprintf(why, why_size,
		    "messages %.200s: there is no %s.ini: add it, or set language "
		    "to one that there is",
		    folder, t->fallback);
		rc = -EINVAL;
	}
	return rc;
}

/* --- using them --- */

/* Falls back to a less exact name, then to the default. At least one language is there. */
static const struct language *
best(const struct templates *t, const char *wanted)
{
	const struct language *l = NULL;

	if (wanted != NULL)
		l = find(t, wanted, strlen(wanted));
	if (l == NULL && wanted != NULL)
		l = find(t, wanted, strcspn(wanted, "-_"));
	if (l == NULL)
		l = find(t, t->fallback, strlen(t->fallback));
	return l != NULL ? l : t->language[0];
}

const char *
templates_language(const struct templates *t, const char *wanted)
{
	return best(t, wanted)->name;
}

const char *
templates_reason(const struct templates *t, const char *language, const char *code)
{
	const struct language *l = best(t, language);
	const char *other = "";

	for (size_t i = 0; i < l->reasons; i++) {
		if (strcmp(l->reason[i].code, code) == 0)
			return l->reason[i].text;
		if (strcmp(l->reason[i].code, "other") == 0)
			other = l->reason[i].text;
	}
	return other;
}

void
templates_fill(const struct templates *t, const char *language, enum text text,
    const char *const value[SLOTS], char ret[TEMPLATE_FILLED_SIZE])
{
	const char *from = best(t, language)->text[text];
	char *to = ret, *end = ret + TEMPLATE_FILLED_SIZE - 1;

	while (*from != '\0' && to < end) {
		size_t plain = strcspn(from, "{");
		const char *put = from;
		size_t len = plain;

		if (plain == 0) { /* names were checked when the file was read */
			enum slot slot = slot_of(from + 1, strcspn(from + 1, "}"));

			put = slot < SLOTS && value[slot] != NULL ? value[slot] : "";
			len = strlen(put);
			from += strcspn(from, "}") + 1;
		}
		len = utf8_cut(put, len, (size_t)(end - to));
		memcpy(to, put, len);
		to += len;
		from += plain;
	}
	*to = '\0';
}

const char *
templates_link(const struct templates *t)
{
	return t->link;
}

const unsigned char *
templates_key(const struct templates *t)
{
	return t->key;
}
