/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/client.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 200 }; /* as in session.hello */

int
client_read_token(const char *path, char **ret)
{
	char line[TOKEN_MAX + 2];
	FILE *in = fopen(path, "re");
	size_t len, word;

	if (in == NULL)
		return -errno;
	errno = 0;
	if (fgets(line, sizeof(line), in) == NULL) {
		int error = ferror(in) && errno != 0 ? errno : EINVAL;

		fclose(in);
		return -error;
	}
	fclose(in);
	len = strlen(line);
	while (len > 0 && isspace((unsigned char)line[len - 1]))
		line[--len] = '\0';
	for (word = 0; word < len; word++) {
		if (!isgraph((unsigned char)line[word]))
			return -EINVAL;
	}
	if (len == 0 || len > TOKEN_MAX)
		return -EINVAL;
	*ret = strdup(line);
	return *ret != NULL ? 0 : -ENOMEM;
}
