/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The solver as a process of its own: evenkeel-solve --worker, one problem at a time over a socket
 * pair, in the words of solver/worker.h. So the simulator need not link what the solver links.
 */
#ifndef EVENKEEL_SIM_SOLVER_PROCESS_H
#define EVENKEEL_SIM_SOLVER_PROCESS_H

#include <stddef.h>

#include "solver/problem.h"
#include "solver/solve.h"

struct solver_process;

/*
 * bindir: where evenkeel-solve is; NULL: beside this program. The process is started when it is first
 * asked, and anew when it has ended. -ENOMEM, or -errno if there is no such program.
 */
int solver_process_new(const char *bindir, struct solver_process **ret);
void solver_process_free(struct solver_process *s); /* ends it; NULL is fine */

/*
 * As solve(), with a sentence in why: -EINVAL also if the answer makes no sense, -EIO if the process
 * ends without one twice. Problem and answer cross as JSON. SIGPIPE must be ignored.
 */
int solver_process_solve(struct solver_process *s, const struct problem *p,
    const struct solve_limits *lim, struct plan **ret, char *why, size_t why_size);

#endif
