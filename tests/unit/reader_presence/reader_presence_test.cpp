// What a report says of a bound reader that was not there.
#include "harness/bench/reader_presence.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using bench::ReaderPresence;

BOOST_AUTO_TEST_SUITE(reader_presence)

BOOST_AUTO_TEST_CASE(a_reader_that_was_always_there_is_not_mentioned) {
  ReaderPresence presence;
  presence.gone(1'000'000);  // put into its first state
  presence.arrived(2'000'000);
  presence.begin_step(1);
  BOOST_TEST(presence.told({}).empty());
}

BOOST_AUTO_TEST_CASE(when_it_went_and_came_back_is_told_with_the_step) {
  ReaderPresence presence;
  presence.begin_step(3);
  presence.gone(12'500'000);
  presence.gone(12'600'000);  // told twice is gone once
  presence.arrived(14'000'000);
  BOOST_TEST(presence.told({"理由", "reason"}).en ==
             "the reader was away: gone at 12.500 s (step 3), back at 14.000 s");
}

BOOST_AUTO_TEST_CASE(why_it_is_not_there_now_is_told_in_both_languages) {
  ReaderPresence presence;
  presence.begin_step(2);
  presence.gone(1'500'000);
  const verdict::Text told = presence.told({"接続拒否", "connection refused"});
  BOOST_TEST(told.en ==
             "the reader was away: gone at 1.500 s (step 2), not back since: connection refused");
  BOOST_TEST(told.ja ==
             "リーダーがいなかった：1.500 秒 (手順 2) に接続が切れ、戻らなかった：接続拒否");
}

BOOST_AUTO_TEST_CASE(a_loose_plug_does_not_fill_the_report) {
  ReaderPresence presence;
  presence.begin_step(1);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    presence.gone(2 * i * 1'000'000);
    presence.arrived((2 * i + 1) * 1'000'000);
  }
  const std::string told = presence.told({}).en;
  BOOST_TEST(told.size() < 1000U);
  BOOST_TEST(told.find("992 more times") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(silence_is_told_when_it_is_long) {
  BOOST_TEST(bench::told_silence(5'000'000, 24'000'000).empty());
  BOOST_TEST(bench::told_silence(5'000'000, 65'000'000).en ==
             "the last message from the reader came at 5.000 s; nothing in the 60.0 s since then");
}

BOOST_AUTO_TEST_SUITE_END()
