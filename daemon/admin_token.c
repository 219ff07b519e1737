/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/admin_token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/tokens.h"

#define NAME "local administrator"

static bool
is_right(const struct shop *shop, const char *path)
{
	char text[TOKEN_TEXT_SIZE] = "";
	const struct store_token *t = NULL;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	if (fgets(text, sizeof(text), f) != NULL) {
		text[strcspn(text, "\r\n")] = '\0';
		t = tokens_check(shop->tokens, text, shop->clock.now_s);
	}
	fclose(f);
	sodium_memzero(text, sizeof(text));
	return t != NULL && strcmp(t->role, "admin") == 0;
}

/* Whole or not at all: a new file that takes the old one's place. */
static int
write_file(const char *path, const char *text)
{
	char temporary[4200];
	size_t len = strlen(text);
	int fd, rc = 0;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	(void)unlink(temporary); /* left by a start that was killed */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len || write(fd, "\n", 1) != 1 || fsync(fd) < 0)
		rc = errno != 0 ? -errno : -EIO;
	close(fd);
	if (rc == 0 && rename(temporary, path) < 0)
		rc = -errno;
	if (rc < 0)
		(void)unlink(temporary);
	return rc;
}

static int
keep(struct shop *shop, const struct store_token *token)
{
	struct store_write w = { .token = token, .at_s = shop->clock.now_s };
	int rc = tokens_put(shop->tokens, token);

	return rc < 0 ? rc : store_append(shop->store, &w, NULL, NULL);
}

static int
revoke_former(struct shop *shop)
{
	for (size_t i = 0; i < tokens_count(shop->tokens); i++) {
		struct store_token t = *tokens_at(shop->tokens, i);
		int rc;

		if (strcmp(t.name, NAME) != 0 || strcmp(t.role, "admin") != 0 || t.revoked != 0)
			continue;
		t.revoked = shop->clock.now_s;
		rc = keep(shop, &t);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
admin_token_ensure(struct shop *shop, const char *path, char *why, size_t why_size)
{
	struct store_token token;
	char text[TOKEN_TEXT_SIZE];
	int rc;

	if (is_right(shop, path))
		return 0;
	rc = revoke_former(shop);
	if (rc == 0) {
		tokens_make(shop->tokens, ROLE_ADMIN, "", NAME, shop->clock.now_s, 0, &token, text);
		rc = keep(shop, &token);
	}
	if (rc == 0) {
		rc = write_file(path, text);
		sodium_memzero(text, sizeof(text));
	}
	if (rc < 0) {
		snprintf(why, why_size,
		    "admin_token_file %s: %s: give a path that the daemon's user may "
		    "write",
		    path, strerror(-rc));
		return rc;
	}
	log_say(LEVEL_INFO, "a new token of role admin is in %s", path);
	return 0;
}
