// The waiver file: an expired or unknown id is an error (issue, "Certify").
#include "harness/conformance/waivers.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness/yaml/yaml.h"

using namespace uketsuke::conformance;

namespace {

const std::set<std::string> kKnown{"DSC-12", "MSG-04"};

std::vector<Waiver> load(const std::string& lines, const std::string& today = "2026-01-31") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("uketsuke_waivers_" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(path) << "uketsuke_waivers: 1\nwaivers:\n" << lines;
  try {
    auto waivers = load_waivers(path, kKnown, today);
    std::filesystem::remove(path);
    return waivers;
  } catch (...) {
    std::filesystem::remove(path);
    throw;
  }
}

// The first problem, or "" if there is none.
std::string problem(const std::string& lines) {
  try {
    load(lines);
  } catch (const uketsuke::yaml::Error& error) {
    return std::to_string(error.line()) + ": " + error.message();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waivers)

BOOST_AUTO_TEST_CASE(a_waiver_holds_until_its_last_day_and_no_longer) {
  const std::string line =
      "  - {id: DSC-12, reason: fixed in 1.03, expiry: 2026-01-31, approver: QA}\n";
  const auto waivers = load(line, "2026-01-31");
  BOOST_REQUIRE(waivers.size() == 1U);
  BOOST_TEST(waivers[0].id == "DSC-12");
  BOOST_TEST(waivers[0].approver == "QA");
  BOOST_CHECK_THROW(load(line, "2026-02-01"), uketsuke::yaml::Error);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_its_line) {
  BOOST_TEST(problem("  - {id: DSC-13, reason: r, expiry: 2027-01-01, approver: q}\n") ==
             "3: there is no case DSC-13; did you mean DSC-12?");
  BOOST_TEST(problem("  - {id: DSC-12, reason: r, expiry: 2026-01-01, approver: q}\n") ==
             "3: the waiver of DSC-12 expired on 2026-01-01 (today is 2026-01-31)");
  BOOST_TEST(problem("  - {id: DSC-12, reason: r, expiry: 2027-02-30, approver: q}\n") ==
             "3: 2027-02-30: not a day (YYYY-MM-DD)");
  BOOST_TEST(problem("  - {id: DSC-12, reason: ' ', expiry: 2027-02-01, approver: q}\n") ==
             "3: reason is empty");
  BOOST_TEST(problem("  - {id: DSC-12, reason: r, expiry: 2027-02-01}\n").find("approver") !=
             std::string::npos);
  BOOST_TEST(problem("  - {id: DSC-12, reason: r, expiry: 2027-02-01, approver: q}\n"
                     "  - {id: DSC-12, reason: r, expiry: 2027-02-01, approver: q}\n") ==
             "4: DSC-12 is there twice");
}

BOOST_AUTO_TEST_SUITE_END()
