// What cases know of a bench: bindings and equipment.
#include "harness/conformance/bench_facts.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

bind::Bindings bound(const std::string& hands) {
  bind::Bindings bindings;
  bindings.reader.kind = "usb";
  bindings.panel.kind = bindings.card.kind = hands;
  return bindings;
}

std::string fact(const bind::Bindings& bindings, const char* name) {
  Facts facts;
  add_bench(bindings, facts);
  return to_string(facts.at(name));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_facts)

BOOST_AUTO_TEST_CASE(whoever_places_cards_has_one_at_hand_and_pulls_plugs) {
  BOOST_TEST(fact(bound("operator"), "hands") == "operator");
  BOOST_TEST(fact(bound("hands"), "hands") == "model");
  BOOST_TEST(fact(bound("model"), "hands") == "none");
  BOOST_TEST(fact(bound("operator"), "card") == "true");
  BOOST_TEST(fact(bound("model"), "card") == "false");
  BOOST_TEST(fact(bound("operator"), "relay_usb") == "true");
  BOOST_TEST(fact(bound("model"), "relay_usb") == "false");
}

BOOST_AUTO_TEST_CASE(equipment_is_there_only_if_the_bench_file_says_so) {
  bind::Bindings bindings = bound("model");
  for (const char* name : {"test_cards", "wire_probe", "power_meter", "camera", "vm", "pcsc"})
    BOOST_TEST(fact(bindings, name) == "false", name);
  bindings.equipment.robot = bindings.equipment.wire_probe = bindings.equipment.vm = true;
  bindings.equipment.test_cards = bindings.equipment.pcsc = true;
  BOOST_TEST(fact(bindings, "hands") == "robot");
  BOOST_TEST(fact(bindings, "card") == "true");
  for (const char* name : {"test_cards", "wire_probe", "vm", "pcsc"})
    BOOST_TEST(fact(bindings, name) == "true", name);
}

BOOST_AUTO_TEST_CASE(a_card_that_may_be_real_is_never_called_simulated) {
  bind::Bindings bindings = bound("operator");
  BOOST_TEST(fact(bindings, "simulated") == "false");
  bindings.cards = {{}};
  bindings.cards[0].simulated = true;
  BOOST_TEST(fact(bindings, "simulated") == "true");
}

BOOST_AUTO_TEST_SUITE_END()
