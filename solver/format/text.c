/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/format/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEAP_MAX = 4 * 1024 * 1024, /* a pipe with more than this goes to a file */
	PASSED_MIN = 8 * 1024 * 1024,
};

static int
map_file(int fd, size_t size, struct text *ret)
{
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	madvise(at, size, MADV_SEQUENTIAL); /* only advice: it may fail */
	*ret = (struct text){ .at = at, .size = size, .mapped = true };
	return 0;
}

/* Reads until `room` is full or the end; how much was read, or a negative errno. */
static ssize_t
read_full(int fd, char *to, size_t room)
{
	size_t size = 0;

	while (size < room) {
		ssize_t n = read(fd, to + size, room - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
	}
	return (ssize_t)size;
}

/* The rest of a pipe behind what is in the buffer already, by way of a file. */
static int
spool(int fd, char *buffer, size_t size, struct text *ret)
{
	FILE *f = tmpfile();
	size_t total = 0;
	ssize_t n = (ssize_t)size;
	int rc = f == NULL ? -errno : 0;

	while (rc == 0 && n > 0) {
		if (fwrite(buffer, 1, (size_t)n, f) != (size_t)n)
			rc = -EIO;
		total += (size_t)n;
		n = read_full(fd, buffer, HEAP_MAX);
	}
	if (rc == 0 && n < 0)
		rc = (int)n;
	if (rc == 0 && fflush(f) != 0)
		rc = -errno;
	if (rc == 0)
		rc = map_file(fileno(f), total, ret); /* the mapping keeps the file */
	if (f != NULL)
		fclose(f);
	return rc;
}

static int
read_pipe(int fd, struct text *ret)
{
	char *buffer = malloc(HEAP_MAX);
	ssize_t n;
	int rc = 0;

	if (buffer == NULL)
		return -ENOMEM;
	n = read_full(fd, buffer, HEAP_MAX);
	if (n >= 0 && n < HEAP_MAX) {
		*ret = (struct text){ .at = buffer, .size = (size_t)n, .owned = true };
		return 0;
	}
	rc = n < 0 ? (int)n : spool(fd, buffer, (size_t)n, ret);
	free(buffer);
	return rc;
}

int
text_open(const char *path, struct text *ret)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		rc = -errno;
	else if (S_ISDIR(st.st_mode))
		rc = -EISDIR;
	else if (S_ISREG(st.st_mode) && st.st_size > HEAP_MAX && lseek(fd, 0, SEEK_CUR) == 0)
		rc = map_file(fd, (size_t)st.st_size, ret);
	else
		rc = read_pipe(fd, ret);
	if (!standard)
		close(fd);
	return rc;
}

struct text
text_of(const char *bytes, size_t size)
{
	return (struct text){ .at = bytes, .size = size };
}

void
text_done(struct text *t)
{
	if (t->mapped)
		munmap((void *)t->at, t->size);
	else if (t->owned)
		free((void *)t->at);
	*t = (struct text){ .at = "" };
}

size_t
text_passed(const struct text *t, size_t from, size_t to)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	from -= from % page;
	to -= to % page;
	if (!t->mapped || to < from + PASSED_MIN)
		return from;
	madvise((char *)t->at + from, to - from, MADV_DONTNEED);
	return to;
}

size_t
text_line(const struct text *t, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < t->size; i++)
		line += t->at[i] == '\n';
	return line;
}
