#include "harness/scenario/roles.h"

namespace uketsuke::scenario {
namespace {

// "place_card" of "card": "place"; "ehr_sign_in" of "ehr": "sign_in".
std::string without(std::string_view name, std::string_view role) {
  const std::string before = std::string(role) + "_", after = "_" + std::string(role);
  const std::size_t at = name.find(before);
  if (at == 0) return std::string(name.substr(before.size()));
  std::string rest(name);
  if (const std::size_t word = rest.rfind(after); word != std::string::npos)
    rest.erase(word, after.size());
  return rest;
}

std::string_view role_of_device(std::string_view device) {
  if (device == "face_reader") return "reader";
  return device.empty() ? std::string_view("bench") : device;
}

std::string_view role_of(Act act) {
  switch (act) {
    case Act::kPlaceCard:
    case Act::kRemoveCard:
    case Act::kPlaceSecondCard: return "card";
    case Act::kEnterPin:
    case Act::kComparePhoto:
    case Act::kUnplugReader:
    case Act::kPlugReader: return "reader";
    case Act::kRestartTerminal: return "terminal";
    case Act::kJudge: return "ehr";
    default: return role_of_device(device_of(act));
  }
}

}  // namespace

Spoken spoken(Act act) {
  const std::string_view role = role_of(act);
  return {role, without(to_string(act), role)};
}

Spoken spoken(Outcome outcome) {
  const std::string_view role = role_of_device(device_of(outcome));
  return {role, without(to_string(outcome), role)};
}

}  // namespace uketsuke::scenario
