/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evenkeel-webhook: the process that posts messages to webhooks, started by evenkeeld.
 *
 * It knows no secret and no store: what it gets is an address, headers and a body, and what it says
 * is what came of it. Of all processes it alone opens outward connections and links libcurl.
 *
 * A job is {"id", "url", "headers": [..], "body"}; its answer {"id", "status", "retry_after_s",
 * "error"}: status 0 means that there was no reply, error says why.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/pipe.h"
#include "daemon/webhook_post.h"

enum { EXIT_USAGE = 2, MEMORY_MAX = 1 << 30, WAIT_MS = 1000 };

static int
usage(void)
{
	fputs("evenkeel-webhook posts messages for evenkeeld, which starts it itself.\n"
	      "Usage: evenkeel-webhook --worker FD [--inner NETWORKS]\n"
	      "       evenkeel-webhook --version\n",
	    stderr);
	return EXIT_USAGE;
}

static void
answer(void *arg, json_t *message)
{
	(void)pipe_put(arg,
	    message); /* an answer that is lost is asked for again: the daemon waits */
}

/* Takes the jobs that have come. False: the daemon ended, or talks nonsense. */
static bool
take_jobs(struct pipe *p, struct post *post)
{
	json_t *job;
	int rc = pipe_receive(p);

	while (rc == 0 && (rc = pipe_take(p, &job)) > 0) {
		post_start(post, job);
		json_decref(job);
		rc = 0;
	}
	return rc >= 0;
}

static int
work(struct pipe *p, struct post *post)
{
	for (;;) {
		int sent = pipe_send(p);
		bool readable = false;

		if (sent < 0 || post_wait(post, p->fd, sent == 0, &readable, WAIT_MS) < 0)
			return EXIT_FAILURE;
		if (readable && !take_jobs(p, post))
			return EXIT_SUCCESS;
		post_perform(post);
	}
}

/* Nothing of ours is worth a core file, and no daemon is worth outliving. */
static void
settle(void)
{
	struct rlimit none = { 0, 0 }, memory = { MEMORY_MAX, MEMORY_MAX };

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	(void)setrlimit(RLIMIT_DATA, &memory);
#else
	(void)memory;
#endif
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
}

int
main(int argc, char **argv)
{
	const char *inner = "";
	struct guard guard;
	struct post *post;
	struct pipe p;
	char why[200];
	int status;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("evenkeel-webhook " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 5 && strcmp(argv[3], "--inner") == 0)
		inner = argv[4];
	else if (argc != 3)
		return usage();
	if (strcmp(argv[1], "--worker") != 0 || strspn(argv[2], "0123456789") != strlen(argv[2]))
		return usage();
	if (guard_read(&guard, inner, why, sizeof(why)) < 0) {
		fprintf(stderr, "evenkeel-webhook: --inner: %s\n", why);
		return EXIT_USAGE;
	}
	settle();
	pipe_init(&p, atoi(argv[2]));
	post = post_new(&guard, answer, &p);
	status = post == NULL ? EXIT_FAILURE : work(&p, post);
	post_free(post);
	pipe_done(&p);
	return status;
}
