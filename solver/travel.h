/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Travel times between places: the embedded provider.
 *
 * Great-circle distance (mean earth radius 6,371,008.8 m) times a road factor,
 * divided by a speed. Coordinates are microdegrees (_udeg), times whole seconds
 * rounded up, distances whole metres rounded to nearest. No clock is read here.
 */
#ifndef EVENKEEL_SOLVER_TRAVEL_H
#define EVENKEEL_SOLVER_TRAVEL_H

#include <stdint.h>

#define TRAVEL_S_MAX 100000000 /* no leg takes longer: over three years */

struct place {
	int32_t lat_udeg; /* WGS 84, -90,000,000 to 90,000,000 */
	int32_t lon_udeg; /* WGS 84, -180,000,000 to 180,000,000 */
};

struct travel_model {
	int32_t road_factor_pct; /* road metres per 100 metres as the crow flies, 100 to 500 */
	int32_t speed_m_per_h;   /* metres an hour on the road, > 0 */
	int32_t leg_s;           /* added to every leg that goes anywhere: getting in, parking */
};

/* A place as a unit vector, for who needs many distances between few places. */
struct travel_point {
	double x, y, z;
};

/* Metres as the crow flies; 0 for the same place. */
int32_t travel_crow_m(struct place from, struct place to);

/* Metres on the road by the model. */
int32_t travel_road_m(const struct travel_model *m, struct place from, struct place to);

/*
 * Seconds on the road by the model at speed_pct (100 = the model's speed,
 * 110 = a faster technician); 0 when from and to are the same place.
 */
int32_t travel_s(const struct travel_model *m, struct place from, struct place to,
    int32_t speed_pct);

/*
 * The three steps of the above, one by one and to the same bit: the distance by
 * the chord between unit vectors, which is the haversine formula without its
 * trigonometry; the road; the time of a leg between different places.
 */
struct travel_point travel_point(struct place at);
int32_t travel_point_m(const struct travel_point *from, const struct travel_point *to);
int32_t travel_crow_road_m(const struct travel_model *m, int32_t crow_m);
int32_t travel_road_s(const struct travel_model *m, int32_t road_m, int32_t speed_pct);

#endif
