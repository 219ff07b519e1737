/* SPDX-License-Identifier: Apache-2.0 */
/* Locking a solver worker down. Internal to evenkeel-solve. */
#ifndef EVENKEEL_SOLVER_SANDBOX_H
#define EVENKEEL_SOLVER_SANDBOX_H

/*
 * From here on: no new files, no network, no programs, no privileges; memory and
 * CPU time bounded; killed when the process that started it ends. What is open stays
 * open. There is no way back. 0 or -errno.
 */
int sandbox_enter(void);

#endif
