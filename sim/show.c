/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "proto/when.h"

/* A gap of (nearly) the whole cost: the solve ended before it had a bound worth the name. */
#define NO_BOUND 0.9995

enum {
	PROGRESS_EACH_S = 1800,
	BAR = 24,
	BAR_NARROW = 10,
	LINE_BYTES = 512,
	WIDTH = 100,
	WIDTH_MIN = 40,
	WIDE = 110, /* from so many columns on there is room for everything */
};

struct symbol {
	const char *utf8, *ascii;
};

static const struct symbol sym_booked = { "\u25cf", "*" };
static const struct symbol sym_told = { "\u25b2", "^" };
static const struct symbol sym_solved = { "\u25b8", ">" };
static const struct symbol sym_done = { "\u2713", "+" };
static const struct symbol sym_other = { "\u00b7", "." };
static const struct symbol sym_message = { "\u2709", "@" };
static const struct symbol sym_risk = { "!", "!" };
static const struct symbol sym_arrow = { "\u2192", "->" };
static const struct symbol sym_cut = { "\u2026", "." };

static const char *
symbol(const struct show *s, struct symbol y)
{
	return s->style.utf8 ? y.utf8 : y.ascii;
}

const char *
show_ink(const struct style *style, enum ink ink)
{
	static const char *const codes[] = { "\033[0m", "\033[2m", "\033[1m", "\033[31m",
		"\033[32m", "\033[33m", "\033[34m", "\033[35m", "\033[36m" };

	return style->colour ? codes[ink] : "";
}

/* The local time of the day, HH:MM. */
static const char *
clock_of(const struct desk *d, int64_t at_s, char buf[8])
{
	char text[WHEN_SIZE];

	if (when_format(at_s, d->day->zone, text) < 0)
		snprintf(buf, 8, "--:--");
	else
		snprintf(buf, 8, "%.5s", text + 11);
	return buf;
}

const char *
show_call_name(const struct desk *d, int32_t call, char buf[80])
{
	if (d->call_name != NULL && d->call_name[call][0] != '\0')
		return d->call_name[call];
	snprintf(buf, 80, "#%d", (int)call + 1);
	return buf;
}

static const char *
tech_name(const struct desk *d, int32_t k)
{
	return k >= 0 ? d->fleet->tech[k].name : "nobody";
}

void
show_clear(struct show *s)
{
	if (s->line_drawn)
		fputs("\r\033[K", s->out);
	s->line_drawn = false;
}

/* Cuts a text without escape sequences to so many columns, and marks that it was cut. */
static void
cut_to(const struct show *s, char *text, size_t size, int columns)
{
	int at = 0;
	char *last = text; /* where the last column begins */

	for (char *c = text; *c != '\0'; c++) {
		if (((unsigned char)*c & 0xc0) == 0x80)
			continue;
		if (++at == columns)
			last = c;
	}
	if (at > columns)
		snprintf(last, size - (size_t)(last - text), "%s", symbol(s, sym_cut));
}

/* One line: time, symbol, what, and the rest, cut to the terminal's width. */
static void line(struct show *s, const struct desk *d, int64_t at_s, enum ink ink, struct symbol y,
    const char *what, const char *fmt, ...) __attribute__((format(printf, 7, 8)));

static void
line(struct show *s, const struct desk *d, int64_t at_s, enum ink ink, struct symbol y,
    const char *what, const char *fmt, ...)
{
	char rest[LINE_BYTES], at[8];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rest, sizeof(rest), fmt, ap);
	va_end(ap);
	show_clear(s);
	fprintf(s->out, "%s%s%s %s%s %-9s%s", show_ink(&s->style, INK_DIM), clock_of(d, at_s, at),
	    show_ink(&s->style, INK_PLAIN), show_ink(&s->style, ink), symbol(s, y), what,
	    ink == INK_DIM ? "" : show_ink(&s->style, INK_PLAIN));
	if (s->moving)
		cut_to(s, rest, sizeof(rest), s->width - 18);
	fprintf(s->out, " %s%s\n", rest, show_ink(&s->style, INK_PLAIN));
}

static enum ink
ink_of(enum severity s)
{
	return s == SEV_ROUTINE ? INK_CYAN : s == SEV_URGENT ? INK_YELLOW : INK_RED;
}

static void
show_booked(struct show *s, const struct desk *d, int32_t call)
{
	const struct sim_call *c = &d->day->call[call];
	char buf[80], from[8], to[8];

	s->booked++;
	s->open++;
	if (c->appt_from_s != 0)
		line(s, d, d->now_s, ink_of(c->severity), sym_booked, "booked",
		    "%-5s %-9s %-9s %s-%s  %s", show_call_name(d, call, buf),
		    severity_name(c->severity), c->skill, clock_of(d, c->appt_from_s, from),
		    clock_of(d, c->appt_to_s, to), c->kind);
	else
		line(s, d, d->now_s, ink_of(c->severity), sym_booked, "booked", "%-5s %-9s %-9s %s",
		    show_call_name(d, call, buf), severity_name(c->severity), c->skill, c->kind);
}

/* A technician's status has changed. */
static void
show_status(struct show *s, const struct desk *d, const struct fact *f)
{
	static const char *const words[FACT_TYPES] = {
		[FACT_SHIFT_STARTED] = "starts the shift",
		[FACT_SHIFT_ENDED] = "ends the shift",
		[FACT_ABSENT] = "is ill and goes home",
		[FACT_DEPARTED] = "sets out for",
		[FACT_ARRIVED] = "begins",
		[FACT_FINISHED] = "has done",
		[FACT_NO_ACCESS] = "finds nobody at",
		[FACT_LATE] = "needs longer at",
		[FACT_BREAK_STARTED] = "takes a break",
		[FACT_BREAK_ENDED] = "is back from the break",
		[FACT_CANCELLED] = "turns round, cancelled:",
	};
	char buf[80] = "", extra[32] = "";
	bool closes = f->type == FACT_FINISHED || f->type == FACT_NO_ACCESS;
	bool loud = f->type == FACT_LATE || f->type == FACT_ABSENT || f->type == FACT_NO_ACCESS ||
	    f->type == FACT_CANCELLED;

	if (f->type == FACT_LATE)
		snprintf(extra, sizeof(extra), " (+%d min)", (int)f->late_s / 60);
	line(s, d, d->now_s,
	    loud         ? INK_YELLOW
		: closes ? INK_GREEN
			 : INK_DIM,
	    closes ? sym_done : sym_other, "status", "%-8s %s%s%s%s", tech_name(d, f->tech),
	    words[f->type], f->call >= 0 ? " " : "",
	    f->call >= 0 ? show_call_name(d, f->call, buf) : "", extra);
}

static void
on_fact(void *arg, const struct desk *d, const struct fact *f)
{
	struct show *s = arg;
	char buf[80];

	if (f->type == FACT_POSITION)
		return;
	if (f->type == FACT_BOOKED) {
		show_booked(s, d, f->call);
		return;
	}
	if (f->type == FACT_ANSWERED) {
		line(s, d, d->now_s, f->accepts ? INK_DIM : INK_YELLOW, sym_other, "answer",
		    "%-5s %s", show_call_name(d, f->call, buf),
		    f->accepts ? "the time suits" : "the time does not suit");
		return;
	}
	if (f->type == FACT_CANCELLED || f->type == FACT_FINISHED || f->type == FACT_NO_ACCESS)
		s->open--;
	s->done += f->type == FACT_FINISHED || f->type == FACT_NO_ACCESS;
	s->out_there += (f->type == FACT_SHIFT_STARTED) - (f->type == FACT_SHIFT_ENDED);
	if (f->tech >= 0)
		show_status(s, d, f);
	else
		line(s, d, d->now_s, INK_YELLOW, sym_other, "cancelled", "%s",
		    show_call_name(d, f->call, buf));
}

/* Which calls are disturbed by choice, in words. */
static void
name_chosen(const struct desk *d, const struct verdict *v, char *to, size_t size)
{
	size_t at = 0;
	char buf[80];

	to[0] = '\0';
	for (int32_t i = 0; i < v->chosens && at + 90 < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s", i > 0 ? " " : ": ",
		    show_call_name(d, v->chosen[i], buf));
}

static void
on_revised(void *arg, const struct desk *d, const struct revision *r, const struct verdict *v)
{
	struct show *s = arg;
	char proof[32], chosen[200], buf[80], cause[192], scope[48];

	s->chosen += v->chosens;
	if (!r->solved)
		return;
	s->resolves++;
	if (r->proven)
		snprintf(proof, sizeof(proof), "proven");
	else if (r->gap >= NO_BOUND)
		snprintf(proof, sizeof(proof), "no bound");
	else
		snprintf(proof, sizeof(proof), "gap %.1f %%", r->gap * 100);
	name_chosen(d, v, chosen, sizeof(chosen));
	snprintf(cause, sizeof(cause), "%s %s", r->cause,
	    r->cause_call >= 0       ? show_call_name(d, r->cause_call, buf)
		: r->cause_tech >= 0 ? tech_name(d, r->cause_tech)
				     : "");
	if (s->moving && s->width < WIDE) /* the budget comes first */
		scope[0] = '\0';
	else
		snprintf(scope, sizeof(scope), "%2d techs %3d calls  ", (int)r->scope_techs,
		    (int)r->scope_calls);
	line(s, d, r->at_s, v->chosens > 0 ? INK_MAGENTA : INK_BLUE, sym_solved, "re-solved",
	    "%-*s %5.1f ms %-9s %sbudget %d, used %d%s", scope[0] != '\0' ? 22 : 16, cause,
	    r->solve_ms, proof, scope, (int)r->budget, (int)v->chosens, chosen);
}

static void
on_told(void *arg, const struct desk *d, const struct telling *t)
{
	struct show *s = arg;
	const struct desk_call *c = &d->call[t->call];
	char buf[80], was[8], now[8], from[8], to[8];

	s->told++;
	if (++s->tellings[t->call] > s->most_told) {
		s->most_told = s->tellings[t->call];
		snprintf(s->story, sizeof(s->story), "%s", show_call_name(d, t->call, buf));
	}
	clock_of(d, t->arrival_s, now);
	clock_of(d, t->promise_from_s, from);
	clock_of(d, t->promise_to_s, to);
	if (c->told_tech < 0) {
		line(s, d, d->now_s, INK_GREEN, sym_told, "told",
		    "%-5s %-8s comes at %s, promised %s-%s", show_call_name(d, t->call, buf),
		    tech_name(d, t->tech), now, from, to);
		return;
	}
	s->told_anew++;
	line(s, d, d->now_s, INK_YELLOW, sym_told, "told anew",
	    "%-5s %-8s %s %s %s, promised %s-%s: %s", show_call_name(d, t->call, buf),
	    tech_name(d, t->tech), clock_of(d, c->eta_s, was), symbol(s, sym_arrow), now, from, to,
	    t->reason);
}

/* What other lines say already is not said twice. */
static bool
is_news(const struct saying *said)
{
	return strcmp(said->what, "planned") != 0 && strcmp(said->what, "on_the_way") != 0 &&
	    strcmp(said->what, "done") != 0;
}

static void
on_said(void *arg, const struct desk *d, const struct saying *said)
{
	struct show *s = arg;
	char buf[80];
	const char *name = show_call_name(d, said->call, buf);

	switch (said->kind) {
	case SAID_MESSAGE:
		s->messages++;
		if (is_news(said))
			line(s, d, said->at_s, INK_CYAN, sym_message, "message", "%-5s %s", name,
			    said->text);
		break;
	case SAID_AT_RISK:
		s->at_risk++;
		line(s, d, said->at_s, INK_YELLOW, sym_risk, "at risk",
		    "%-5s its promise may be missed: %.0f %%", name, said->risk * 100);
		break;
	case SAID_GOODWILL:
		line(s, d, said->at_s, INK_MAGENTA, sym_other, "goodwill", "%-5s %s, %.2f: %s", name,
		    said->what, (double)said->cents / 100, said->text);
		break;
	case SAID_SAFE:
	case SAID_MOVED: /* told anew, and in a message */
	case SAID_CARRIED:
		break;
	}
}

/* The width of the terminal, and a usual one where it does not say. */
static int32_t
columns_of(FILE *out)
{
	struct winsize w;

	return ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_col >= WIDTH_MIN ? w.ws_col : WIDTH;
}

static void
draw_progress(struct show *s, const struct desk *d, int64_t now_s)
{
	char at[8], counts[128];
	double part = s->to_s > s->from_s
	    ? (double)(now_s - s->from_s) / (double)(s->to_s - s->from_s)
	    : 1;
	int full, bar, len;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	if (s->moving)
		s->width = columns_of(s->out); /* a window may have been made larger or smaller */
	bar = s->moving && s->width < WIDE ? BAR_NARROW : BAR;
	full = (int)(part * bar);
	show_clear(s);
	fprintf(s->out, "%s%s ", show_ink(&s->style, INK_BOLD), clock_of(d, now_s, at));
	for (int i = 0; i < bar; i++)
		fputs(i < full ? (s->style.utf8 ? "\u2588" : "#")
			       : (s->style.utf8 ? "\u2591" : "."),
		    s->out);
	len = snprintf(counts, sizeof(counts), "booked %d  open %d  done %d  told %d, anew %d",
	    (int)s->booked, (int)s->open, (int)s->done, (int)s->told, (int)s->told_anew);
	if (bar == BAR)
		snprintf(counts + len, sizeof(counts) - (size_t)len, "  on shift %d  re-solved %d",
		    (int)s->out_there, (int)s->resolves);
	if (s->moving) /* a line that wraps could not be taken back */
		cut_to(s, counts, sizeof(counts), s->width - bar - 8);
	fprintf(s->out, " %s%s", counts, show_ink(&s->style, INK_PLAIN));
	if (s->moving)
		s->line_drawn = true;
	else
		fputc('\n', s->out);
	fflush(s->out);
	s->line_s = now_s;
}

static void
on_time(void *arg, const struct desk *d, int64_t now_s)
{
	struct show *s = arg;

	if (s->moving || now_s >= s->line_s + PROGRESS_EACH_S)
		draw_progress(s, d, now_s);
}

struct watch
show_watch(struct show *s)
{
	return (struct watch){ on_fact, on_revised, on_told, on_said, on_time, s };
}

int
show_init(struct show *s, FILE *out, const struct desk *d)
{
	memset(s, 0, sizeof(*s));
	s->out = out;
	s->style = style_of(out);
	s->moving = isatty(fileno(out));
	s->width = columns_of(out);
	s->from_s = d->fleet->first_s - DAY_OFFICE_LEAD_S;
	s->to_s = d->fleet->last_s;
	s->tellings = calloc((size_t)d->day->calls, sizeof(*s->tellings));
	return s->tellings == NULL ? -ENOMEM : 0;
}

void
show_done(struct show *s)
{
	show_clear(s);
	free(s->tellings);
	s->tellings = NULL;
}
