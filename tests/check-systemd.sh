#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails if the unit is less locked down than promised, or its files do not parse.
set -eu
cd "${EVENKEEL_BUILDDIR:?run me by make check}"
threshold=15 # tenths: exposure 1.5 of 10

command -v systemd-analyze >/dev/null || {
	echo 'skipped: there is no systemd-analyze on this machine'
	exit 77
}
systemd-analyze security --no-pager --offline=true --threshold=$threshold systemd/evenkeeld.service
