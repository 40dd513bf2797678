/* SPDX-License-Identifier: GPL-2.0-only */
/* The calendar as arithmetic: Gregorian, proleptic, without time zones. */
#ifndef CG_CIVIL_H
#define CG_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define CG_DAY_S 86400

struct cg_civil {
	int64_t year;
	int month, day; /* from 1 */
};

/* Rounded down, also below zero. */
static inline int64_t cg_civil_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01. */
int64_t cg_civil_days(int64_t year, int month, int day);
struct cg_civil cg_civil_date(int64_t days);
bool cg_civil_leap(int64_t year);
/* 0 is Sunday. */
int cg_civil_weekday(int64_t days);

#endif
