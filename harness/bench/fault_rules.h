// From a scenario's `faults:` to the rules of the fault layer.
//   faults:
//     - {wire: usb, kind: drop, first: 1, count: 0}
//     - {wire: network, kind: mute, starts: {step: P3-4}, stops: {after: 20}}
// Keys: scenario::fault_keys(), which `uketsuke steps` shows; their meaning: sim/fault/fault.h. A
// step is named by an id of the seed (its first step of that id) or by its number from 1, with the
// checks of `then` after the steps; times are seconds of simulated time, `after` counts from the
// first message touched. Without count a rule touches one message; kind mute and rules that stop
// touch all.
#pragma once

#include <optional>
#include <string>
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
// kind; a kind that the wire does not have (fault::has); a step that the scenario does not have; a
// rule that stops before it starts.
FaultRules fault_rules(const scenario::Scenario& scenario);
// One of them, for other files than scenarios (no scenario: no step has an id).
std::optional<fault::Rule> fault_rule(const scenario::Value& item, const std::string& file,
                                      const scenario::Scenario* scenario,
                                      std::vector<yaml::Problem>& problems);
// Why no message of any bench can match the rule: its wire has no such pipe, or nobody of that name
// sends or receives on it; the message lists the pipes. Empty: there is one.
verdict::Text no_such_pipe(const fault::Rule& rule, const std::vector<fault::Pipe>& pipes);
// In a few words, both languages: "network delay 5 s (from backend)".
verdict::Text describe(const fault::Rule& rule);
// As `faults:` has it, in one line: what fault_rules() reads back as the same rule.
std::string to_yaml(const fault::Rule& rule);

}  // namespace uketsuke::bench
