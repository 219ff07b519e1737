/* SPDX-License-Identifier: Apache-2.0 */
/* A live view of what the daemon pushes: a line each, or a board that is drawn anew. */
#ifndef EVENKEEL_CTL_WATCH_H
#define EVENKEEL_CTL_WATCH_H

#include "ctl/ctl.h"

/* The words after "watch". Reconnects and resumes until it is interrupted. */
enum exit_code watch_run(struct ctl *ctl, int argc, char **argv);

/* One notification as one line of text, with its end. */
void watch_line(const struct ctl *ctl, const struct client_note *n);

#endif
