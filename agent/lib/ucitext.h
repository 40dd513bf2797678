/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate.conf(5) as UCI and back, with nothing lost. Pure. */
#ifndef CG_UCITEXT_H
#define CG_UCITEXT_H

#include "config.h"
#include "uci.h"

/*
 * Sections: `camgate` (what stands outside of blocks), `unknown`, `mqtt`, `fleet`, `defaults`,
 * `viewer`, `camera`; an option is a key of that name, a list one of several values. Only UCI has
 *   name      what a viewer or camera is called, where the section's name does not say it
 *   file      a camera that is written in cameras.d/FILE.conf
 *   schedule  a list: "[DAYS] FROM-TO [EXPOSURE] [TIMEZONE]", such as "sat,sun 14:00-18:00 open"
 */

/* Is that camera in its file already, as the section says? */
typedef bool cg_uci_kept(void *ctx, const struct cg_uci_section *section);
/*
 * The text of a config in which every line says what the same line of the UCI file says, so
 * that what is found wrong there is wrong here. No value can be more than a value. kept may be
 * NULL. -EINVAL with diag. The caller frees the text.
 */
int cg_uci_to_config(const struct cg_uci *uci, cg_uci_kept *kept, void *ctx, const char *file,
		     struct cg_diag *diag, char **ret_text, size_t *ret_len) __must_check;

/* The UCI file of a config. was: the file that it takes the place of, whose sections keep their
 * names; or NULL. The caller frees the text. */
int cg_uci_from_config(const struct cg_config *config, const struct cg_uci *was, char **ret_text,
		       size_t *ret_len) __must_check;

/* Name of the camera's own file, from where it was read: "attic" of …/cameras.d/attic.conf;
 * false: it has none. */
bool cg_uci_file_of(const struct cg_config *config, const struct cg_config_cam *cam,
		    char ret_name[static 64]);

#endif
