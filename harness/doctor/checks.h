// What usually wastes an afternoon before a real reader works, and its remedy. Pure: judges what
// look.h has seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/doctor/surroundings.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::doctor {

enum class Severity : std::uint8_t {
  kInfo,     // good to know; nothing is wrong
  kWarning,  // will be in the way sooner or later
  kProblem,  // does not work like this
};
std::string_view to_string(Severity severity);  // "info", "warning", "problem"

struct Finding {
  std::string id;  // stable: "usb-permission"; kIds has all of them
  Severity severity = Severity::kWarning;
  std::string subject;  // what it is about: "1-4 1209:0001 ..."; "" the machine
  verdict::Text what;
  verdict::Text remedy;               // words
  std::vector<std::string> commands;  // to paste, one a line
};

// Every id that a finding can have, with what is looked at (for the README and tests).
struct Check {
  std::string_view id;
  const char* ja;
  const char* en;
};
extern const std::vector<Check> kChecks;

struct Wanted {
  // A device that is taken for a reader whatever its descriptors say, and has to be there.
  std::optional<std::pair<std::uint16_t, std::uint16_t>> device;
};

// Problems first, then warnings, then the rest; of one kind in the order of kChecks.
std::vector<Finding> diagnose(const Surroundings& surroundings, const Wanted& wanted = {});

// A smart card reader by its descriptors (CCID), one of pid.codes' test ids (1209:0001 to 0005),
// which ours have, or the wanted one.
bool is_reader(const UsbDevice& device, const Wanted& wanted);

}  // namespace uketsuke::doctor
