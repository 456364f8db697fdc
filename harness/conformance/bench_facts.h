// What is known of the bench, as facts.
#pragma once

#include "harness/bind/bindings.h"
#include "harness/conformance/value.h"

namespace uketsuke::conformance {

// Of a bench with a reader that is bound: card, test_cards, hands ("operator", "robot", "none"),
// wire_probe, relay_usb, power_meter, camera, vm, pcsc, usb (false: the reader is reached through
// pcscd alone), simulated (false). Those of a model's desk: model_facts (model_desk.h).
void add_bench(const bind::Bindings& bindings, Facts& facts);

}  // namespace uketsuke::conformance
