/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/exec.h"

enum { COLUMN = 14, LABEL = 34, POLICIES_MAX = 8 };

enum better { MORE, LESS, NEITHER };
enum unit { COUNT, MINUTES, HOURS, MS, CENTS, SHARE, PER_100 };

struct row {
	const char *label;
	enum unit unit;
	enum better better;
	double (*value)(const struct figures *f); /* below 0: nothing to show */
};

static double
per_served(int64_t n, const struct figures *f)
{
	return f->served > 0 ? 100.0 * (double)n / f->served : -1;
}

#define VALUE(name, expr)                                   \
	static double value_##name(const struct figures *f) \
	{                                                   \
		return (double)(expr);                      \
	}

VALUE(served, f->served)
VALUE(kept, f->kept_first)
VALUE(kept_last, f->kept_last)
VALUE(made, f->made)
VALUE(kept_share, f->made > 0 ? (double)f->kept_first / f->made : -1)
VALUE(plan_kept, f->plan_kept)
VALUE(due, f->due_calls > 0 ? (double)f->due_met / f->due_calls : -1)
VALUE(repromised, per_served(f->repromised, f))
VALUE(eta_moved, per_served(f->eta_moved, f))
VALUE(reassigned, per_served(f->reassigned, f))
VALUE(dropped, f->dropped)
VALUE(moves, f->max_moves)
VALUE(over, f->over)
VALUE(p50, f->urgent_p50_s)
VALUE(p90, f->urgent_p90_s)
VALUE(urgent_left, f->urgent_unserved)
VALUE(notice, f->notice_p50_s)
VALUE(carried, f->messages > 0 ? f->carried_over : -1)
VALUE(left_open, f->left_open)
VALUE(unserved, f->unserved)
VALUE(driving, f->served > 0 ? (double)f->driving_s / f->served : -1)
VALUE(overtime, f->overtime_s)
VALUE(breaks, f->breaks_missed)
VALUE(cost, f->cost_cents)
VALUE(push50, f->push_p50_ms)
VALUE(push99, f->push_p99_ms)
VALUE(proven, f->proven_share)
VALUE(plans, f->plans)
VALUE(too_soon, f->too_soon)
VALUE(messages, f->messages > 0 ? f->messages : -1)
VALUE(at_risk, f->messages > 0 ? f->at_risk : -1)
VALUE(declined, f->declined > 0 ? f->declined : -1)
VALUE(goodwill, f->goodwills > 0 ? f->goodwill_cents : -1)

static const struct row rows[] = {
	{ "calls visited", COUNT, MORE, value_served },
	{ "promises made", COUNT, NEITHER, value_made },
	{ "promises kept as first told", COUNT, MORE, value_kept },
	{ "  share of those made", SHARE, MORE, value_kept_share },
	{ "promises kept as last told", COUNT, MORE, value_kept_last },
	{ "kept by the first plan's window", COUNT, MORE, value_plan_kept },
	{ "notice before the visit, median", MINUTES, MORE, value_notice },
	{ "deadlines of the day met", SHARE, MORE, value_due },
	{ "customers told a new window", PER_100, LESS, value_repromised },
	{ "  twice within an hour", COUNT, LESS, value_too_soon },
	{ "customers told a new time", PER_100, LESS, value_eta_moved },
	{ "calls reassigned after telling", PER_100, LESS, value_reassigned },
	{ "dropped after telling", COUNT, LESS, value_dropped },
	{ "most moves of one call", COUNT, LESS, value_moves },
	{ "plans over their budget", COUNT, LESS, value_over },
	{ "urgent response, median", MINUTES, LESS, value_p50 },
	{ "urgent response, 90 %", MINUTES, LESS, value_p90 },
	{ "urgent calls not visited", COUNT, LESS, value_urgent_left },
	{ "carried over", COUNT, LESS, value_carried },
	{ "open, due another day", COUNT, LESS, value_left_open },
	{ "unserved past their deadline", COUNT, LESS, value_unserved },
	{ "promises seen at risk", COUNT, NEITHER, value_at_risk },
	{ "messages to customers", COUNT, NEITHER, value_messages },
	{ "times declined by customers", COUNT, NEITHER, value_declined },
	{ "goodwill offered", CENTS, NEITHER, value_goodwill },
	{ "driving per call", MINUTES, LESS, value_driving },
	{ "overtime", HOURS, LESS, value_overtime },
	{ "breaks missed", COUNT, LESS, value_breaks },
	{ "cost", CENTS, LESS, value_cost },
	{ "event to push, median", MS, NEITHER, value_push50 },
	{ "event to push, 99 %", MS, NEITHER, value_push99 },
	{ "re-solves proven optimal", SHARE, NEITHER, value_proven },
	{ "plans sent", COUNT, NEITHER, value_plans },
};

struct style
style_of(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	return (struct style){
		.colour = isatty(fileno(out)) && (no_colour == NULL || *no_colour == '\0') &&
		    (term == NULL || strcmp(term, "dumb") != 0),
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	};
}

static void
format(char *to, size_t size, enum unit unit, double v)
{
	if (v < 0) {
		snprintf(to, size, "-");
		return;
	}
	switch (unit) {
	case COUNT:
		snprintf(to, size, "%.0f", v);
		break;
	case MINUTES:
		snprintf(to, size, "%.1f min", v / 60);
		break;
	case HOURS:
		snprintf(to, size, "%.1f h", v / 3600);
		break;
	case MS:
		snprintf(to, size, "%.1f ms", v);
		break;
	case CENTS:
		snprintf(to, size, "%.2f", v / 100);
		break;
	case SHARE:
		snprintf(to, size, "%.1f %%", v * 100);
		break;
	case PER_100:
		snprintf(to, size, "%.1f / 100", v);
		break;
	}
}

static bool
is_best(const struct row *r, const struct figures *figures, int32_t n, int32_t i)
{
	double mine = r->value(&figures[i]);

	if (n < 2 || r->better == NEITHER || mine < 0)
		return false;
	for (int32_t j = 0; j < n; j++) {
		double other = r->value(&figures[j]);

		if (other >= 0 && (r->better == MORE ? other > mine : other < mine))
			return false;
	}
	return true;
}

static void
rule(FILE *out, const struct style *style, int32_t n)
{
	for (int32_t i = 0; i < LABEL + n * COLUMN; i++)
		fputs(style->utf8 ? "\u2500" : "-", out);
	fputc('\n', out);
}

void
table_print(FILE *out, const struct style *style, const char *const *policy,
    const struct figures *figures, int32_t n)
{
	fprintf(out, "%-*s", LABEL, "");
	for (int32_t i = 0; i < n; i++) {
		char name[EXEC_NAME_MAX + 1];

		exec_short_name(policy[i], name);
		fprintf(out, "%*s", COLUMN, name);
	}
	fputc('\n', out);
	rule(out, style, n);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		fprintf(out, "%-*s", LABEL, rows[r].label);
		for (int32_t i = 0; i < n; i++) {
			char text[32];
			bool best = is_best(&rows[r], figures, n, i);

			format(text, sizeof(text), rows[r].unit, rows[r].value(&figures[i]));
			if (best && style->colour)
				fprintf(out, "\033[1;32m%*s\033[0m", COLUMN, text);
			else if (best)
				fprintf(out, "%*s *", COLUMN - 2, text);
			else if (style->colour || n < 2)
				fprintf(out, "%*s", COLUMN, text);
			else
				fprintf(out, "%*s  ", COLUMN - 2, text);
		}
		fputc('\n', out);
	}
	rule(out, style, n);
	if (n > 1)
		fputs(style->colour ? "the best of each row is green\n" : "* the best of its row\n",
		    out);
}
