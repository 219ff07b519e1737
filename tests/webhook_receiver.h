/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shop's gateway for tests: takes posts on loopback in a thread of its own, keeps each with its
 * headers, and answers what the test told it to.
 */
#ifndef EVENKEEL_TESTS_WEBHOOK_RECEIVER_H
#define EVENKEEL_TESTS_WEBHOOK_RECEIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECEIVER_POSTS_MAX = 4096 };

struct received {
	char id[160], stamp[32], signature[256], content_type[64];
	char *body;
	char call[65], kind[24]; /* of the message in it */
	int status;              /* what was answered */
};

/* Decides on what a post is answered with; runs in the receiver's thread. */
typedef int receiver_judge_fn(void *arg, const struct received *post);

struct receiver {
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock;
	struct received *post[RECEIVER_POSTS_MAX]; /* under the lock, in order of arrival */
	int posts;
	int status;        /* answered to all, unless judge is set */
	int retry_after_s; /* said with any that is not 2xx, 0: not */
	receiver_judge_fn *judge;
	void *arg;
	volatile bool stop;
};

/* Listens on a free port of 127.0.0.1 and answers 204. Set judge before. */
void receiver_start(struct receiver *r);
void receiver_stop(struct receiver *r);

void receiver_answer(struct receiver *r, int status, int retry_after_s);
int receiver_count(struct receiver *r);
/* Waits until n posts have come, and fails the test if they do not. */
void receiver_await(struct receiver *r, int n);
/* Post number i, once there; borrowed until the receiver stops. */
const struct received *receiver_at(struct receiver *r, int i);

#endif
