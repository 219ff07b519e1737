/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ctl_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char token_file[] = "test_ctl_token.XXXXXX";

int
ctl_set_up(void **unused)
{
	int fd = mkstemp(token_file);

	(void)unused;
	if (fd < 0 || write(fd, "ek_admin_0_secret\n", 18) != 18)
		return -1;
	close(fd);
	setenv("EVENKEEL_TOKEN_FILE", token_file, 1);
	unsetenv("COLUMNS");
	return 0;
}

int
ctl_tear_down(void **unused)
{
	(void)unused;
	return unlink(token_file);
}

int
ctl_run(const char *before, uint16_t port, const char *words, char out[CTL_OUT_SIZE])
{
	const char *dir = getenv("EVENKEEL_BUILDDIR");
	char command[4096];
	size_t len;
	FILE *p;
	int status;

	snprintf(command, sizeof(command), "{ %s '%s/evenkeelctl' --port %u %s; } 2>&1", before,
	    dir != NULL ? dir : ".", port, words);
	p = popen(command, "r");
	assert_non_null(p);
	len = fread(out, 1, CTL_OUT_SIZE - 1, p);
	out[len] = '\0';
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
ctl_run_case(const struct ctl_case *c)
{
	static char out[CTL_OUT_SIZE];
	struct fake_step steps[CTL_STEPS_MAX + 1] = { FAKE_HELLO_STEP };
	struct fake_daemon *f;
	size_t count = 1;
	char why[512];
	int code, script;

	for (; count <= CTL_STEPS_MAX && c->steps[count - 1].method != NULL; count++)
		steps[count] = c->steps[count - 1];
	f = fake_start(steps, count);
	assert_non_null(f);
	code = ctl_run("", fake_port(f), c->words, out);
	script = fake_stop(f, why, sizeof(why));
	if (script < 0)
		fail_msg("%s: %s; it said: %s", c->name, why, out);
	if (code != c->exit_code || strcmp(out, c->out) != 0)
		fail_msg("%s: exit %d, said\n%s\nnot\n%s", c->name, code, out, c->out);
}
