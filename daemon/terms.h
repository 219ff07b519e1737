/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms: what was asked for of a technician or a call, from parameters to an event's body.
 *
 * Only members that are there are taken. What a schema cannot say is refused through the
 * params (a shift that ends before it starts); what needs the state is its caller's.
 */
#ifndef EVENKEEL_DAEMON_TERMS_H
#define EVENKEEL_DAEMON_TERMS_H

#include <jansson.h>

#include "proto/params.h"

/* New objects, also when something was refused; NULL when out of memory. */
json_t *terms_of_tech(struct params *p);
/* site, address, needs, ... but neither due nor appointment: those have their own errors. */
json_t *terms_of_call(struct params *p);

#endif
