/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/zone.h"

int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, year_of_era, day_of_year, day_of_era;

	y -= m <= 2; /* years begin in March, so that the leap day is the last */
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void
civil_from_days(int64_t days, int *ret_y, int *ret_m, int *ret_d)
{
	int64_t era, day_of_era, year_of_era, day_of_year, month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	    day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153; /* 0 is March */
	*ret_d = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_m = (int)(month < 10 ? month + 3 : month - 9);
	*ret_y = (int)(year_of_era + era * 400 + (*ret_m <= 2));
}

int
days_in_month(int64_t y, int m)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 ? 28 + leap : days[m - 1];
}
