/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words between the daemon and a solver worker (evenkeel-solve --worker FD).
 *
 * Each message is a 4-byte length in network order and as many bytes of JSON.
 * To the worker: {"id": n, "limits": {"time_ms","work","seed","label_cap","prove","search",
 * "budgets"}, "problem": {...}}; back: {"id": n, "plan": {...}} or {"id": n, "error": "..."}.
 * With "budgets": [0, 1, 2, -1] (ascending, at most 8, -1, unbounded, last) the problem's own budget
 * is not looked at, and what comes back instead of a plan is the price of calm, {"id": n,
 * "plans": [{"budget": 0, "plan": {...}}, ...]}: see solve_calm().
 * One request at a time; the worker exits when the socket closes.
 */
#ifndef EVENKEEL_SOLVER_WORKER_H
#define EVENKEEL_SOLVER_WORKER_H

enum { WORKER_MESSAGE_MAX = 64 * 1024 * 1024 };

/*
 * Serves requests on fd until it closes. Locks the process down first (no new
 * files, no network, memory and CPU limits, seccomp). Returns the exit status.
 */
int worker_serve(int fd);

#endif
