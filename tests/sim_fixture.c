/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
fixture_day(struct sim_day *d, int32_t n)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "fixture");
	snprintf(d->zone, sizeof(d->zone), "America/New_York");
	snprintf(d->date, sizeof(d->date), "2011-09-21");
	d->midnight_s = FIXTURE_MIDNIGHT_S;
	d->call = calloc((size_t)n, sizeof(*d->call));
	d->used = calloc((size_t)rule_count(), sizeof(*d->used));
	assert(d->call != NULL && d->used != NULL);
	d->calls = n;
	for (int32_t i = 0; i < n; i++) {
		struct sim_call *c = &d->call[i];

		snprintf(c->id, sizeof(c->id), "call-%03d", (int)i);
		snprintf(c->kind, sizeof(c->kind), "Street Light Outages");
		snprintf(c->customer, sizeof(c->customer), "city");
		snprintf(c->skill, sizeof(c->skill), "lights");
		c->level = 1;
		c->severity = i % 4 == 3 ? SEV_URGENT : SEV_ROUTINE;
		c->site = (struct place){ 42300000 + 9000 * i, -71060000 };
		c->duration_s = 1800;
		c->opened_s = c->known_s = FIXTURE_MIDNIGHT_S + 7 * 3600 + 45 * 60;
		c->due_s = FIXTURE_MIDNIGHT_S + 12 * 3600;
	}
}

void
fixture_fleet(struct fleet *f, const struct sim_day *d, int32_t n)
{
	memset(f, 0, sizeof(*f));
	f->travel = fleet_travel(d);
	f->tech = calloc((size_t)n, sizeof(*f->tech));
	assert(f->tech != NULL);
	f->techs = n;
	for (int32_t k = 0; k < n; k++) {
		struct fleet_tech *t = &f->tech[k];

		snprintf(t->id, sizeof(t->id), "t%02d", (int)k + 1);
		snprintf(t->name, sizeof(t->name), "Tech %d", (int)k + 1);
		t->home = d->call[0].site;
		t->skills = 1;
		snprintf(t->skill[0].name, sizeof(t->skill[0].name), "lights");
		t->skill[0].level = 1;
		t->from_s = FIXTURE_MIDNIGHT_S + 8 * 3600;
		t->to_s = FIXTURE_MIDNIGHT_S + 16 * 3600;
		t->due[0] = (struct fleet_break){ FIXTURE_MIDNIGHT_S + 11 * 3600,
			FIXTURE_MIDNIGHT_S + 13 * 3600, 1800 };
		t->dues = 1;
		t->speed_pct = 100;
		t->overtime_max_s = -1;
	}
	fleet_measure(f, d);
}

void
fixture_file(const char *text, char path[64])
{
	const char *tmp = getenv("TMPDIR");
	FILE *f;
	int fd;

	if (tmp == NULL || strlen(tmp) > 30)
		tmp = "/tmp";
	snprintf(path, 64, "%s/evenkeel-test.XXXXXX", tmp);
	fd = mkstemp(path);
	assert(fd >= 0);
	f = fdopen(fd, "w");
	assert(f != NULL);
	fputs(text, f);
	assert(fclose(f) == 0);
}
