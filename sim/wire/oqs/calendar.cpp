#include "sim/wire/oqs/calendar.h"

#include <algorithm>
#include <array>

namespace uketsuke::wire::oqs {
namespace {

struct Date {
  int year = 0, month = 0, day = 0;
};

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// -1 if a character is no digit.
int number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Date> date_of(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  const Date date{number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2))};
  if (date.year < 1900 || date.month < 1 || date.month > 12 || date.day < 1) return std::nullopt;
  if (date.day > days_in(date.year, date.month)) return std::nullopt;
  return date;
}

// Days from 1970-01-01 in the proleptic Gregorian calendar; years count from March.
std::int64_t days_from_epoch(const Date& date) {
  const std::int64_t y = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

Date date_from_days(std::int64_t days) {
  // 400 years have 146097 days; at most a few corrections from the estimate.
  Date date{static_cast<int>(1970 + days * 400 / 146097), 1, 1};
  while (days_from_epoch({date.year + 1, 1, 1}) <= days) ++date.year;
  while (days_from_epoch({date.year, 1, 1}) > days) --date.year;
  std::int64_t left = days - days_from_epoch({date.year, 1, 1});
  while (left >= days_in(date.year, date.month)) left -= days_in(date.year, date.month++);
  date.day = static_cast<int>(left) + 1;
  return date;
}

void put(std::string& out, std::size_t at, std::size_t width, std::int64_t value) {
  for (std::size_t i = width; i-- > 0; value /= 10) {
    out[at + i] = static_cast<char>('0' + value % 10);
  }
}

std::string text_of(const Date& date) {
  std::string out(8, '0');
  put(out, 0, 4, date.year);
  put(out, 4, 2, date.month);
  put(out, 6, 2, date.day);
  return out;
}

}  // namespace

bool is_date(std::string_view text) { return date_of(text).has_value(); }
bool is_time(std::string_view text) { return seconds_of(text).has_value(); }

std::optional<Seconds> seconds_of(std::string_view text) {
  if (text.size() != 14) return std::nullopt;
  const auto date = date_of(text.substr(0, 8));
  const int hour = number(text.substr(8, 2));
  const int minute = number(text.substr(10, 2));
  const int second = number(text.substr(12, 2));
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  return days_from_epoch(*date) * kDay + hour * 3600 + minute * 60 + second;
}

std::string time_of(Seconds seconds) {
  // Outside the calendar of this file: its first and last second.
  static const Seconds kFirst = days_from_epoch({1900, 1, 1}) * kDay;
  static const Seconds kLast = days_from_epoch({9999, 12, 31}) * kDay + kDay - 1;
  seconds = std::clamp(seconds, kFirst, kLast);
  std::int64_t days = seconds / kDay;
  std::int64_t rest = seconds % kDay;
  if (rest < 0) rest += kDay, --days;
  std::string out = text_of(date_from_days(days));
  out.resize(14, '0');
  put(out, 8, 2, rest / 3600);
  put(out, 10, 2, rest / 60 % 60);
  put(out, 12, 2, rest % 60);
  return out;
}

std::optional<std::string> time_plus(std::string_view text, Seconds delta) {
  const auto seconds = seconds_of(text);
  if (!seconds) return std::nullopt;
  return time_of(*seconds + delta);
}

std::string date_minus_months(std::string_view text, int months) {
  const auto date = date_of(text);
  if (!date) return {};
  const int index = date->year * 12 + date->month - 1 - months;
  Date out{index / 12, index % 12 + 1, date->day};
  if (out.year < 1900) return "19000101";
  out.day = std::min(out.day, days_in(out.year, out.month));
  return text_of(out);
}

std::string date_minus_days(std::string_view text, int days) {
  const auto date = date_of(text);
  if (!date) return {};
  return text_of(date_from_days(days_from_epoch(*date) - days));
}

}  // namespace uketsuke::wire::oqs
