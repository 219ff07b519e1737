/* SPDX-License-Identifier: Apache-2.0 */
/* From the store to a state: the newest snapshot that reads, and the journal after it. */
#ifndef EVENKEEL_DAEMON_RECOVER_H
#define EVENKEEL_DAEMON_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/state.h"
#include "daemon/store.h"

/*
 * The state of a territory; the caller owns it. from_zero: from the journal alone.
 * *ret_snapshot_seq is that of the snapshot used, 0 none. -EIO, -EBADMSG or -ENOMEM with a sentence
 * in why.
 */
int recover_state(struct store *st, const char *territory, bool from_zero, struct state **ret,
    int64_t *ret_snapshot_seq, char *why, size_t why_size);

/*
 * Compares, for each territory, the state from its newest snapshot with that from the journal
 * alone. 0: equal, byte for byte; -EBADMSG: not, why says which; or as above. say (may be NULL)
 * hears of each territory that is right.
 */
typedef void recover_say_fn(const char *territory, int64_t seq, int64_t snapshot_seq);
int recover_verify(struct store *st, recover_say_fn *say, char *why, size_t why_size);

#endif
