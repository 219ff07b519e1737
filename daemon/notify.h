/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd is told: sd_notify(3)'s protocol, a datagram to the socket that NOTIFY_SOCKET names.
 * Written out here since it is so little, and a unit of Type=notify must not depend on how the daemon
 * was built. Does nothing where nobody asked.
 */
#ifndef EVENKEEL_DAEMON_NOTIFY_H
#define EVENKEEL_DAEMON_NOTIFY_H

#include <stdint.h>

/* Sends lines like "READY=1". 0: sent, or nobody asked; -errno. */
int notify_send(const char *lines);
/* How often WATCHDOG=1 is wanted, in milliseconds: half of systemd's limit; 0: not at all. */
int64_t notify_watchdog_ms(void);

#endif
