/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses a webhook may be connected to: none that are inner, unless the operator lists
 * them.
 *
 * Inner are loopback, private, link-local, shared (RFC 6598), unique local, multicast, unspecified,
 * reserved and documentation addresses, also when they come as IPv6 forms of IPv4 addresses. The
 * address that is really connected to is looked at, so that no name can lead elsewhere.
 */
#ifndef EVENKEEL_DAEMON_GUARD_H
#define EVENKEEL_DAEMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { GUARD_NETS_MAX = 32, GUARD_BYTES = 16, GUARD_TEXT_SIZE = 64 };

/* Networks that are listed; IPv4 ones as IPv4-mapped IPv6, so that there is one kind. */
struct guard {
	struct guard_net {
		unsigned char address[GUARD_BYTES];
		int bits;
	} net[GUARD_NETS_MAX];
	int nets;
};

/*
 * Reads networks like 10.1.0.0/16 or ::1, with blanks or commas between. -EINVAL with a sentence in
 * why that names the one that is wrong.
 */
int guard_read(struct guard *g, const char *list, char *why, size_t why_size);

enum guard_verdict { GUARD_OPEN, GUARD_LISTED, GUARD_INNER };

/* What an address is: out in the open, listed, or inner and not listed. */
enum guard_verdict guard_look(const struct guard *g, const struct sockaddr *to);
/* Of a numeric address; false: it is a name. */
bool guard_look_text(const struct guard *g, const char *host, enum guard_verdict *ret);
/* The address as text, for a log. */
void guard_text(const struct sockaddr *to, char ret[GUARD_TEXT_SIZE]);

#endif
