/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The solver against brute force: every assignment, order, place of each break
 * and every start worth a thought, on small random problems, for every budget.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "solver/solve.h"
#include "tests/solver_random.h"

#if defined(__SANITIZE_ADDRESS__)
enum { CASES = 700 };
#else
enum { CASES = 5000 };
#endif

enum { N_MAX = 8, K_MAX = 3, STARTS_MAX = 12 };
#define NONE INT64_MAX

/* Cheapest way to do exactly the calls of a set with so many disturbed by choice. */
static int64_t route_cents[K_MAX][1 << N_MAX][N_MAX + 1];
static int64_t plan_cents[1 << N_MAX][N_MAX + 1];

static const struct problem *p;
static int32_t stay_on[N_MAX];
static bool many_starts;

static int64_t
hourly(int64_t cents, int64_t s)
{
	return (cents * s + 1800) / 3600;
}

static bool
told(const struct call *c)
{
	return c->told.technician >= 0 || c->told.eta || c->told.promise;
}

/* What the outside feels of call i done by k at s; -1 in *ret_chosen: not allowed. */
static int64_t
customer_cents(int32_t k, int32_t i, int32_t s, int *ret_chosen)
{
	const struct call *c = &p->call[i];
	int32_t tol = p->weights.eta_tolerance_s;
	int64_t cents = 0;
	bool moved = false;

	if (s > c->due_s) {
		int64_t late = (int64_t)s - c->due_s;
		int64_t steep = late > p->weights.late_steep_s ? late - p->weights.late_steep_s : 0;

		cents += hourly(c->late_cents_per_h, late + steep);
	}
	if (s > c->opened_s)
		cents += hourly(c->response_cents_per_h, s - c->opened_s);
	if (c->preferred != -1 && c->preferred != k)
		cents += c->prefer_cents;
	if (c->told.technician != -1 && c->told.technician != k) {
		cents += c->reassign_cents;
		moved = stay_on[i] != k;
	}
	if (c->told.eta) {
		int32_t latest = c->told.eta_s > c->stay_s ? c->told.eta_s : c->stay_s;
		int32_t first = c->told.eta_s - tol < c->stay_s ? c->told.eta_s - tol : c->stay_s;

		if (abs(s - c->told.eta_s) > tol)
			cents += c->eta_moved_cents;
		moved = moved || s < first || s > latest + tol;
	}
	if (c->told.promise) {
		int32_t from = c->told.promise_from_s, to = c->told.promise_to_s;

		if (s < from || s > to)
			cents += c->repromise_cents;
		if (s > to)
			cents += c->break_promise_cents;
		moved = moved || s < (from < c->stay_s ? from : c->stay_s) ||
		    s > (to > c->stay_s ? to : c->stay_s);
	}
	*ret_chosen = moved && c->stay_served ? (c->immovable ? -1 : 1) : 0;
	return cents;
}

/* Every start that could matter: at once, and all edges of windows after that. */
static int
starts_of(int32_t i, int32_t at_s, int32_t *out)
{
	const struct call *c = &p->call[i];
	int32_t tol = p->weights.eta_tolerance_s;
	const int32_t edge[] = { c->told.eta ? c->told.eta_s - tol : INT32_MIN,
		c->told.promise ? c->told.promise_from_s : INT32_MIN,
		c->stay_served ? c->stay_s : INT32_MIN, c->told.eta ? c->told.eta_s : INT32_MIN,
		c->stay_served ? c->stay_s + 1 : INT32_MIN, at_s + 1, at_s + 777 };
	int edges = many_starts ? 7 : 3;
	int n = 0;

	out[n++] = at_s > c->open_s ? at_s : c->open_s;
	for (int e = 0; e < edges; e++)
		if (edge[e] > out[0])
			out[n++] = edge[e];
	return n;
}

struct day {
	int32_t k, mask, stops, taken;
	struct place at;
	int64_t t_s, cents, idle_s, hard;
	int chosen;
};

static int64_t
limit_of(const struct technician *t)
{
	return (int64_t)t->shift_end_s + t->overtime_max_s;
}

static void
take_break(const struct technician *t, struct day *d)
{
	const struct break_due *b = &t->due[d->taken++];
	int64_t s = d->t_s > b->open_s ? d->t_s : b->open_s;

	d->idle_s += s - d->t_s;
	if (s > b->close_s)
		d->cents += hourly(p->weights.break_late_cents_per_h, s - b->close_s);
	d->t_s = s + b->duration_s;
}

static void
go_home(struct day d)
{
	const struct technician *t = &p->technician[d.k];
	int64_t idle_s = d.idle_s, drive_s;
	int64_t before = t->hard_before;
	int64_t *best = &route_cents[d.k][d.mask][d.chosen];

	while (d.taken < t->dues)
		take_break(t, &d);
	drive_s = t->open_end ? 0 : travel_s(&p->travel, d.at, t->end, t->speed_pct);
	d.t_s += drive_s;
	if (d.t_s > limit_of(t))
		return;
	d.cents += hourly(t->drive_cents_per_h, drive_s) + hourly(t->wait_cents_per_h, idle_s);
	if (d.t_s > t->shift_end_s)
		d.cents += hourly(t->overtime_cents_per_h, d.t_s - t->shift_end_s);
	d.cents += p->weights.fair_cents * ((before + d.hard) * (before + d.hard) - before * before);
	if (d.cents < *best)
		*best = d.cents;
}

static void go_on(struct day d);

static void
visit(struct day d, int32_t i)
{
	const struct technician *t = &p->technician[d.k];
	const struct call *c = &p->call[i];
	int32_t drive_s = travel_s(&p->travel, d.at, c->site, t->speed_pct);

	for (;;) {
		int32_t start[STARTS_MAX];
		int starts = starts_of(i, (int32_t)d.t_s + drive_s, start);

		for (int s = 0; s < starts; s++) {
			struct day next = d;
			int chosen;

			if (start[s] > c->close_s || start[s] + c->duration_s > limit_of(t))
				continue;
			next.cents += customer_cents(d.k, i, start[s], &chosen) +
			    hourly(t->drive_cents_per_h, drive_s);
			if (chosen < 0)
				continue;
			next.chosen += chosen;
			next.idle_s += start[s] - d.t_s - drive_s;
			next.t_s = start[s] + c->duration_s;
			next.at = c->site;
			next.hard += c->difficulty;
			next.mask |= 1 << i;
			next.stops++;
			go_on(next);
		}
		if (d.taken == t->dues)
			return;
		take_break(t, &d);
		if (d.t_s > limit_of(t))
			return;
	}
}

static void
go_on(struct day d)
{
	const struct technician *t = &p->technician[d.k];

	if (d.stops < t->fixed) {
		visit(d, t->current[d.stops]);
		return;
	}
	if (d.stops > 0)
		go_home(d);
	for (int32_t i = 0; i < p->calls; i++)
		if ((d.mask >> i & 1) == 0 && problem_may(p, d.k, i))
			visit(d, i);
}

static void
price_routes(void)
{
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];

		for (int m = 0; m < 1 << p->calls; m++)
			for (int c = 0; c <= N_MAX; c++)
				route_cents[k][m][c] = NONE;
		if (t->fixed == 0)
			route_cents[k][0][0] = 0;
		go_on((struct day){ .k = k, .t_s = t->ready_s, .at = t->start });
	}
}

static void
add_technician(int32_t k)
{
	for (int m = (1 << p->calls) - 1; m >= 0; m--) {
		int64_t best[N_MAX + 1];

		for (int c = 0; c <= N_MAX; c++)
			best[c] = NONE;
		/* Each part of m that this technician may have done. */
		for (int part = m;; part = (part - 1) & m) {
			for (int a = 0; a <= N_MAX; a++)
				for (int b = 0; route_cents[k][part][a] != NONE && a + b <= N_MAX; b++) {
					int64_t rest = plan_cents[m & ~part][b];

					if (rest != NONE && rest + route_cents[k][part][a] < best[a + b])
						best[a + b] = rest + route_cents[k][part][a];
				}
			if (part == 0)
				break;
		}
		memcpy(plan_cents[m], best, sizeof(best));
	}
}

static void
combine_routes(void)
{
	for (int m = 0; m < 1 << p->calls; m++)
		for (int c = 0; c <= N_MAX; c++)
			plan_cents[m][c] = m == 0 && c == 0 ? 0 : NONE;
	for (int32_t k = 0; k < p->technicians; k++)
		add_technician(k);
}

/* The cheapest plan within a budget, NONE if there is none. */
static int64_t
cheapest(int32_t budget)
{
	int64_t best = NONE;

	for (int m = 0; m < 1 << p->calls; m++) {
		int64_t cents = 0;
		int chosen = 0;
		bool allowed = true;

		for (int32_t i = 0; i < p->calls; i++) {
			const struct call *c = &p->call[i];

			if (m >> i & 1)
				continue;
			cents += c->unserved_cents + (told(c) ? c->drop_cents : 0);
			chosen += told(c) && c->stay_served;
			allowed = allowed && !(told(c) && c->stay_served && c->immovable);
		}
		for (int c = 0; allowed && c <= N_MAX; c++)
			if (plan_cents[m][c] != NONE && (budget < 0 || c + chosen <= budget) &&
			    plan_cents[m][c] + cents < best)
				best = plan_cents[m][c] + cents;
	}
	return best;
}

static int proven, unproven, impossible;

static void
compare(struct problem *mine, int32_t budget, uint64_t seed, bool prove)
{
	struct solve_limits lim = { .seed = seed, .prove = prove };
	int64_t best = cheapest(budget);
	struct disturbance d;
	struct plan *plan;
	char why[256];
	int64_t cost;
	int rc;

	mine->budget = budget;
	rc = solve(mine, &lim, &plan);
	if (best == NONE) {
		if (rc != -ETIME)
			fail_msg("seed %llu, K %d: rc %d where there is no plan",
			    (unsigned long long)seed, budget, rc);
		impossible++;
		return;
	}
	if (rc != 0)
		fail_msg("seed %llu, K %d: rc %d, but %lld is possible", (unsigned long long)seed,
		    budget, rc, (long long)best);
	if (plan_check(mine, plan, &cost, &d, why, sizeof(why)) < 0)
		fail_msg("seed %llu, K %d: %s", (unsigned long long)seed, budget, why);
	if (cost != plan->cost_cents || memcmp(&d, &plan->disturbance, sizeof(d)) != 0)
		fail_msg("seed %llu, K %d: cost %lld said to be %lld", (unsigned long long)seed,
		    budget, (long long)cost, (long long)plan->cost_cents);
	if (budget >= 0 && d.chosen > budget)
		fail_msg("seed %llu, K %d: %d chosen", (unsigned long long)seed, budget, d.chosen);
	if (plan->bound_cents > best || cost < best || (plan->proven && cost != best))
		fail_msg("seed %llu, K %d: cost %lld, bound %lld, proven %d; the best is %lld",
		    (unsigned long long)seed, budget, (long long)cost,
		    (long long)plan->bound_cents, plan->proven, (long long)best);
	if (plan->proven)
		proven++;
	else
		unproven++;
	plan_free(plan);
}

static void
test_brute_force(void **unused)
{
	const char *only = getenv("SOLVER_SEED");

	(void)unused;
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct rng r = { only ? strtoull(only, NULL, 10) : seed };
		uint64_t name = r.state;
		int32_t calls = rng_below(&r, 40) == 0 ? rng_range(&r, 7, N_MAX)
		    : rng_range(&r, 0, 6);
		struct problem *mine = solver_random(&r, rng_range(&r, 1, K_MAX), calls);

		p = mine;
		many_starts = calls <= 3;
		for (int32_t i = 0; i < calls; i++)
			stay_on[i] = -1;
		for (int32_t k = 0; k < mine->technicians; k++)
			for (int32_t s = 0; s < mine->technician[k].currents; s++)
				stay_on[mine->technician[k].current[s]] = k;
		price_routes();
		combine_routes();
		for (int32_t budget = -1; budget <= 3; budget++)
			compare(mine, budget, name, seed % 4 == 0);
		problem_free(mine);
		if (only)
			break;
	}
	print_message("%d proven, %d not, %d have no plan\n", proven, unproven, impossible);
	assert_true(only != NULL || proven > CASES);
	assert_true(only != NULL || unproven * 100 <= proven);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
