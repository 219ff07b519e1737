/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/show.h"

enum { DEMO_S = 65 };

static void
print_head(const struct replay *r, const struct style *style)
{
	printf("%sEvenkeel%s replays %s%s%s: %d calls, %d technicians (the work is %.0f %% of their"
	       " time), seed %llu\n",
	    show_ink(style, INK_BOLD), show_ink(style, INK_PLAIN), show_ink(style, INK_BOLD),
	    r->day.name, show_ink(style, INK_PLAIN), (int)r->day.calls, (int)r->fleet.techs,
	    r->fleet.load * 100, (unsigned long long)r->options.seed);
	printf(
	    "through the real daemon, over its socket, at %.0f times the speed of life. Ctrl-C ends"
	    " it.\n\n",
	    r->options.speed);
}

/* A path as it is to be typed here: without this folder, where it is below it. */
static void
as_typed_here(char *path)
{
	char here[4096];
	size_t len;

	if (getcwd(here, sizeof(here)) == NULL)
		return;
	len = strlen(here);
	if (strncmp(path, here, len) != 0 || path[len] != '/')
		return;
	if (path[len + 1] == '\0') /* this folder itself */
		strcpy(path, "./");
	else
		memmove(path, path + len + 1, strlen(path + len + 1) + 1);
}

/* The folder of the programs, as they are to be typed. */
static void
bindir_of(const struct replay *r, char *to, size_t size)
{
	ssize_t len;
	char *slash;

	to[0] = '\0';
	if (r->options.bindir != NULL) {
		snprintf(to, size, "%s/", r->options.bindir);
		return;
	}
	len = readlink("/proc/self/exe", to, size - 1);
	to[len > 0 ? len : 0] = '\0';
	slash = strrchr(to, '/');
	if (slash != NULL)
		slash[1] = '\0';
}

static void
print_next_steps(const struct replay *r, const struct show *s, const char *story)
{
	const char *bold = show_ink(&s->style, INK_BOLD), *plain = show_ink(&s->style, INK_PLAIN);
	char bin[1024], state[4096];

	bindir_of(r, bin, sizeof(bin));
	if (realpath(r->options.state, state) == NULL)
		snprintf(state, sizeof(state), "%s", r->options.state);
	as_typed_here(bin);
	as_typed_here(state);
	printf("\nThe day is kept in %s/evenkeel.db.\nStart the daemon on it again, and ask:\n\n",
	    state);
	printf("%s  %sevenkeeld --config %s/evenkeel.conf --clock virtual & sleep 2\n", bold, bin, state);
	printf("  export EVENKEEL_TOKEN_FILE=%s/admin.token\n", state);
	printf("  %sevenkeelctl call list --status planned%s    # what is left for tomorrow%s\n", bin, plain,
	    bold);
	printf("  %sevenkeelctl call show %s%s    # what a customer was told, when, and why%s\n", bin,
	    story, plain, bold);
	printf("  %sevenkeelctl why %s%s    # the same by what it was moved for%s\n", bin, story, plain,
	    bold);
	printf("  %sevenkeelctl messages --call %s%s    # and in the words that were sent%s\n", bin,
	    story, plain, bold);
	printf("  %sevenkeelctl goodwill%s    # what is owed to whom%s\n", bin, plain, bold);
	printf("  %sevenkeelctl day t04%s    # a technician's day%s\n", bin, plain, bold);
	printf("  kill %%1%s\n", plain);
}

static void
print_result(const struct replay *r, struct show *s, const struct outcome *out)
{
	static const char *const policy[] = { "evenkeel" };

	printf("\n%sThe day in figures%s\n\n", show_ink(&s->style, INK_BOLD),
	    show_ink(&s->style, INK_PLAIN));
	table_print(stdout, &s->style, policy, &out->figures, 1);
	printf(
	    "\nPlans over their budget of disturbance, counted from what was pushed: %s%lld%s of %lld\n",
	    show_ink(&s->style, out->figures.over == 0 ? INK_GREEN : INK_RED),
	    (long long)out->figures.over, show_ink(&s->style, INK_PLAIN),
	    (long long)out->figures.plans);
	if (out->refusals > 0)
		printf("The daemon refused %d reports, first: %s\n", (int)out->refusals,
		    out->first_refusal);
	(void)r;
}

int
demo_run(struct replay *r, volatile int *stop)
{
	struct outcome out = { 0 };
	struct desk d = { .day = &r->day, .fleet = &r->fleet };
	struct show s;
	struct watch watch;
	char why[1024], story[80] = "c1";
	int rc;

	if (!r->options.speed_given)
		r->options.speed = (double)(r->fleet.last_s - r->fleet.first_s) / DEMO_S;
	/* The clock waits for background improvement: it is kept short. */
	(void)options_guideline(&r->options, "background_ms=30");
	/* There is more to see: customers who answer, and a tomorrow to carry over to. */
	r->options.customers_answer = r->options.contracts = r->options.tomorrow = true;
	rc = show_init(&s, stdout, &d);
	if (rc < 0)
		return rc;
	print_head(r, &s.style);
	watch = show_watch(&s);
	rc = replay_policy(r, "evenkeel", &watch, stop, &out, why, sizeof(why));
	show_clear(&s);
	if (rc == -ECANCELED)
		printf(
		    "\nStopped. The daemon was ended in order; its store has all that it answered.\n");
	else if (rc < 0)
		fprintf(stderr, "evenkeel-sim: %s\n", why);
	else
		print_result(r, &s, &out);
	if (rc == 0 || rc == -ECANCELED) {
		if (s.story[0] != '\0')
			snprintf(story, sizeof(story), "%s", s.story);
		print_next_steps(r, &s, story);
		rc = 0;
	}
	json_decref(out.result);
	show_done(&s);
	return rc;
}
