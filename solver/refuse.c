/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
refuse_at(char *why, size_t why_size, const char *at, const char *fmt, va_list ap)
{
	size_t used;

	if (why_size == 0)
		return -EINVAL;
	snprintf(why, why_size, "%s", at);
	used = strlen(why);
	vsnprintf(why + used, why_size - used, fmt, ap);
	return -EINVAL;
}
