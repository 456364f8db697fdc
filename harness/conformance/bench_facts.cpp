#include "harness/conformance/bench_facts.h"

namespace uketsuke::conformance {
namespace {

std::string hands_of(const bind::Bindings& bindings) {
  if (bindings.equipment.robot) return "robot";
  const bind::Binding& card = bindings.card.is_model() ? bindings.panel : bindings.card;
  if (card.is_model()) return "none";
  return card.kind == "operator" ? "operator" : "model";
}

}  // namespace

void add_bench(const bind::Bindings& bindings, Facts& facts) {
  const bind::Equipment& at_hand = bindings.equipment;
  const std::string hands = hands_of(bindings);
  facts["hands"] = hands;
  facts["card"] = hands != "none" || !at_hand.cards.empty() || at_hand.test_cards;
  facts["test_cards"] = at_hand.test_cards;
  facts["wire_probe"] = at_hand.wire_probe;
  facts["relay_usb"] = at_hand.relay_usb || hands != "none";
  facts["power_meter"] = at_hand.power_meter;
  facts["camera"] = at_hand.camera;
  facts["vm"] = at_hand.vm;
  facts["pcsc"] = at_hand.pcsc || bindings.reader.kind == "pcsc";
  facts["usb"] = bindings.reader.kind != "pcsc";
  facts["simulated"] = !bindings.may_have_real_card();
}

}  // namespace uketsuke::conformance
