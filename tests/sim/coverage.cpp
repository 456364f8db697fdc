// Every row of the seed that a scenario can show is shown by one.
#include <boost/test/unit_test.hpp>
#include <set>

#include "harness/scenario/requirements.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(coverage)

namespace flow = uketsuke::flow;
namespace scenario = uketsuke::scenario;

static std::vector<std::string> ids_of_the_flow() {
  std::vector<std::string> ids;
  for (const scenario::Scenario& row : flow::scenarios())
    for (const std::string& id : row.covered()) ids.push_back(id);
  return ids;
}

BOOST_AUTO_TEST_CASE(no_row_of_the_seed_is_left_uncovered) {
  const scenario::Requirements& requirements = flow::assets().catalog.requirements;
  BOOST_TEST_REQUIRE(requirements.rows.size() > 60U);
  const scenario::Coverage coverage = scenario::coverage(requirements, ids_of_the_flow());
  for (const scenario::Requirement* row : coverage.uncovered)
    BOOST_ERROR("no scenario shows " << row->id << ": " << row->text.ja);
  for (const scenario::Requirement* row : coverage.not_tested)
    BOOST_TEST_MESSAGE("not tested: " << row->id << ": " << row->not_tested);
  BOOST_TEST(coverage.covered.size() + coverage.not_tested.size() == requirements.rows.size());
}

BOOST_AUTO_TEST_CASE(without_the_scenarios_of_a_page_its_rows_are_uncovered) {
  const scenario::Requirements& requirements = flow::assets().catalog.requirements;
  std::vector<std::string> ids = ids_of_the_flow();
  ids.erase(std::remove_if(ids.begin(), ids.end(),
                           [](const std::string& id) { return id.rfind("P4-", 0) == 0; }),
            ids.end());
  std::set<int> pages;
  for (const scenario::Requirement* row : scenario::coverage(requirements, ids).uncovered)
    pages.insert(row->page);
  BOOST_TEST((pages == std::set<int>{4}));
}

BOOST_AUTO_TEST_CASE(nothing_claims_the_numbers_that_the_source_does_not_have) {
  for (const std::string& id : ids_of_the_flow()) {
    BOOST_TEST(id != "P4-9");
    BOOST_TEST(id != "P5-5");
  }
}

BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_tested_is_not_claimed_either) {
  const scenario::Requirements& requirements = flow::assets().catalog.requirements;
  for (const std::string& id : ids_of_the_flow()) {
    const scenario::Requirement* row = requirements.find(id);
    BOOST_TEST_REQUIRE(row != nullptr, id);
    BOOST_TEST(row->not_tested.empty(), id << " is both shown and not testable");
  }
}

BOOST_AUTO_TEST_SUITE_END()
