/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook_post.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, RETRY_AFTER_MAX_S = 86400, ERROR_SIZE = 200 };

/* One post under way. */
struct job {
	struct post *post;
	json_int_t id;
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	size_t reply;             /* bytes of it, read and thrown away */
	bool plain;               /* http: only to a listed address */
	char refused[ERROR_SIZE]; /* why no connection was made, "" */
	char error[CURL_ERROR_SIZE];
	struct job *next, **link;
};

struct post {
	CURLM *multi;
	struct guard guard;
	post_answer_fn *answer;
	void *arg;
	struct job *jobs;
	int32_t running;
};

struct post *
post_new(const struct guard *guard, post_answer_fn *answer, void *arg)
{
	struct post *p = calloc(1, sizeof(*p));

	if (p == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(p);
		return NULL;
	}
	p->guard = *guard;
	p->answer = answer;
	p->arg = arg;
	p->multi = curl_multi_init();
	if (p->multi == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

static void
job_free(struct job *j)
{
	if (j->link != NULL) {
		*j->link = j->next;
		if (j->next != NULL)
			j->next->link = j->link;
		j->post->running--;
	}
	if (j->easy != NULL)
		curl_easy_cleanup(j->easy);
	curl_slist_free_all(j->headers);
	free(j->body);
	free(j);
}

void
post_free(struct post *p)
{
	if (p == NULL)
		return;
	while (p->jobs != NULL) {
		curl_multi_remove_handle(p->multi, p->jobs->easy);
		job_free(p->jobs);
	}
	curl_multi_cleanup(p->multi);
	curl_global_cleanup();
	free(p);
}

/* --- what libcurl calls --- */

/* The one place where a connection begins: the address is known here, and final. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct job *j = arg;
	enum guard_verdict verdict = guard_look(&j->post->guard, &to->addr);
	char address[GUARD_TEXT_SIZE];

	(void)purpose;
	guard_text(&to->addr, address);
	if (verdict == GUARD_INNER) {
		snprintf(j->refused, sizeof(j->refused),
		    "%s is an inner address: list it in webhook_inner, or give another url",
		    address);
		return CURL_SOCKET_BAD;
	}
	if (j->plain && verdict != GUARD_LISTED) {
		snprintf(j->refused, sizeof(j->refused),
		    "%s is not in webhook_inner: http goes to listed addresses only, use https",
		    address);
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
throw_away(char *data, size_t size, size_t n, void *arg)
{
	struct job *j = arg;

	(void)data;
	j->reply += size * n;
	return j->reply > POST_REPLY_MAX ? 0 : size * n;
}

/* --- a job --- */

static void
say(struct post *p, json_int_t id, long status, curl_off_t retry_after_s, const char *error)
{
	char text[ERROR_SIZE];

	/* What comes from outside may hold anything. */
	snprintf(text, sizeof(text), "%.*s", ERROR_SIZE - 1, error);
	for (char *at = text; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
	if (retry_after_s > RETRY_AFTER_MAX_S)
		retry_after_s = RETRY_AFTER_MAX_S;
	p->answer(p->arg,
	    json_pack("{s:I, s:I, s:I, s:s}", "id", id, "status", (json_int_t)status,
		"retry_after_s", (json_int_t)(retry_after_s < 0 ? 0 : retry_after_s), "error",
		text));
}

/* Everything that a post must not do is switched off by name. */
static bool
set_up(struct job *j, const char *url)
{
	CURL *e = j->easy;

	return curl_easy_setopt(e, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)POST_TIMEOUT_MS) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, j) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, throw_away) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_WRITEDATA, j) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, j->error) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_HTTPHEADER, j->headers) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)strlen(j->body)) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_POSTFIELDS, j->body) == CURLE_OK &&
	    curl_easy_setopt(e, CURLOPT_PRIVATE, j) == CURLE_OK;
}

static bool
add_header(struct job *j, const char *text)
{
	struct curl_slist *more = text == NULL ? NULL : curl_slist_append(j->headers, text);

	if (more == NULL)
		return false;
	j->headers = more;
	return true;
}

/* The job's parts, owned by it. False: something is missing, or there is no memory. */
static bool
take_parts(struct job *j, const json_t *job)
{
	const char *url = json_string_value(json_object_get(job, "url"));
	const char *body = json_string_value(json_object_get(job, "body"));
	const json_t *header;
	size_t i;

	if (url == NULL || body == NULL)
		return false;
	j->body = strdup(body);
	j->easy = curl_easy_init();
	j->plain = strncmp(url, "https://", 8) != 0;
	if (j->body == NULL || j->easy == NULL || !add_header(j, "Expect:"))
		return false;
	json_array_foreach(json_object_get(job, "headers"), i, header)
	{
		if (!add_header(j, json_string_value(header)))
			return false;
	}
	return set_up(j, url);
}

void
post_start(struct post *p, const json_t *job)
{
	json_int_t id = json_integer_value(json_object_get(job, "id"));
	struct job *j = p->running < POST_JOBS_MAX ? calloc(1, sizeof(*j)) : NULL;

	if (j == NULL) {
		say(p, id, 0, 0, "too much at a time");
		return;
	}
	j->post = p;
	j->id = id;
	if (!take_parts(j, job) || curl_multi_add_handle(p->multi, j->easy) != CURLM_OK) {
		say(p, id, 0, 0, "this url cannot be posted to");
		job_free(j);
		return;
	}
	j->next = p->jobs;
	j->link = &p->jobs;
	if (j->next != NULL)
		j->next->link = &j->next;
	p->jobs = j;
	p->running++;
}

int
post_wait(struct post *p, int fd, bool want_write, bool *ret_readable, int ms)
{
	struct curl_waitfd w = { .fd = fd, .events = CURL_WAIT_POLLIN };

	if (want_write)
		w.events |= CURL_WAIT_POLLOUT;
	if (curl_multi_poll(p->multi, &w, 1, ms, NULL) != CURLM_OK)
		return -EIO;
	*ret_readable = (w.revents & CURL_WAIT_POLLIN) != 0; /* also when the other side ended */
	return 0;
}

/* What came of it. A reply's status counts, also if the rest of the reply was too long to read. */
static void
finish(struct job *j, CURLcode rc)
{
	long status = 0;
	curl_off_t retry_after_s = 0;
	char text[CURL_ERROR_SIZE] = "";

	(void)curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(j->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (rc != CURLE_OK && j->reply <= POST_REPLY_MAX) {
		status = 0;
		snprintf(text, sizeof(text), "%s",
		    j->refused[0] != '\0'     ? j->refused
			: j->error[0] != '\0' ? j->error
					      : curl_easy_strerror(rc));
	} else if (status < 200 || status > 299) {
		snprintf(text, sizeof(text), "HTTP status %ld", status);
	}
	say(j->post, j->id, status, retry_after_s, text);
	curl_multi_remove_handle(j->post->multi, j->easy);
	job_free(j);
}

void
post_perform(struct post *p)
{
	CURLMsg *m;
	int running, left;

	(void)curl_multi_perform(p->multi, &running);
	while ((m = curl_multi_info_read(p->multi, &left)) != NULL) {
		CURLcode rc = m->data.result;
		CURL *easy = m->easy_handle;
		struct job *j = NULL;

		if (m->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &j) == CURLE_OK && j != NULL)
			finish(j, rc);
	}
}
