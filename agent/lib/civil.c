/* SPDX-License-Identifier: GPL-2.0-only */
/* The calendar as arithmetic: years that begin in March, so that the leap day is the last of its year. */
#include "civil.h"

#define ERA_YEARS 400
#define ERA_DAYS  146097 /* of 400 years */
/* From 0000-03-01 to 1970-01-01. */
#define EPOCH	  719468

bool cg_civil_leap(int64_t year)
{
	return !(year % 4) && (year % 100 || !(year % 400));
}

int64_t cg_civil_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = cg_civil_floor(y, ERA_YEARS);
	int64_t in_era = y - era * ERA_YEARS, from_march = (month + 9) % 12;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 +
	       (153 * from_march + 2) / 5 + day - 1 - EPOCH;
}

struct cg_civil cg_civil_date(int64_t days)
{
	int64_t z = days + EPOCH, era = cg_civil_floor(z, ERA_DAYS), in_era = z - era * ERA_DAYS;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA_DAYS - 1)) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int from_march = (int)((5 * in_year + 2) / 153);
	int month = from_march < 10 ? from_march + 3 : from_march - 9;

	return (struct cg_civil){
		.year = year + era * ERA_YEARS + (month <= 2),
		.month = month,
		.day = (int)(in_year - (153 * from_march + 2) / 5 + 1),
	};
}

int cg_civil_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday */
	return (int)(days + 4 - 7 * cg_civil_floor(days + 4, 7));
}
