// PINs and verification numbers of the card: where they are, what they look like, how often they
// may be wrong. Sources: facts/domain.md 1.2; limits of all but the two JPKI PINs are assumed
//
#pragma once

#include <cstdint>
#include <string_view>

#include "models/card/security_status.h"

namespace uketsuke::card {

enum class Alphabet : std::uint8_t { kDigits, kUpperCaseAndDigits };

struct ReferenceFormat {
  ReferenceId id;
  std::uint8_t minimum = 0;  // characters
  std::uint8_t maximum = 0;
  Alphabet alphabet = Alphabet::kDigits;
};

// Null if the card has no such reference.
const ReferenceFormat* find_reference_format(ReferenceId id);
bool fits(const ReferenceFormat& format, wire::ByteView value);

}  // namespace uketsuke::card
