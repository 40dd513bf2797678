/* SPDX-License-Identifier: GPL-2.0-only */
/* N_() marks a text that people are told: the agent says it in English, the command in their language. */
#ifndef CG_TOLD_H
#define CG_TOLD_H

#define N_(text) (text)

#endif
