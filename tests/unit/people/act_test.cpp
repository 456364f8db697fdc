#include "models/people/act.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::people;

namespace {
Act compare(const std::string& who, PhotoComparison photo) {
  return {who, Deed::kComparePhoto, "hanako", example_of(who), photo, "P3-3", 0};
}
}  // namespace

BOOST_AUTO_TEST_SUITE(people)

BOOST_AUTO_TEST_CASE(the_seed_names_six_and_anybody_else_may_act) {
  BOOST_TEST(who_named_in_seed().size() == 6u);
  BOOST_TEST(japanese_name("family") == "家族の方");
  BOOST_TEST(japanese_name("reception_staff") == "受付職員");
  BOOST_TEST(!is_named_in_seed("ambulance_crew"));
  Attendance attendance;
  attendance.add(
      {"ambulance_crew", Deed::kPlaceCard, "hanako", VisualExample::kNone, {}, "P3-3", 5});
  BOOST_TEST(attendance.acts().size() == 1u);
  BOOST_TEST(describe(attendance.acts()[0]) ==
             "who=ambulance_crew does=place_card on=hanako step=P3-3");
}

// P2: 例① 医療機関職員, 例② 受付職員.
BOOST_AUTO_TEST_CASE(who_compares_tells_the_example) {
  BOOST_TEST((example_of("hospital_staff") == VisualExample::kOnArrival));
  BOOST_TEST((example_of("reception_staff") == VisualExample::kBeforeCheck));
  BOOST_TEST((example_of("physician") == VisualExample::kNone));
}

BOOST_AUTO_TEST_CASE(photo_comparisons_are_kept_with_their_result) {
  Attendance attendance;
  attendance.add({"hospital_staff", Deed::kPress, "staff_button", {}, {}, "P3-1", 0});
  attendance.add(compare("hospital_staff", PhotoComparison::kMismatch));
  attendance.add(compare("reception_staff", PhotoComparison::kMatch));
  const auto photos = attendance.photo_comparisons();
  BOOST_REQUIRE_EQUAL(photos.size(), 2u);
  BOOST_TEST((photos[0].photo == PhotoComparison::kMismatch));
  BOOST_TEST(describe(photos[1]) ==
             "who=reception_staff does=compare_photo on=hanako photo=match "
             "example=before_check step=P3-3");
  BOOST_TEST((photo_comparison_of("undecided") == PhotoComparison::kUndecided));
  BOOST_TEST(!photo_comparison_of("maybe"));
}

// P3-3 is two acts; one person doing both is noted, not refused.
BOOST_AUTO_TEST_CASE(one_person_for_both_acts_of_a_step_is_seen) {
  Attendance attendance;
  attendance.add(compare("reception_staff", PhotoComparison::kMatch));
  attendance.add({"family", Deed::kPlaceCard, "hanako", VisualExample::kNone, {}, "P3-3", 1});
  BOOST_TEST(!attendance.compared_and_placed_by_one("P3-3"));
  attendance.add(
      {"reception_staff", Deed::kPlaceCard, "hanako", VisualExample::kNone, {}, "P3-3", 2});
  BOOST_TEST(attendance.compared_and_placed_by_one("P3-3"));
  BOOST_TEST(!attendance.compared_and_placed_by_one("P5-6"));
}

BOOST_AUTO_TEST_SUITE_END()
