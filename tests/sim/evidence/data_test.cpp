// scenarios/conformance/seen_elsewhere.yaml, and traces as people see them.
#include <boost/test/unit_test.hpp>

#include "harness/conformance/case.h"
#include "harness/evidence/bundle.h"
#include "harness/evidence/reports.h"
#include "harness/evidence/trace_view.h"
#include "sample.h"

using namespace uketsuke::evidence;

namespace {
constexpr auto kSeenPath = UKETSUKE_SOURCE_DIR "/scenarios/conformance/seen_elsewhere.yaml";
}

BOOST_AUTO_TEST_SUITE(data)

BOOST_AUTO_TEST_CASE(what_was_seen_elsewhere_has_both_languages_and_a_source) {
  const auto table = load_seen_elsewhere(kSeenPath);
  BOOST_TEST(table.size() > 50U);
  for (const auto& [id, entries] : table) {
    BOOST_TEST_CONTEXT(id) {
      BOOST_TEST(!entries.empty());
      for (const auto& seen : entries) {
        BOOST_TEST(!seen.what.ja.empty());
        BOOST_TEST(!seen.what.en.empty());
        BOOST_TEST((seen.what.ja != seen.what.en));
        BOOST_TEST(!seen.source.empty());
      }
    }
  }
  BOOST_TEST(table.at("PRM-01").front().fix == "commit 2dc15fb (2026-03)");
}

BOOST_AUTO_TEST_CASE(what_was_seen_elsewhere_names_cases_that_there_are) {
  constexpr std::size_t kPurposes = 193;
  const auto catalogue = uketsuke::conformance::load_catalogue(UKETSUKE_SOURCE_DIR "/scenarios");
  if (catalogue.cases.size() < kPurposes) return;  // as long as cases are missing
  for (const auto& [id, entries] : load_seen_elsewhere(kSeenPath))
    BOOST_TEST((catalogue.find(id) != nullptr), id);
}

BOOST_AUTO_TEST_CASE(a_deed_of_a_trace_is_decoded_with_what_came_of_it) {
  const std::string trace =
      "{\"desk\":1,\"speed\":\"full\",\"has_address\":false}\n"
      "{\"n\":2,\"do\":{\"out\":1,\"data\":\"65000000000007000000\",\"limit\":1},"
      "\"got\":{\"ended\":\"done\",\"from\":1500,\"to\":1600,\"actual\":10}}\n"
      "{\"n\":3,\"do\":{\"in\":130,\"length\":271,\"limit\":1},"
      "\"got\":{\"ended\":\"done\",\"from\":1600,\"to\":1700,\"data\":\"81000000000007010000\"}}\n"
      "{\"n\":4,\"do\":{\"control\":\"8006010000000012\",\"limit\":1},"
      "\"got\":{\"ended\":\"stalled\",\"from\":1700,\"to\":1800}}\n";
  const auto view = view_of(trace, {3});
  BOOST_REQUIRE(view.lines.size() == 4U);
  BOOST_TEST(view.lines[0].decoded.en == "a new connection (full speed)");
  BOOST_TEST(view.lines[1].time == "1.500");
  BOOST_TEST((view.lines[1].decoded.en.find("GetSlotStatus") != std::string::npos));
  BOOST_TEST(view.lines[1].hex == "65 00 00 00 00 00 07 00 00 00");
  BOOST_TEST((view.lines[2].decoded.en.find("SlotStatus") != std::string::npos));
  BOOST_TEST((view.lines[3].decoded.en.find("STALL") != std::string::npos));
  BOOST_TEST(
      (view.lines[3].decoded.en.find("GET_DESCRIPTOR DEVICE wLength 18") != std::string::npos),
      view.lines[3].decoded.en);
  BOOST_TEST(view.lines[3].hex == "80 06 00 01 00 00 12 00");
  BOOST_TEST(view.lines[1].who == "out 01");
  BOOST_TEST(view.lines[2].who == "in 82");
}

BOOST_AUTO_TEST_CASE(a_long_trace_is_shown_around_the_line_that_deviates) {
  std::string trace;
  for (int i = 1; i <= 3000; ++i) trace += "{\"t_us\":" + std::to_string(i) + "}\n";
  const auto view = view_of(trace, {1500});
  BOOST_TEST(view.lines.front().number == 1488U);
  BOOST_TEST(view.lines.back().number == 1512U);
  BOOST_TEST(view.left_out == 3000U - 25U);
  BOOST_TEST(view_of(trace, {}).lines.back().number == 3000U);
  BOOST_TEST(view_of("", {5}).lines.empty());
}

BOOST_AUTO_TEST_CASE(the_report_marks_the_line_and_the_byte_and_escapes_what_a_device_said) {
  Record record;
  record.result = sample::run();
  seal(record.result);
  record.result.cases[1].seen_elsewhere = sample::input().seen.at("MSG-04");
  const auto html = html_of(record, [](const std::string&) { return std::string(sample::kTrace); });
  const auto has = [&](const char* text) { return html.find(text) != std::string::npos; };
  BOOST_TEST(has("<tr class=\"hit\"><td class=\"n\">2</td>"));
  BOOST_TEST(has("81 00 00 00 00 00 07 <b>01</b> 00 00"));
  BOOST_TEST(has("succeeded &lt;b&gt;"));
  BOOST_TEST(has("not JSON &lt;script&gt;"));
  BOOST_TEST(!has("<script"));
  BOOST_TEST(!has("://"));
  BOOST_TEST(has("ccid-firmware-rs"));
  BOOST_TEST(has("Deviations found; mandatory cases that deviate: 1"));
  BOOST_TEST(has("必須項目1件に逸脱が見つかりました"));
}

BOOST_AUTO_TEST_SUITE_END()
