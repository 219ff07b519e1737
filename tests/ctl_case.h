/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeelctl as it is run, against a scripted daemon: cases are what it asks, says and exits with. */
#ifndef EVENKEEL_TESTS_CTL_CASE_H
#define EVENKEEL_TESTS_CTL_CASE_H

#include <stdint.h>

#include "tests/fake_daemon.h"

enum { CTL_OUT_SIZE = 256 * 1024, CTL_STEPS_MAX = 6 };

#define DONE FAKE_RESULT("{\"seq\":41,\"call\":\"c41\",\"version\":1,\"status\":\"planned\"}")
#define SAID_DONE "Done: call c41, status planned, version 1, seq 41\n"
#define CURRENCY \
	{ "guidelines.get", NULL, FAKE_RESULT("{\"version\":1,\"guidelines\":{\"currency\":" \
	  "\"USD\"}}"), false }

/* Each begins with a hello; the steps are what follows it. */
struct ctl_case {
	const char *name;
	const char *words;
	int exit_code;
	const char *out; /* both streams */
	struct fake_step steps[CTL_STEPS_MAX];
};

/* A token file, and no width of a terminal: for cmocka. */
int ctl_set_up(void **unused);
int ctl_tear_down(void **unused);

/* Runs evenkeelctl by the shell; what it said on both streams goes to out. Its exit status. */
int ctl_run(const char *before, uint16_t port, const char *words, char out[CTL_OUT_SIZE]);
void ctl_run_case(const struct ctl_case *c);

#endif
