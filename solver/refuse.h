/* SPDX-License-Identifier: Apache-2.0 */
/* How what is read or checked is refused: where, and a sentence. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_REFUSE_H
#define EVENKEEL_SOLVER_REFUSE_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes `at` ("calls[3].", "line 7: ") and the sentence into why, cut to why_size; nothing if
 * that is 0. Always -EINVAL, for the caller to return.
 */
__attribute__((format(printf, 4, 0))) int refuse_at(char *why, size_t why_size, const char *at,
    const char *fmt, va_list ap);

#endif
