/* SPDX-License-Identifier: Apache-2.0 */
/* Help, and what a shell may complete: both from the table of verbs and the document. */
#ifndef EVENKEEL_CTL_HELP_H
#define EVENKEEL_CTL_HELP_H

#include "ctl/ctl.h"
#include "ctl/verb.h"

void help_all(const struct ctl *ctl, FILE *out);
void help_verb(const struct ctl *ctl, const struct verb *v, FILE *out);

/* Prints what the last of the words may become, one a line. */
void help_complete(const struct ctl *ctl, int argc, char **argv);

#endif
