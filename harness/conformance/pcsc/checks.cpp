#include "harness/conformance/pcsc/checks.h"

namespace uketsuke::conformance {
namespace {

constexpr PcscCheck kChecks[] = {
    {"sharing", check_sharing, true, false},
    {"protocols", check_protocols, true, false},
    {"reconnect", check_reconnect, true, false},
    {"transactions", check_transactions, true, false},
    {"foreign_release", check_foreign_release, true, false},
    {"status_changes", check_status_changes, false, false},
    {"insertions", check_insertions, false, true},
    {"attributes", check_attributes, false, false},
    {"buffers", check_buffers, true, false},
    {"malformed_apdu", check_malformed_apdu, true, false},
    {"removal_in_transmit", check_removal_in_transmit, true, true},
    {"reader_removed", check_reader_removed, false, true},
    {"threads", check_threads, true, false},
    {"features", check_features, false, false},
    {"properties", check_properties, false, false},
    {"contactless", check_contactless, true, false},
    {"two_cards", check_two_cards, false, true},
    {"extended_apdu", check_extended_apdu, true, false},
    {"orientations", check_orientations, false, true},
    {"five_minutes", check_five_minutes, true, false},
};

}  // namespace

const PcscCheck* pcsc_check(const std::string& name) {
  for (const PcscCheck& check : kChecks)
    if (name == check.name) return &check;
  return nullptr;
}

std::vector<std::string> pcsc_check_names() {
  std::vector<std::string> names;
  for (const PcscCheck& check : kChecks) names.emplace_back(check.name);
  return names;
}

}  // namespace uketsuke::conformance
