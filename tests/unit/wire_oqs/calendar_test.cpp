#include "sim/wire/oqs/calendar.h"

#include <boost/test/unit_test.hpp>

namespace oqs = uketsuke::wire::oqs;

BOOST_AUTO_TEST_SUITE(calendar)

BOOST_AUTO_TEST_CASE(seconds_count_from_1970) {
  BOOST_TEST(*oqs::seconds_of("19700101000000") == 0);
  BOOST_TEST(*oqs::seconds_of("20000301000000") == 951868800);  // well-known value
  BOOST_TEST(*oqs::seconds_of("20241209235959") == 1733788799);
  BOOST_TEST(oqs::time_of(1733788799) == "20241209235959");
  BOOST_TEST(oqs::time_of(-1) == "19691231235959");
}

BOOST_AUTO_TEST_CASE(each_day_of_two_centuries_follows_the_last) {
  oqs::Seconds day = *oqs::seconds_of("19000101000000");
  const oqs::Seconds end = *oqs::seconds_of("21000101000000");
  std::string last;
  for (; day < end; day += oqs::kDay) {
    const std::string text = oqs::time_of(day);
    BOOST_REQUIRE(text > last);
    BOOST_REQUIRE_EQUAL(*oqs::seconds_of(text), day);
    last = text;
  }
  BOOST_TEST(last == "20991231000000");
}

BOOST_AUTO_TEST_CASE(times_that_do_not_exist_are_refused) {
  for (const char* text :
       {"", "2024120910000", "202412091000000", "20241309100000", "20240230000000",
        "20230229000000", "19000229000000", "20241209240000", "20241209106000", "20241209100060",
        "2024120910000a", "20241200100000", "18991231235959", "20240431000000"}) {
    BOOST_TEST(!oqs::is_time(text), text);
  }
  BOOST_TEST(oqs::is_date("20240229"));
  BOOST_TEST(oqs::is_date("20000229"));
  BOOST_TEST(!oqs::is_date("2024-2-9"));
}

// The pair of a public sample (facts 2.4).
BOOST_AUTO_TEST_CASE(twenty_four_hours_later) {
  BOOST_TEST(*oqs::time_plus("20230221174835", oqs::kDay) == "20230222174835");
  BOOST_TEST(*oqs::time_plus("20240228120000", oqs::kDay) == "20240229120000");
  BOOST_TEST(!oqs::time_plus("no time", oqs::kDay));
}

BOOST_AUTO_TEST_CASE(months_back_are_cut_to_the_length_of_the_month) {
  BOOST_TEST(oqs::date_minus_months("20241209", 3) == "20240909");
  BOOST_TEST(oqs::date_minus_months("20240531", 3) == "20240229");
  BOOST_TEST(oqs::date_minus_months("20240131", 60) == "20190131");
  BOOST_TEST(oqs::date_minus_months("20240331", 1) == "20240229");
  BOOST_TEST(oqs::date_minus_months("20240115", 1) == "20231215");
  BOOST_TEST(oqs::date_minus_days("20240301", 1) == "20240229");
  BOOST_TEST(oqs::date_minus_days("20241209", 45) == "20241025");
}

BOOST_AUTO_TEST_SUITE_END()
