/* SPDX-License-Identifier: GPL-2.0-only */
/* Signs and signatures of viewing in words: a key that never changes and a sentence for people. */
#ifndef CG_SIGNATURE_H
#define CG_SIGNATURE_H

#include <camgate/session_abi.h>

/* "rate"; "unknown" for the number of a later version. */
const char *cg_sign_name(unsigned int sign);
const char *cg_sign_text(unsigned int sign);
/* "pppp-session"; likewise. */
const char *cg_signature_name(unsigned int signature);
const char *cg_signature_text(unsigned int signature);
/* The number of a key; 0 (none) for one that is not known. */
unsigned int cg_sign_find(const char *name);
unsigned int cg_signature_find(const char *name);

#endif
