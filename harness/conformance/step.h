// One step of a test case, and the registry of what steps there are.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/verdict.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {

class Run;

class Step {
 public:
  virtual ~Step() = default;
  // Does it and judges what came. Throws CaseOver (run.h) when the case ends here.
  virtual void run(Run& run) const = 0;
  // It judges something that the device did: a case without such a step is refused.
  virtual bool asserts() const = 0;
  // Adds the names of cards that it places.
  virtual void add_cards(std::set<std::string>& cards) const { static_cast<void>(cards); }

  std::string file;
  std::uint32_t line = 0;
  std::string source;  // as it is written, on one line
};
using Steps = std::vector<std::unique_ptr<const Step>>;

struct StepKind {
  const char* name;       // the key in YAML
  verdict::Text title;    // what it does
  const char* example;    // of its YAML
  std::unique_ptr<Step> (*read)(const yaml::Node& value);  // throws yaml::Error
};
// Every kind, in the order of the reference page.
const std::vector<StepKind>& step_kinds();

// The parts of the registry, by steps_*.cpp.
const std::vector<StepKind>& message_steps();    // CCID messages
const std::vector<StepKind>& usb_steps();        // control requests, reset, configuration
const std::vector<StepKind>& card_steps();       // place, remove, activate, apdu
const std::vector<StepKind>& descriptor_steps(); // descriptors against their rules
const std::vector<StepKind>& probe_steps();      // named test cards, what passed at the card
const std::vector<StepKind>& rate_steps();       // clock frequencies and data rates
const std::vector<StepKind>& flow_steps();       // for_each, repeat, wait, check, remember
const std::vector<StepKind>& slot_steps();       // power_on, test cards, long commands, parameters

// A list of steps, each a mapping of one key. Throws yaml::Error (unknown step: the nearest one).
Steps read_steps(const yaml::Node& list);
// A node of YAML on one line.
std::string one_line(const yaml::Node& node);

}  // namespace uketsuke::conformance
