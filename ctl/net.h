/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP connection to the daemon: made within a time limit, never blocking after that. */
#ifndef EVENKEEL_CTL_NET_H
#define EVENKEEL_CTL_NET_H

#include <stddef.h>
#include <stdint.h>

int64_t net_now_us(void); /* CLOCK_MONOTONIC */

/*
 * Connects to the first address of host that answers. 0 and a non-blocking socket, or
 * -ENOENT (no such host), -ETIMEDOUT, -ECONNREFUSED, ...
 */
int net_connect(const char *host, uint16_t port, int timeout_ms, int *ret_fd);

#endif
