/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/notify.h"

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#else
#define sd_notify(unset, state) ((void)(unset), (void)(state))
#define sd_notifyf(unset, ...) ((void)(unset))
#define sd_watchdog_enabled(unset, ret_us) ((void)(unset), (void)(ret_us), 0)
#endif

void
notify_ready(const char *status)
{
	(void)status; /* without systemd */
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t
notify_watchdog_ms(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 2000) : 0;
}
