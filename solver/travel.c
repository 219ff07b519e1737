/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/travel.h"

#include <math.h>

#define EARTH_RADIUS_M 6371008.8
#define RADIANS_PER_UDEG (3.14159265358979323846 / 180e6)

struct travel_point
travel_point(struct place at)
{
	double lat = at.lat_udeg * RADIANS_PER_UDEG;
	double lon = at.lon_udeg * RADIANS_PER_UDEG;

	return (struct travel_point){
		.x = cos(lat) * cos(lon),
		.y = cos(lat) * sin(lon),
		.z = sin(lat),
	};
}

int32_t
travel_point_m(const struct travel_point *from, const struct travel_point *to)
{
	double dx = from->x - to->x;
	double dy = from->y - to->y;
	double dz = from->z - to->z;
	double half_chord = sqrt(dx * dx + dy * dy + dz * dz) / 2;

	/* Rounding may carry two antipodes a hair beyond the sphere. */
	if (half_chord > 1)
		half_chord = 1;
	return (int32_t)(2 * EARTH_RADIUS_M * asin(half_chord) + 0.5);
}

int32_t
travel_crow_road_m(const struct travel_model *m, int32_t crow_m)
{
	return (int32_t)(((int64_t)crow_m * m->road_factor_pct + 50) / 100);
}

int32_t
travel_road_s(const struct travel_model *m, int32_t road_m, int32_t speed_pct)
{
	int64_t pace = (int64_t)m->speed_m_per_h * speed_pct;
	int64_t s = ((int64_t)road_m * 360000 + pace - 1) / pace + m->leg_s;

	return s < TRAVEL_S_MAX ? (int32_t)s : TRAVEL_S_MAX;
}

int32_t
travel_crow_m(struct place from, struct place to)
{
	struct travel_point a = travel_point(from);
	struct travel_point b = travel_point(to);

	return travel_point_m(&a, &b);
}

int32_t
travel_road_m(const struct travel_model *m, struct place from, struct place to)
{
	return travel_crow_road_m(m, travel_crow_m(from, to));
}

int32_t
travel_s(const struct travel_model *m, struct place from, struct place to, int32_t speed_pct)
{
	if (from.lat_udeg == to.lat_udeg && from.lon_udeg == to.lon_udeg)
		return 0;
	return travel_road_s(m, travel_road_m(m, from, to), speed_pct);
}
