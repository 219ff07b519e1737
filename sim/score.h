/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The score of a day, from what happened and what was told: the same for every policy. See
 * model.md, "Measuring a day"; score_rules() says each rule in words.
 */
#ifndef EVENKEEL_SIM_SCORE_H
#define EVENKEEL_SIM_SCORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/desk.h"
#include "sim/judge.h"
#include "sim/push.h"

struct score_window {
	int64_t from_s, to_s; /* 0, 0: none */
};

/* What became of a call. */
struct score_call {
	struct score_window first, last; /* promised */
	struct score_window first_plan;  /* of the first plan that held it */
	int64_t start_s;                 /* of the visit; 0 none */
	int32_t told;                    /* times */
	int64_t told_s;                  /* first told at; 0 never */
	int32_t moves;  /* times told something else, or dropped after being told */
	bool withdrawn; /* told, and on no route at present */
	bool no_access;
	bool carried; /* over to another day, at least once */
	int64_t repromised_s, repromised_seq; /* last; 0 never */
};

struct score_tech {
	int64_t first_s, last_s; /* set out first, done last; 0 never */
	int64_t since_s;         /* work or break began */
	int64_t busy_s;          /* on site and in breaks, between first_s and last_s */
	int64_t drive_s;
	int64_t home_s; /* of it, the way home */
	int64_t overtime_s;
	int64_t breaks_late_s;
	int32_t breaks;
	bool worked;
};

/* Growing list of times. */
struct score_times {
	double *ms;
	size_t n, max;
};

struct score {
	const struct sim_day *day;
	const struct fleet *fleet;
	struct score_call *call;
	struct score_tech *tech;
	struct score_times push_ms, solve_ms;
	int64_t plans, resolves, proven;
	int64_t repromised, reassigned, eta_moved, dropped; /* tellings */
	int64_t messages, at_risk, too_soon, goodwills, goodwill_cents, declined;
	int64_t chosen, over, unexplained, budgeted;
	char worst[600],
	    odd[600]; /* the first plan over its budget; the first with something unexplained */
	bool out_of_memory;
};

int score_init(struct score *s, const struct sim_day *d, const struct fleet *f); /* -ENOMEM */
void score_done(struct score *s);

/* Each sees the desk as it was before. */
void score_fact(struct score *s, const struct desk *d, const struct fact *f);
void score_revision(struct score *s, const struct desk *d, const struct revision *r,
    const struct verdict *v);
void score_telling(struct score *s, const struct desk *d, const struct telling *t);
void score_said(struct score *s, const struct saying *said);
void score_pushed(struct score *s, double ms);

/* The figures that tables show. Times are -1 where there is nothing to measure. */
struct figures {
	int32_t calls, served, no_access, cancelled, carried_over, left_open, unserved;
	int32_t made, kept_first, kept_last, plan_made, plan_kept, due_calls, due_met;
	int64_t repromised, reassigned, eta_moved, dropped, resolves, over, unexplained, chosen,
	    plans;
	int64_t messages, at_risk, too_soon, goodwills, goodwill_cents, declined;
	int32_t max_moves;
	double urgent_p50_s, urgent_p90_s, push_p50_ms, push_p99_ms, solve_p50_ms, solve_p99_ms;
	double notice_p50_s; /* from the first telling to the visit */
	int32_t urgent_unserved, pushes;
	int64_t driving_s, overtime_s, cost_cents;
	int32_t breaks_missed, breaks_late;
	double proven_share; /* -1: nothing was solved */
};

/* When the day is over; d is the desk then. */
void score_figures(const struct score *s, const struct desk *d, struct figures *ret);

/* The result file of one policy, without rules and fleet. New reference. */
json_t *score_to_json(const struct figures *f, const char *policy, const struct sim_day *d,
    uint64_t seed, const struct fleet *fleet);
/* How the score counts, in words: an array of sentences. */
json_t *score_rules(void);

#endif
