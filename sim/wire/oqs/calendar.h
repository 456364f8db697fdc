// Dates and times as the OQS messages write them: yyyyMMdd, yyyyMMddHHmmss; Japan has no daylight
// saving time, so local time is plain arithmetic. Gregorian calendar, years 1900 to 9999.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uketsuke::wire::oqs {

using Seconds = std::int64_t;  // since 1970-01-01 00:00:00 of the same local time
constexpr Seconds kDay = 24 * 60 * 60;

bool is_date(std::string_view yyyymmdd);
bool is_time(std::string_view yyyymmddhhmmss);
// Nothing if the text is not a time that exists.
std::optional<Seconds> seconds_of(std::string_view yyyymmddhhmmss);
std::string time_of(Seconds seconds);  // "yyyyMMddHHmmss"
std::optional<std::string> time_plus(std::string_view yyyymmddhhmmss, Seconds delta);
// The day `months` before; the day of the month is cut to what that month has.
std::string date_minus_months(std::string_view yyyymmdd, int months);
std::string date_minus_days(std::string_view yyyymmdd, int days);

}  // namespace uketsuke::wire::oqs
