/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real evenkeeld on a scratch store, for whole-daemon tests.
 *
 * Each daemon has its own directory under TMPDIR (or /tmp), listens on a port that the kernel
 * chose, and, unless told otherwise, has a virtual clock that starts at HARNESS_START. What goes
 * wrong fails the test at once, with the end of the daemon's log. Every result is held against its
 * schema in the OpenRPC document.
 */
#ifndef EVENKEEL_TESTS_DAEMON_HARNESS_H
#define EVENKEEL_TESTS_DAEMON_HARNESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl/client.h"

#define HARNESS_START "2011-09-21T07:00:00-04:00"
#define HARNESS_ZONE "America/New_York"

enum { HARNESS_WAIT_MS = 20000, HARNESS_ARGS_MAX = 24, HARNESS_PATH_SIZE = 256 };

struct harness {
	char dir[HARNESS_PATH_SIZE];
	pid_t pid; /* 0: not running */
	uint16_t port;
	const char
	    *args[HARNESS_ARGS_MAX]; /* more of the command line, NULL at the end; borrowed */
	bool real_clock;
	void (*before_exec)(void); /* in the child, or NULL */
	struct client *admin;      /* logged in with admin.token; NULL: not running */
};

/* Makes the directory, starts the daemon, logs in. Set args and the like before. */
void harness_start(struct harness *h);
/* SIGTERM; the daemon must end with status 0. */
void harness_stop(struct harness *h);
/* SIGKILL, and waits for its end. */
void harness_kill(struct harness *h);
/* Starts it again on the same store. */
void harness_again(struct harness *h);
/* Waits for its end by itself: its exit status, or minus the signal. */
int harness_wait(struct harness *h);
/* Stops it if it runs, and takes its directory away. */
void harness_done(struct harness *h);

/* Runs evenkeeld with these arguments to its end: exit status; its output and log in out. */
int harness_run(const struct harness *h, const char *const args[], char *out, size_t out_size);
/* A file in its directory. */
void harness_path(const struct harness *h, const char *name, char ret[HARNESS_PATH_SIZE]);
/* What it logged so far; malloc'd. */
char *harness_log(const struct harness *h);

/* Another client; token NULL: admin. fail: whether it must succeed is the caller's to see. */
struct client *harness_client(struct harness *h, const char *token);
/* A token for a role, malloc'd; technician NULL unless the role needs one. */
char *harness_token(struct harness *h, const char *role, const char *technician);
/* A connection without a hello, for what no decent client does. */
int harness_raw(struct harness *h);
/* Sends bytes on it; reads one line (its end cut), malloc'd, NULL at its end or after wait_ms. */
void harness_raw_send(int fd, const char *bytes, size_t len);
char *harness_raw_line(int fd, int wait_ms);

/*
 * A call that must succeed; params are stolen, and get a cmd_id if the method writes and they have
 * none. The result is the caller's.
 */
json_t *harness_ok(struct client *c, const char *method, json_t *params);
/* A call that must be refused with this code; its message (and data, if ret is not NULL). */
void harness_refused(struct client *c, const char *method, json_t *params, int code,
    struct client_error *ret);
/* harness_ok() whose result nobody wants. */
void harness_do(struct client *c, const char *method, json_t *params);

/* Moves the virtual clock to a time of day on the day of HARNESS_START, e.g. "09:30:00". */
void harness_at(struct harness *h, const char *time);
/* A technician with a shift from 08:00 to 17:00 local; lat and lon of home. */
void harness_technician(struct harness *h, const char *id, double lat, double lon);
/* A routine call at a place, due at a time of the day; its id is malloc'd. */
char *harness_book(struct harness *h, double lat, double lon, const char *due);

#endif
