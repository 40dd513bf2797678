/* SPDX-License-Identifier: GPL-2.0-only */
/* A function that the build may have left out (packaging/features.mk): NULL then, in this file. */
#ifndef CG_OPTIONAL_H
#define CG_OPTIONAL_H

#define CG_OPTIONAL(function) extern __typeof__(function) function __attribute__((weak))

#endif
