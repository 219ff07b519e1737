/* SPDX-License-Identifier: Apache-2.0 */
/* How results are shown to people. Each borrows the result. */
#ifndef EVENKEEL_CTL_SHOW_H
#define EVENKEEL_CTL_SHOW_H

#include "ctl/ctl.h"

void show_any(struct ctl *ctl, const json_t *result);     /* label and value, a line each */
void show_json(struct ctl *ctl, const json_t *result);    /* for programs */
void show_done(struct ctl *ctl, const json_t *result);    /* a change that was made */
void show_call(struct ctl *ctl, const json_t *result);
void show_calls(struct ctl *ctl, const json_t *result);
void show_technicians(struct ctl *ctl, const json_t *result);
void show_day(struct ctl *ctl, const json_t *result);
void show_plan(struct ctl *ctl, const json_t *result);
void show_preview(struct ctl *ctl, const json_t *result); /* of an override */
void show_quote(struct ctl *ctl, const json_t *result);
void show_order(struct ctl *ctl, const json_t *result);
void show_promises(struct ctl *ctl, const json_t *result);
void show_answer(struct ctl *ctl, const json_t *result);   /* the customer's, to an ETA */
void show_carried(struct ctl *ctl, const json_t *result);
void show_price(struct ctl *ctl, const json_t *result);    /* of calm */
void show_history(struct ctl *ctl, const json_t *result);  /* why people were moved */
void show_goodwill(struct ctl *ctl, const json_t *result);
void show_decided(struct ctl *ctl, const json_t *result);  /* a goodwill offer */
void show_learned(struct ctl *ctl, const json_t *result);
void show_messages(struct ctl *ctl, const json_t *result);
void show_webhooks(struct ctl *ctl, const json_t *result);
void show_webhook(struct ctl *ctl, const json_t *result);  /* its secret, once */
void show_guidelines(struct ctl *ctl, const json_t *result);
void show_status(struct ctl *ctl, const json_t *result);
void show_tokens(struct ctl *ctl, const json_t *result);
void show_token(struct ctl *ctl, const json_t *result);   /* a new one, once */

/* Asks for the guidelines' currency once, so that money has a name. Not every role may. */
void show_learn_currency(struct ctl *ctl);

#endif
