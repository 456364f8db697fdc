// The probe's events as text, and back.
#include <boost/test/unit_test.hpp>

#include "models/test_card/field_record.h"

namespace {

using namespace uketsuke;
using namespace uketsuke::test_card;

}  // namespace

BOOST_AUTO_TEST_SUITE(field_record)

BOOST_AUTO_TEST_CASE(an_event_survives_text_and_back) {
  FieldEvent burst;
  burst.kind = FieldEventKind::kToCard;
  burst.begin_ns = 1000;
  burst.end_ns = 3233000;
  burst.data = {0xFF, 0x11};
  burst.character_ns = 1116000;
  burst.etu_ns = 93000;
  burst.parity_errors = {0, 1};
  BOOST_TEST(to_text(burst) ==
             "to_card begin=1000 end=3233000 data=ff11 character=1116000 etu=93000 parity=0,1");
  FieldEvent on;
  on.kind = FieldEventKind::kPowerOn;
  on.begin_ns = on.end_ns = 7;
  on.voltage = wire::field::VoltageClass::kC1V8;
  on.clock_hz = 4000000;
  BOOST_TEST(to_text(on) == "power_on begin=7 class=C clock=4000000");
  for (const FieldEvent& event : {burst, on}) {
    const auto back = from_text(to_text(event));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST((*back == event));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_event_is_refused) {
  for (const char* line :
       {"", "to_card", "to_card begin=", "to_card begin=x", "to_card begin=1 data=f",
        "power_on begin=1 class=D", "power_on begin=1 class=", "jump begin=1", "taken begin=1 a=1",
        "to_card begin=1 parity=1,70000", "placed begin=99999999999999999999"}) {
    BOOST_TEST(!from_text(line).has_value(), line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
