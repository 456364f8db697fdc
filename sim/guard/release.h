// A test card that this run may use without the allow-list.
#pragma once

#include <string>

#include "sim/guard/keyed_digest.h"
#include "sim/wire/bytes.h"

namespace uketsuke::guard {

struct Release {
  std::string name;         // of the card in scenarios: "hanako"
  wire::Bytes key;          // of the digest; at least 16 bytes, else the release never matches
  KeyedDigest digest{};     // Identification::digest(key) of this card
  bool may_lock = false;    // VERIFY and its like without looking at the tries left
  unsigned keep_tries = 1;  // may_lock false: VERIFY passes while more than these are left
};

}  // namespace uketsuke::guard
