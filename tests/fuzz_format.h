/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets of the formats have in common. */
#ifndef EVENKEEL_TESTS_FUZZ_FORMAT_H
#define EVENKEEL_TESTS_FUZZ_FORMAT_H

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/format.h"

/* Whatever comes is refused with a reason, or is a problem with a plan that can be written. */
static inline void
fuzz_format(const struct format *f, const uint8_t *data, size_t size)
{
	const struct solve_limits lim = { .work = 2000, .search = size % 2 == 0 };
	struct text t = text_of((const char *)data, size);
	struct format_case *c = NULL;
	struct plan *plan = NULL;
	char why[512] = "";
	json_t *j;
	int rc = format_read(f, &t, NULL, &c, why, sizeof(why));

	if (rc < 0) {
		assert(c == NULL && why[0] != '\0');
		return;
	}
	rc = format_solve(c, &lim, size % 3 == 0 ? 1 : -1, &plan);
	assert(rc == 0 || rc == -ETIME || rc == -ENOMEM);
	if (rc == 0) {
		assert(plan_check(c->problem, plan, NULL, NULL, why, sizeof(why)) == 0);
		j = format_write(c, plan);
		assert(j != NULL);
		json_decref(j);
	}
	plan_free(plan);
	format_case_free(c);
}

#endif
