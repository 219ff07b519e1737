/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd is told; does nothing where there is none. */
#ifndef EVENKEEL_DAEMON_NOTIFY_H
#define EVENKEEL_DAEMON_NOTIFY_H

#include <stdint.h>

void notify_ready(const char *status);
void notify_stopping(void);
void notify_watchdog(void);
/* How often systemd wants to hear from us, in milliseconds (half of its limit); 0: not at all. */
int64_t notify_watchdog_ms(void);

#endif
