/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk below the calls of libc, under one folder: the Nth call that changes
 * something can fail, or be the one at which the machine dies. Linked in where
 * wanted; elsewhere, and below no folder, calls go their way.
 *
 * What a machine that died leaves is worked out from what was synced: of names,
 * any number of the changes since the folder was synced, in their order; of
 * bytes that were written and not synced, all, none, half, or as many zeros.
 */
#ifndef CG_FAKE_DISK_H
#define CG_FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the files of dir are watched; what is there is on the disk. NULL: no more. */
void disk_watch(const char *dir);
/* Changing calls below dir since disk_watch(). */
int disk_calls(void);
/* The call that was made last, or failed: "rename state.json.new". */
const char *disk_last(void);
/* The nth of them (1 = the next) fails with err; all later ones as well where for_good. */
void disk_fail(int nth, int err, bool for_good);
/* Only those that are named, "write fsync"; "" = any. Until the next disk_watch(). */
void disk_only(const char *calls);
/* The first write that fails takes half of it, as on a disk that is full then. */
void disk_half(void);
/*
 * Runs work in a process that dies before its nth call, or after the last where
 * it makes fewer, and leaves in out0, out1, ... every folder that may be found
 * then. Returns how many; *ret_ended: work came to its end.
 */
int disk_die(int nth, void (*work)(void *ctx), void *ctx, const char *out, bool *ret_ended);

#endif
