/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several wanted calls, one after the other, in different orders: what each order means for them
 * and for the others. Pure: nothing is changed or held.
 *
 * Each call takes the best place that is left when its turn comes: first of all what breaks
 * nobody's promise, then what meets its own time, then what disturbs least, then the cheapest. It
 * may push one that came before it only within that one's window. Who finds no place today is
 * placed on another day.
 */
#ifndef EVENKEEL_DAEMON_ORDER_H
#define EVENKEEL_DAEMON_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/quote.h"
#include "daemon/state.h"

enum { ORDER_WANTED_MAX = 6, ORDER_SHOWN_MAX = 3, ORDER_LABEL_SIZE = 121 };

struct order_wanted {
	struct quote_need need;
	char label[ORDER_LABEL_SIZE]; /* what the asker calls it */
};

struct order_ask {
	const struct state *s;
	int64_t now;
	struct order_wanted wanted[ORDER_WANTED_MAX];
	int32_t n;
};

/*
 * The orders as the schema of order.preview's result has them: the asker's, that of the deadlines
 * if it is another, and the cheapest found of the rest. A new reference; NULL when out of memory.
 */
json_t *order_make(const struct order_ask *ask);

#endif
