#include "sim/trace/journal.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;

BOOST_AUTO_TEST_SUITE(journal)

BOOST_AUTO_TEST_CASE(a_journal_that_is_handed_to_a_sink_gives_every_record_once_and_keeps_none) {
  trace::Journal kept, handed;
  std::vector<std::string> lines;
  handed.hand_to([&](const trace::Journal& journal, std::size_t index) {
    lines.push_back(journal.json_line(index));
  });
  for (trace::Journal* journal : {&kept, &handed}) {
    const trace::PipeId pipe = journal->add_pipe({"usb", "bulk-out", "terminal", "reader"});
    const wire::Bytes secret{0x20, 0x31, 0x32};
    for (std::uint64_t i = 0; i < 3; ++i) {
      journal->message(pipe, i, secret, {{1, 2}}, "drop", "fields");
      journal->note("reader", i, "noted", "n=" + std::to_string(i));
    }
  }
  BOOST_REQUIRE_EQUAL(lines.size(), 6U);
  BOOST_REQUIRE_EQUAL(kept.size(), 6U);
  for (std::size_t i = 0; i < lines.size(); ++i) BOOST_TEST(lines[i] == kept.json_line(i));
  BOOST_TEST(lines[0].find("\"hex\":\"20****\"") != std::string::npos);
  BOOST_TEST(handed.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
