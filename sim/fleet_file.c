/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/fleet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"

enum { LINE_MAX_BYTES = 65536 };

/* Where reading has got to, for refusals. */
struct reading {
	const char *path;
	long line;
	char *why;
	size_t why_size;
};

static int refuse(const struct reading *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
refuse(const struct reading *r, const char *fmt, ...)
{
	char said[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	snprintf(r->why, r->why_size, "%s, line %ld: %s", r->path, r->line, said);
	return -EINVAL;
}

static int
read_when(const struct reading *r, const json_t *o, const char *name, int64_t *ret)
{
	const char *text = json_string_value(json_object_get(o, name));

	if (text == NULL || when_parse(text, ret) < 0)
		return refuse(r, "%s must be a time like 2011-09-21T08:00:00-04:00", name);
	return 0;
}

static int
read_place(const struct reading *r, const json_t *o, const char *name, struct place *ret)
{
	const json_t *lat = json_object_get(o, "lat"), *lon = json_object_get(o, "lon");
	double y = json_number_value(lat), x = json_number_value(lon);

	if (!json_is_number(lat) || !json_is_number(lon) || y < -90 || y > 90 || x < -180 ||
	    x > 180)
		return refuse(r, "%s must have lat and lon in degrees", name);
	ret->lat_udeg = (int32_t)(y * 1e6 + (y < 0 ? -0.5 : 0.5));
	ret->lon_udeg = (int32_t)(x * 1e6 + (x < 0 ? -0.5 : 0.5));
	return 0;
}

static int
read_skills(const struct reading *r, const json_t *a, struct fleet_tech *t)
{
	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t *o = json_array_get(a, i), *level = json_object_get(o, "level");
		const char *name = json_string_value(json_object_get(o, "skill"));

		if (i >= FLEET_SKILLS_MAX)
			return refuse(r, "skills: at most %d", FLEET_SKILLS_MAX);
		if (name == NULL || strlen(name) >= FLEET_ID_SIZE)
			return refuse(r, "skills[%zu].skill must be a name of at most 64 bytes", i);
		if (level != NULL &&
		    (!json_is_integer(level) || json_integer_value(level) < 1 ||
			json_integer_value(level) > 10))
			return refuse(r, "skills[%zu].level must be a whole number from 1 to 10",
			    i);
		snprintf(t->skill[i].name, FLEET_ID_SIZE, "%s", name);
		t->skill[i].level = level == NULL ? 1 : (int16_t)json_integer_value(level);
		t->skills = (int32_t)i + 1;
	}
	return 0;
}

static int
read_breaks(const struct reading *r, const json_t *a, struct fleet_tech *t)
{
	int rc = 0;

	if (json_array_size(a) > FLEET_BREAKS_MAX)
		return refuse(r, "shifts[0].breaks: at most %d", FLEET_BREAKS_MAX);
	for (size_t i = 0; rc == 0 && i < json_array_size(a); i++) {
		const json_t *o = json_array_get(a, i);
		struct fleet_break *b = &t->due[i];

		rc = read_when(r, o, "from", &b->from_s);
		if (rc == 0)
			rc = read_when(r, o, "to", &b->to_s);
		b->duration_s = (int32_t)json_integer_value(json_object_get(o, "duration_s"));
		if (rc == 0 && (b->duration_s < 60 || b->duration_s > 14400 || b->to_s < b->from_s))
			rc = refuse(r,
			    "shifts[0].breaks[%zu]: from, to after it, and duration_s of 60 to 14400",
			    i);
		t->dues = (int32_t)i + 1;
	}
	return rc;
}

static int
read_shift(const struct reading *r, const json_t *o, const struct sim_day *d, struct fleet_tech *t)
{
	const json_t *shifts = json_object_get(o, "shifts");
	const json_t *shift = json_array_get(shifts, 0);
	int rc;

	if (json_array_size(shifts) != 1)
		return refuse(r, "shifts must hold one shift, the one of the day");
	rc = read_when(r, shift, "from", &t->from_s);
	if (rc == 0)
		rc = read_when(r, shift, "to", &t->to_s);
	if (rc == 0 && t->to_s <= t->from_s)
		rc = refuse(r, "shifts[0].to must be after its from");
	if (rc == 0 &&
	    (t->from_s < d->midnight_s || t->from_s >= d->midnight_s + 86400 ||
		t->to_s > d->midnight_s + 2 * 86400))
		rc = refuse(r, "shifts[0] must start on %s", d->date);
	return rc == 0 ? read_breaks(r, json_object_get(shift, "breaks"), t) : rc;
}

static int
read_tech(const struct reading *r, const json_t *o, const struct sim_day *d, struct fleet *f)
{
	struct fleet_tech *t = &f->tech[f->techs];
	const char *id = json_string_value(json_object_get(o, "technician"));
	const char *name = json_string_value(json_object_get(o, "name"));
	const json_t *speed = json_object_get(o, "speed_pct");
	const json_t *overtime = json_object_get(o, "overtime_max_s");
	int rc;

	if (id == NULL)
		snprintf(t->id, sizeof(t->id), "t%02d", (int)f->techs + 1);
	else
		snprintf(t->id, sizeof(t->id), "%s", id);
	snprintf(t->name, sizeof(t->name), "%s", name != NULL ? name : t->id);
	for (int32_t i = 0; i < f->techs; i++)
		if (strcmp(f->tech[i].id, t->id) == 0)
			return refuse(r, "technician %s is there twice", t->id);
	if (json_object_get(o, "end") != NULL)
		return refuse(r, "end is not simulated: technicians end their day at home");
	t->speed_pct = speed == NULL ? 100 : (int32_t)json_integer_value(speed);
	t->overtime_max_s = overtime == NULL ? -1 : (int32_t)json_integer_value(overtime);
	if (t->speed_pct < 50 || t->speed_pct > 200)
		return refuse(r, "speed_pct must be from 50 to 200");
	if (t->overtime_max_s < -1 || t->overtime_max_s > 28800)
		return refuse(r, "overtime_max_s must be from 0 to 28800");
	rc = read_place(r, json_object_get(o, "home"), "home", &t->home);
	if (rc == 0)
		rc = read_skills(r, json_object_get(o, "skills"), t);
	return rc == 0 ? read_shift(r, o, d, t) : rc;
}

static int
read_lines(FILE *in, struct reading *r, const struct sim_day *d, struct fleet *f)
{
	static char line[LINE_MAX_BYTES];
	int rc = 0;

	while (rc == 0 && fgets(line, sizeof(line), in) != NULL) {
		json_error_t error;
		json_t *o;

		r->line++;
		if (strspn(line, " \t\r\n") == strlen(line))
			continue;
		if (f->techs == FLEET_MAX)
			return refuse(r, "more than %d technicians", FLEET_MAX);
		o = json_loads(line, JSON_REJECT_DUPLICATES, &error);
		if (json_is_object(o))
			rc = read_tech(r, o, d, f);
		else
			rc = refuse(r, "not a JSON object: %s",
			    o == NULL ? error.text : "something else");
		json_decref(o);
		f->techs++;
	}
	return rc;
}

int
fleet_read(const char *path, const struct sim_day *d, struct fleet *ret, char *why, size_t why_size)
{
	struct fleet f = { .travel = fleet_travel(d) };
	struct reading r = { path, 0, why, why_size };
	FILE *in = fopen(path, "r");
	int rc;

	if (in == NULL) {
		rc = -errno;
		snprintf(why, why_size, "%s cannot be opened: %s", path, strerror(errno));
		return rc;
	}
	f.tech = calloc(FLEET_MAX, sizeof(*f.tech));
	rc = f.tech == NULL ? -ENOMEM : read_lines(in, &r, d, &f);
	if (rc == 0 && f.techs == 0)
		rc = refuse(&r, "no technicians in it");
	fclose(in);
	if (rc < 0) {
		fleet_done(&f);
		return rc;
	}
	fleet_measure(&f, d);
	*ret = f;
	return 0;
}

static json_t *
when_json(int64_t s, const char *zone)
{
	char text[WHEN_SIZE];

	return when_format(s, zone, text) == 0 ? json_string(text) : NULL;
}

json_t *
fleet_tech_to_json(const struct fleet_tech *t, const char *zone)
{
	json_t *skills = json_array(), *breaks = json_array(), *o;

	for (int32_t i = 0; i < t->skills; i++)
		json_array_append_new(skills,
		    json_pack("{s:s,s:i}", "skill", t->skill[i].name, "level", t->skill[i].level));
	for (int32_t i = 0; i < t->dues; i++)
		json_array_append_new(breaks,
		    json_pack("{s:o,s:o,s:i}", "from", when_json(t->due[i].from_s, zone), "to",
			when_json(t->due[i].to_s, zone), "duration_s", t->due[i].duration_s));
	o = json_pack("{s:s,s:s,s:{s:f,s:f},s:o,s:[{s:o,s:o,s:o}],s:i}", "technician", t->id,
	    "name", t->name, "home", "lat", t->home.lat_udeg / 1e6, "lon", t->home.lon_udeg / 1e6,
	    "skills", skills, "shifts", "from", when_json(t->from_s, zone), "to",
	    when_json(t->to_s, zone), "breaks", breaks, "speed_pct", t->speed_pct);
	if (o != NULL && t->overtime_max_s >= 0)
		json_object_set_new(o, "overtime_max_s", json_integer(t->overtime_max_s));
	return o;
}

int
fleet_write(const struct fleet *f, const char *zone, FILE *out)
{
	for (int32_t k = 0; k < f->techs; k++) {
		json_t *o = fleet_tech_to_json(&f->tech[k], zone);
		int rc = o == NULL ? -1 : json_dumpf(o, out, JSON_COMPACT | JSON_REAL_PRECISION(9));

		json_decref(o);
		if (rc < 0 || fputc('\n', out) == EOF)
			return -EIO;
	}
	return 0;
}
