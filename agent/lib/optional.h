/* SPDX-License-Identifier: GPL-2.0-only */
/* What the build may have left out (packaging/features.mk). */
#ifndef CG_OPTIONAL_H
#define CG_OPTIONAL_H

/* A function: NULL then, in this file. */
#define CG_OPTIONAL(function) extern __typeof__(function) function __attribute__((weak))

/* A text that nobody is shown then. */
#define CG_IF(feature, text)  (CG_WITH_##feature ? (text) : "")

/* 0: it was. */
#ifndef CG_WITH_AUDIT
#define CG_WITH_AUDIT 1
#endif
#ifndef CG_WITH_CHECK
#define CG_WITH_CHECK 1
#endif
#ifndef CG_WITH_COUNTRY
#define CG_WITH_COUNTRY 1
#endif
#ifndef CG_WITH_DISCOVER
#define CG_WITH_DISCOVER 1
#endif
#ifndef CG_WITH_DOCTOR
#define CG_WITH_DOCTOR 1
#endif
#ifndef CG_WITH_EDIT
#define CG_WITH_EDIT 1
#endif
#ifndef CG_WITH_GUARD
#define CG_WITH_GUARD 1
#endif
#ifndef CG_WITH_LEARN
#define CG_WITH_LEARN 1
#endif
#ifndef CG_WITH_MAPPINGS
#define CG_WITH_MAPPINGS 1
#endif
#ifndef CG_WITH_METRICS
#define CG_WITH_METRICS 1
#endif
#ifndef CG_WITH_MQTT
#define CG_WITH_MQTT 1
#endif
#ifndef CG_WITH_MUD
#define CG_WITH_MUD 1
#endif
#ifndef CG_WITH_NOTIFY
#define CG_WITH_NOTIFY 1
#endif
#ifndef CG_WITH_RECORD
#define CG_WITH_RECORD 1
#endif
#ifndef CG_WITH_REPORT
#define CG_WITH_REPORT 1
#endif
#ifndef CG_WITH_SETUP
#define CG_WITH_SETUP 1
#endif
#ifndef CG_WITH_TOP
#define CG_WITH_TOP 1
#endif

#endif
