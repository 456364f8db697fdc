// From a scenario's `faults:` to the rules of the fault layer.
//   faults:
//     - {wire: usb, kind: drop, first: 1, count: 0}
// Keys: wire (required), kind (required), pipe, from, first (from 1), count (0: without end),
// bit (kind corrupt), bytes (kind shorten), delay_us (kind delay); their meaning:
// sim/fault/fault.h.
#pragma once

#include <vector>

#include "harness/scenario/scenario.h"
#include "harness/yaml/yaml.h"
#include "sim/fault/fault.h"

namespace uketsuke::bench {

struct FaultRules {
  std::vector<fault::Rule> rules;       // in the order of the file; the good ones
  std::vector<yaml::Problem> problems;  // with their place in the scenario's file
};

// Refused: an unknown key, wire or kind; a number that is none or out of range; a key of another
// kind; a kind that the wire does not have (only usb stalls, only usb and field can be cut).
FaultRules fault_rules(const scenario::Scenario& scenario);

}  // namespace uketsuke::bench
