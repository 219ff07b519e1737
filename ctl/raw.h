/* SPDX-License-Identifier: Apache-2.0 */
/* The verb rpc: any method, parameters and result as JSON. */
#ifndef EVENKEEL_CTL_RAW_H
#define EVENKEEL_CTL_RAW_H

#include "ctl/ctl.h"

enum exit_code raw_run(struct ctl *ctl, int argc, char **argv);

#endif
