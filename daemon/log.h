/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one line an event, to standard error or, under systemd, to the journal.
 *
 * A line is a sentence's worth of words and key=value pairs. Only the daemon's outer files log;
 * libraries and the rules return errors. Never a secret, never a token.
 */
#ifndef EVENKEEL_DAEMON_LOG_H
#define EVENKEEL_DAEMON_LOG_H

#include <stdbool.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG, LEVELS };

int log_level_from_name(const char *name, enum log_level *ret); /* -EINVAL */

/*
 * Until it is called, levels up to LEVEL_INFO go to standard error. journal: lines start with the
 * priority that systemd reads, and without the time, which the journal adds itself.
 */
void log_open(enum log_level max, bool journal);
/* Whether standard error is connected to systemd's journal. */
bool log_under_journal(void);

/* One line, in one write(); safe from any thread. Line ends inside become blanks. */
void log_say(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
