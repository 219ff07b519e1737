/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays a fuzz target's corpus where libFuzzer is not linked.
 *
 * Every file of the folder is given to the target once, whole, and once for each
 * of a few shorter lengths, in a buffer of exactly that size, so that a read
 * past the end is seen by the sanitizers. Without arguments the folder is
 * tests/corpus/NAME for a program called fuzz_NAME; an empty or missing folder
 * is a failure, since nothing would have been tested.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (4u * 1024 * 1024)
#define CUTS 8 /* shorter lengths tried for each file */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
replay_bytes(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);

	if (exact == NULL)
		return -ENOMEM;
	memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

static int
replay_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *in = fopen(path, "rb");
	size_t len;
	int rc = data == NULL ? -ENOMEM : in == NULL ? -errno : 0;

	if (rc < 0)
		goto out;
	len = fread(data, 1, INPUT_MAX, in);
	if (ferror(in)) {
		rc = -EIO;
		goto out;
	}
	rc = replay_bytes(data, len);
	for (size_t i = 1; i <= CUTS && rc == 0; i++)
		rc = replay_bytes(data, len * i / (CUTS + 1));
out:
	if (in != NULL)
		fclose(in);
	free(data);
	return rc;
}

/* Returns how many files were replayed, or a negative errno. */
static int
replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[4096];
	int files = 0;
	int rc = 0;

	if (dir == NULL)
		return -errno;
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		rc = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		rc = rc >= (int)sizeof(path) ? -ENAMETOOLONG : replay_file(path);
		if (rc < 0)
			fprintf(stderr, "%s: %s\n", path, strerror(-rc));
		files++;
	}
	closedir(dir);
	return rc < 0 ? rc : files;
}

/* The folder that belongs to a program called .../fuzz_NAME; "" if its name is too long. */
static void
corpus_of(const char *program, char *ret_folder, size_t size)
{
	const char *srcdir = getenv("EVENKEEL_SRCDIR");
	const char *name = strstr(program, "fuzz_");

	while (name != NULL && strstr(name + 1, "fuzz_") != NULL)
		name = strstr(name + 1, "fuzz_");
	if (snprintf(ret_folder, size, "%s/tests/corpus/%s", srcdir != NULL ? srcdir : ".",
		name != NULL ? name + strlen("fuzz_") : program) >= (int)size)
		ret_folder[0] = '\0';
}

int
main(int argc, char **argv)
{
	char own[4096];
	int failed = 0;

	corpus_of(argv[0], own, sizeof(own));
	for (int i = argc > 1 ? 1 : 0; i < argc; i++) {
		const char *folder = i > 0 ? argv[i] : own;
		int files = replay_folder(folder);

		if (files > 0) {
			printf("%s: %d files replayed\n", folder, files);
			continue;
		}
		fprintf(stderr, "%s: %s\n", folder, files < 0 ? strerror(-files) : "no files");
		failed = 1;
	}
	return failed;
}
