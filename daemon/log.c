/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static const char *const names[LEVELS] = { "error", "warning", "info", "debug" };
/* What systemd reads at the start of a line: syslog's priorities. */
static const char *const priorities[LEVELS] = { "<3>", "<4>", "<6>", "<7>" };

static atomic_int max_level = LEVEL_INFO;
static atomic_bool to_journal = false;

int
log_level_from_name(const char *name, enum log_level *ret)
{
	for (int i = 0; i < LEVELS; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void
log_open(enum log_level max, bool journal)
{
	max_level = (int)max;
	to_journal = journal;
}

bool
log_under_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

/* The start of a line: what systemd reads, or the time and the level's name. */
static size_t
put_head(char line[LINE_SIZE], enum log_level level)
{
	struct timespec ts;
	struct tm tm;
	int n;

	if (to_journal) {
		n = snprintf(line, LINE_SIZE, "%s", priorities[level]);
	} else {
		clock_gettime(CLOCK_REALTIME, &ts);
		gmtime_r(&ts.tv_sec, &tm);
		n = snprintf(line, LINE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %-7s ",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		    (int)(ts.tv_nsec / 1000000), names[level]);
	}
	return n < 0 ? 0 : (size_t)n;
}

void
log_say(enum log_level level, const char *fmt, ...)
{
	char line[LINE_SIZE];
	size_t len;
	va_list ap;
	int n;

	if ((int)level > max_level)
		return;
	len = put_head(line, level);
	va_start(ap, fmt);
	n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	va_end(ap);
	if (n > 0)
		len += (size_t)n < sizeof(line) - len - 1 ? (size_t)n : sizeof(line) - len - 2;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	}
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* there is nobody left to tell */
}
