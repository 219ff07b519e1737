/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of JSON that this daemon wrote itself: event bodies and snapshots.
 *
 * The first error sticks: after it every read gives zero (or its default), so that a
 * reader takes its members in a line each and looks once at the end.
 */
#ifndef EVENKEEL_DAEMON_BODY_H
#define EVENKEEL_DAEMON_BODY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BODY_TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

/* Where the first error goes. */
struct body_error {
	int rc;    /* 0: none yet */
	char *why; /* may be NULL */
	size_t why_size;
};

/* An object being read. at: its path for messages, "" at the top, else with a dot at the end. */
struct body {
	const json_t *obj; /* NULL after a failure */
	char at[80];
	struct body_error *error;
};

/* obj that is not an object is refused. */
void body_init(struct body *b, const json_t *obj, struct body_error *error);

/* Sets the first error and its sentence; returns rc. */
int body_fail(const struct body *b, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool body_failed(const struct body *b);

bool body_has(const struct body *b, const char *name);
int64_t body_int(struct body *b, const char *name, int64_t min, int64_t max);
int64_t body_int_or(struct body *b, const char *name, int64_t min, int64_t max, int64_t def);
int64_t body_time(struct body *b, const char *name); /* Unix seconds, 0 .. BODY_TIME_MAX */
bool body_bool(struct body *b, const char *name);
double body_number(struct body *b, const char *name, double min);
/* Borrowed; "" after a failure. At least one byte, less than size. */
const char *body_str(struct body *b, const char *name, size_t size);
const char *body_str_or(struct body *b, const char *name, size_t size, const char *def);
/* The same, copied. */
void body_copy(struct body *b, const char *name, char *ret, size_t size);
/* The index of a member's string in a list of n names; 0 after a failure. */
int body_name(struct body *b, const char *name, const char *const *names, int n);

/* A member that is an object. */
struct body body_sub(struct body *b, const char *name);
/* How many items a member that is an array has, 0 after a failure; the array in *ret. */
size_t body_array(struct body *b, const char *name, size_t max, const json_t **ret);
size_t body_array_or(struct body *b, const char *name, size_t max, const json_t **ret);
/* Item i of it: an object, or a string. */
struct body body_item(struct body *b, const char *name, const json_t *array, size_t i);
const char *body_item_str(struct body *b, const char *name, const json_t *array, size_t i,
    size_t size);
int64_t body_item_int(struct body *b, const char *name, const json_t *array, size_t i,
    int64_t min, int64_t max);

#endif
