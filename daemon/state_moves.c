/* SPDX-License-Identifier: Apache-2.0 */
/* What was told and moved, and what was spent on it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

int
state_reserve_moves(struct state *s, int32_t n)
{
	return state_reserve_pointers(&s->move, s->moves, n, &s->moves_cap);
}

struct move_held *
state_move_new(const struct state *s, const struct event *ev, int32_t call, const char *code)
{
	struct move_held *held = calloc(1, sizeof(*held));

	if (held == NULL)
		return NULL;
	held->refs = 1;
	held->m = (struct move){
		.at = ev->at_s,
		.seq = ev->seq,
		.call = call,
		.tech = -1,
		.former = -1,
		.account = ACCOUNT_NONE,
		.cause = ev->type,
		.cause_seq = ev->seq,
	};
	strcpy(held->m.call_id, s->call[call]->c.id);
	strcpy(held->m.code, code);
	return held;
}

void
state_add_move(struct state *s, struct move_held *held)
{
	if (s->moves == STATE_MOVES_MAX) {
		move_free(s->move[0]);
		s->moves--;
		memmove(s->move, s->move + 1, (size_t)s->moves * sizeof(s->move[0]));
	}
	s->move[s->moves++] = held;
}

int32_t
state_moves(const struct state *s)
{
	return s->moves;
}

const struct move *
state_move(const struct state *s, int32_t i)
{
	struct move *m;

	assert(i >= 0 && i < s->moves);
	m = &s->move[i]->m;
	m->call = state_call_find(s, m->call_id); /* it may have been forgotten since */
	return m;
}

void
state_spend(struct state *s, int64_t at, enum account account, int32_t calls)
{
	int32_t old = 0;

	if (calls == 0)
		return;
	for (int32_t i = s->spends - 1; i >= 0 && s->spend[i].at / 60 == at / 60; i--) {
		if (s->spend[i].account == account) {
			s->spend[i].calls += calls;
			return;
		}
	}
	while (old < s->spends && s->spend[old].at < at - STATE_SPEND_KEPT_S)
		old++;
	if (s->spends - old == STATE_SPENDS_MAX)
		old++;
	s->spends -= old;
	memmove(s->spend, s->spend + old, (size_t)s->spends * sizeof(s->spend[0]));
	s->spend[s->spends++] = (struct spend){ .at = at, .calls = calls, .account = account };
}

/* account ACCOUNTS: of all. */
static int32_t
spent(const struct state *s, enum account account, int64_t since)
{
	int64_t sum = 0;

	for (int32_t i = s->spends - 1; i >= 0 && s->spend[i].at >= since; i--) {
		if (account == ACCOUNTS || s->spend[i].account == account)
			sum += s->spend[i].calls;
	}
	return sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
}

int32_t
state_spent(const struct state *s, int64_t since)
{
	return spent(s, ACCOUNTS, since);
}

int32_t
state_spent_by(const struct state *s, enum account a, int64_t since)
{
	return spent(s, a, since);
}
