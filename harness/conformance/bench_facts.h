// What is known of the bench, as facts.
#pragma once

#include "harness/bind/bindings.h"
#include "harness/conformance/value.h"

namespace uketsuke::conformance {

// Of a bench with a reader that is bound: card, test_cards, hands, wire_probe, relay_usb,
// power_meter, camera, vm, pcsc, usb (false: it is reached through pcscd alone), simulated. hands:
// "operator" (asked on the terminal), "robot" (the bench file says so), "model" (a program behind
// the hands protocol), "none". Whoever places cards has one at hand and can pull the plug. Those of
// a model's desk: model_facts (model_desk.h).
void add_bench(const bind::Bindings& bindings, Facts& facts);

}  // namespace uketsuke::conformance
