/* SPDX-License-Identifier: Apache-2.0 */
/* A problem as JSON: whatever comes is refused, or is a problem that can be solved. */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "solver/problem_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct solve_limits lim = { .work = 2000, .search = size % 2 == 0 };
	struct problem *p = NULL;
	struct plan *plan = NULL;
	char why[256] = "";
	int rc = problem_parse((const char *)data, size, &p, why, sizeof(why));

	if (rc < 0) {
		assert(p == NULL && (rc == -ENOMEM || why[0] != '\0'));
		return 0;
	}
	rc = solve(p, &lim, &plan);
	assert(rc == 0 || rc == -ETIME || rc == -ENOMEM);
	if (rc == 0)
		assert(plan_check(p, plan, NULL, NULL, why, sizeof(why)) == 0);
	plan_free(plan);
	problem_free(p);
	return 0;
}
