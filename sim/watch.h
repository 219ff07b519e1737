/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody who looks on while a day is simulated: the demonstration on the terminal. */
#ifndef EVENKEEL_SIM_WATCH_H
#define EVENKEEL_SIM_WATCH_H

#include "sim/desk.h"
#include "sim/judge.h"
#include "sim/push.h"

/* Each may be NULL. The desk is as it was before what is shown, but for fact: after it. */
struct watch {
	void (*fact)(void *arg, const struct desk *d, const struct fact *f);
	void (*revised)(void *arg, const struct desk *d, const struct revision *r,
	    const struct verdict *v);
	void (*told)(void *arg, const struct desk *d, const struct telling *t);
	void (*said)(void *arg, const struct desk *d, const struct saying *s);
	void (*time)(void *arg, const struct desk *d, int64_t now_s);
	void *arg;
};

#endif
