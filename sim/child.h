/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the shell that reads a text and writes an answer, within a time limit. */
#ifndef EVENKEEL_SIM_CHILD_H
#define EVENKEEL_SIM_CHILD_H

#include <stddef.h>
#include <stdint.h>

enum { CHILD_ANSWER_MAX = 256 << 20 }; /* bytes; a longer answer is refused */

/*
 * Runs the command by /bin/sh -c with the text on its standard input. 0 with what it wrote to
 * its standard output in *ret (the caller's to free, NUL-terminated). -ETIMEDOUT: it was killed,
 * with all that it had started in its process group; -EIO: it ended with another status than 0;
 * -EFBIG, -ENOMEM, ... with a sentence in why that holds the last line of its standard error.
 * SIGPIPE must be ignored: a command need not read all of its input.
 */
int child_run(const char *command, const char *text, size_t size, int64_t limit_ms, char **ret,
    size_t *ret_size, char *why, size_t why_size);

#endif
