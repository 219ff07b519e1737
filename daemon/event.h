/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: facts, stamped once at the door, that the journal keeps and state_apply() folds.
 *
 * An event's body is a JSON object; its members by type are listed below. Times
 * are Unix seconds as integers, places are {"lat_udeg","lon_udeg"} as integers,
 * ids are strings. A body is never changed after the event was made.
 *
 *   territory.opened     territory, zone
 *   guidelines.set       guidelines {name: value}, version
 *   technician.added     technician, terms
 *   technician.amended   technician, version, terms (only the members that change)
 *   technician.absent    technician, version, from, to, reason?
 *   shift.started        technician, version, at, place
 *   shift.ended          technician, version, at
 *   call.booked          call, terms
 *   call.amended         call, version, terms (only the members that change), by?, anew?
 *                        (true: agreed anew: the call leaves its route, what was told and promised of
 *                        it is void, deadline, appointment and agreed are those of terms alone)
 *   call.cancelled       call, version, reason?
 *   stop.departed        technician, call, version, at, arrival, end      (both planned)
 *   stop.arrived         technician, call, version, at, end               (planned)
 *   stop.finished        technician, call, version, at, outcome, note?
 *   stop.no_access       technician, call, version, at, note?
 *   stop.late            technician, call, version, end                   (planned)
 *   break.started        technician, version, at, due, end
 *   break.ended          technician, version, at
 *   break.waived         technician, version, due
 *   call.pinned          call, version
 *   call.unpinned        call, version
 *   call.answered        call, version, answer ("accept", "decline", "counter"), by, window? {from,
 *                        to} (counter), reason?, technician?, status
 *   call.silent          call, version, released, technician?, status: no answer in time
 *   call.carried_over    call, version, count, not_before, promise? {from, to}, previous_promise?
 *                        {from, to} (the one that is void now), by, reason?,
 *                        technician? (whose route it leaves), status
 *   stop.kind_changed    technician, call, version, kind, end (planned), technician_version
 *   promise.at_risk      call, technician?, risk_pct, at_risk, arrival?, p90?, promise? {from, to}
 *   goodwill.proposed    goodwill, call, customer, contract, form ("free_labour", "discount"), cents,
 *                        cause ("promise_broken", "deadline_not_met", "carried_over"), text, at
 *   goodwill.decided     goodwill, decision ("grant", "refuse", "lapse"), cents, by, reason?, and, for
 *                        the feed, of the offer: call, form, cause, at, customer, contract, text
 *   message.written      message, call, kind, language, customer, text, and as far as known contact,
 *                        reference, code, reason, technician (by name), arrival, window {from, to},
 *                        previous {from, to}, tracking: written with the event that caused it, in
 *                        one commit
 *   plan.revised         see below
 *
 * version is the new version of what the event is about: its call's where it names a call, else the
 * technician's. So that the feed, which sees events alone, can say it, these may come along, and
 * must then be true:
 *   call.amended, cancelled, pinned, unpinned: technician (on whose route the call is, or
 * was) and status (after the event; without it: planned if there is a technician, else unassigned)
 * stop.late: status (without it: on_site) stop.*: technician_version (his present one; with it the feed also
 * says technician.changed) technician.amended, absent, break.waived: status (after the event: off,
 * free, driving, on_site, on_break, absent; without it: off, absent, free) technician.absent: call
 * and call_version, if he was driving: that call is set free; its present version
 *
 * terms of a technician: name, home, end?, skills [{skill, level}], shifts
 *   [{from, to, breaks [{from, to, duration_s}]}], speed_pct, overtime_max_s?
 * terms of a call: customer, site, address?, needs [{skill, level}], kind?, severity,
 *   opened, due?, appointment? {from, to}, duration_s, difficulty, note?, reference?,
 *   preferred?, required?, forbidden? [ids], origin? ("outside", "inside"), asker?,
 *   contract? ("none", "time_and_materials", "full_service"), language?, contact?
 *   agreed? {window {from, to}, confidence_pct, technician, cost_cents, by}: booked as quoted; the
 *   window is promised. duration_s is left out where it was not given: then it is learned.
 * by: who did it: "customer", "daemon", or role and token id like "manager:tk1".
 *
 * plan.revised: kind ("solve", "background", "retime", "tell", "override", "booked"),
 *   plan_version, cause {event, seq, call?, technician?, text?}, cost_before_cents,
 *   cost_after_cents, bound_cents?, gap, proven, budget, scope {technicians, calls}, solve_us, work,
 *   reason?, account ("event", "emergency", "absence", "inside", "person", "none": which budget pays
 *   for chosen), disturbance {reassigned, repromised, eta_moved, dropped, chosen, forced: [call ids]},
 *   stay [{call, arrival?}] for each forced call,
 *   routes [{technician, stops [{call, arrival, end, drive_s}], breaks [{due, after, start,
 *   duration_s}], end, overtime_s}]: whole routes that replace the technician's stops; what is under
 *   way is first in it,
 *   unassigned [call ids]: told or planned before, now on no route,
 *   told [{call, technician, version, arrival, p10, p90, promise {from, to}, previous_promise? {from,
 *   to} (the one that this replaces), first, previous?, former?, code, reason, cents? (the price of
 *   disturbing by it)}]: what is told by this revision; former: the technician who was told before, if
 *   another,
 *   withdrawn? [{call, technician, version, cents?}]: told calls that this revision leaves on no route:
 *   their ETA and technician no longer hold; version is the call's present one.
 *   untold? [{call, technician?, arrival?, code, cents?}]: those of chosen that are in neither, with who
 *   does them now and when, if anybody: they are paid for, and told later if at all.
 */
#ifndef EVENKEEL_DAEMON_EVENT_H
#define EVENKEEL_DAEMON_EVENT_H

#include <jansson.h>
#include <stdint.h>

enum event_type {
	EV_TERRITORY_OPENED,
	EV_GUIDELINES_SET,
	EV_TECHNICIAN_ADDED,
	EV_TECHNICIAN_AMENDED,
	EV_TECHNICIAN_ABSENT,
	EV_SHIFT_STARTED,
	EV_SHIFT_ENDED,
	EV_CALL_BOOKED,
	EV_CALL_AMENDED,
	EV_CALL_CANCELLED,
	EV_STOP_DEPARTED,
	EV_STOP_ARRIVED,
	EV_STOP_FINISHED,
	EV_STOP_NO_ACCESS,
	EV_STOP_LATE,
	EV_BREAK_STARTED,
	EV_BREAK_ENDED,
	EV_BREAK_WAIVED,
	EV_CALL_PINNED,
	EV_CALL_UNPINNED,
	EV_PLAN_REVISED,
	EV_CALL_ANSWERED,
	EV_CALL_SILENT,
	EV_CALL_CARRIED_OVER,
	EV_STOP_KIND_CHANGED,
	EV_PROMISE_AT_RISK,
	EV_GOODWILL_PROPOSED,
	EV_GOODWILL_DECIDED,
	EV_MESSAGE_WRITTEN,
	EV_TYPES,
};

struct event {
	int64_t seq;  /* of its territory, 1 is the first; 0 until it is appended */
	int64_t at_s; /* the daemon's clock when it was decided */
	enum event_type type;
	json_t *body; /* owned */
};

const char *event_name(enum event_type t);
int event_from_name(const char *name, enum event_type *ret); /* -EINVAL */

/*
 * libevent has functions of the same names, and would call ours instead of its own: so the
 * linker knows these two by others.
 */
/* body is stolen, also on failure. NULL when out of memory or body is NULL. */
struct event *event_new(enum event_type t, int64_t at_s, json_t *body)
    __asm__("evenkeel_event_new");
void event_free(struct event *ev) __asm__("evenkeel_event_free"); /* NULL is fine */

/* A journal line: {"seq","at","type","body"}; new reference, NULL when out of memory. */
json_t *event_to_json(const struct event *ev);
int event_from_json(const json_t *j, struct event **ret); /* -EBADMSG, -ENOMEM */

#endif
