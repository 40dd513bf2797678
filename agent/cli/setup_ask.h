/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions at the terminal. Ctrl-C, a hangup and the end of input are an answer too: as it was before. */
#ifndef CG_SETUP_ASK_H
#define CG_SETUP_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include "../lib/cleanup.h"

/* From here on SIGINT, SIGTERM and SIGHUP end nothing in the middle: they are noted. */
void cg_setup_ask_begin(void);
/* One of them came, or the input ended. */
bool cg_setup_ask_ended(void);

/* "PROMPT [OTHERWISE]: "; an empty answer is otherwise. Blanks around it are cut.
 * -ECANCELED: cg_setup_ask_ended(). */
int cg_setup_ask(const char *prompt, const char *otherwise, char *buf, size_t size) __must_check;
int cg_setup_ask_yes(const char *prompt, bool otherwise, bool *ret_yes) __must_check;
/* -ECANCELED before the time is over. */
int cg_setup_ask_wait(unsigned int s) __must_check;

#endif
