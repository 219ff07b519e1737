/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON into structs by tables, with refusals that name the member, what
 * was expected and what came. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_JSON_READ_H
#define EVENKEEL_SOLVER_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number of 32 bits in a struct; the same table writes it again. */
struct json_int {
	const char *name;
	size_t offset;
	int32_t otherwise; /* its value if it is left out */
	bool must;         /* it may not be left out */
};

/* Where the refusal goes, and which thing is being read: "calls[3]." or "". */
struct json_reader {
	char *why;
	size_t why_size;
	char at[96];
};

/* Writes the refusal, with the place before it; always -EINVAL. */
__attribute__((format(printf, 2, 3))) int json_refuse(const struct json_reader *r,
    const char *fmt, ...);

/* "object", "array", "string", ... of what came; "nothing" for NULL. */
const char *json_kind(const json_t *j);

/*
 * That j is an object with no other members than those of the table and the
 * names in others (NULL-terminated).
 */
int json_known(const struct json_reader *r, const json_t *j, const struct json_int *ints,
    size_t n, const char *const *others);

/* Reads the table's members into thing. */
int json_read_ints(const struct json_reader *r, const json_t *j, const struct json_int *ints,
    size_t n, void *thing);

/* Writes those members that are not what they are if left out. -ENOMEM. */
int json_write_ints(json_t *j, const struct json_int *ints, size_t n, const void *thing);

/* One whole number under a name of its own. */
int json_read_int(const struct json_reader *r, const char *name, const json_t *j, int64_t min,
    int64_t max, int64_t *ret);

/* An array of at most max members. */
int json_read_array(const struct json_reader *r, const char *name, const json_t *j, size_t max,
    size_t *ret_n);

#endif
