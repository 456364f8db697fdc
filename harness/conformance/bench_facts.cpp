#include "harness/conformance/bench_facts.h"

namespace uketsuke::conformance {

void add_bench(const bind::Bindings& bindings, Facts& facts) {
  const bind::Equipment& at_hand = bindings.equipment;
  facts["card"] = !at_hand.cards.empty() || !bindings.cards.empty() || at_hand.test_cards;
  facts["test_cards"] = at_hand.test_cards;
  facts["wire_probe"] = at_hand.wire_probe;
  facts["relay_usb"] = at_hand.relay_usb;
  facts["power_meter"] = at_hand.power_meter;
  facts["camera"] = at_hand.camera;
  facts["vm"] = at_hand.vm;
  facts["pcsc"] = at_hand.pcsc || bindings.reader.kind == "pcsc";
  facts["simulated"] = false;
  // A program behind the hands protocol is a robot for whoever waits for it.
  const std::string& card = bindings.card.kind;
  const bool robot = at_hand.robot || card == "hands" || card == "exec";
  facts["hands"] = std::string(robot ? "robot" : card == "operator" ? "operator" : "none");
}

}  // namespace uketsuke::conformance
