// The checks of PC/SC cases, by the name that a case gives as `pcsc:`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/pcsc/pcsc_run.h"

namespace uketsuke::conformance {

struct PcscCheck {
  const char* name;
  void (*run)(PcscRun&);
  bool card;         // one has to lie there when it begins
  bool needs_hands;  // without them nothing of it can be judged
};

// nullptr: there is none of that name.
const PcscCheck* pcsc_check(const std::string& name);
std::vector<std::string> pcsc_check_names();

// ---- check_sharing.cpp
void check_sharing(PcscRun& run);
void check_protocols(PcscRun& run);
void check_reconnect(PcscRun& run);
// ---- check_transactions.cpp
void check_transactions(PcscRun& run);
void check_foreign_release(PcscRun& run);
// ---- check_status.cpp
void check_status_changes(PcscRun& run);
void check_insertions(PcscRun& run);
void check_removal_in_transmit(PcscRun& run);
void check_reader_removed(PcscRun& run);
// ---- check_attributes.cpp
void check_attributes(PcscRun& run);
// ---- check_buffers.cpp
void check_buffers(PcscRun& run);
void check_malformed_apdu(PcscRun& run);
void check_extended_apdu(PcscRun& run);
// ---- check_threads.cpp
void check_threads(PcscRun& run);
// ---- check_features.cpp
void check_features(PcscRun& run);
void check_properties(PcscRun& run);
// dwMaxAPDUDataSize as the reader tells it; none: it does not.
std::optional<std::uint32_t> pcsc_max_apdu(PcscRun& run, const PcscCard& card);
// ---- check_cards.cpp
void check_contactless(PcscRun& run);
void check_two_cards(PcscRun& run);
void check_orientations(PcscRun& run);
void check_five_minutes(PcscRun& run);

}  // namespace uketsuke::conformance
