// What the card remembers as long as it is powered, and what it remembers for ever.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "models/crypto/rsa.h"
#include "sim/wire/bytes.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::card {

struct Profile;

// One reference (PIN or verification number) of one application.
struct ReferenceId {
  wire::mynumber::Application application = wire::mynumber::Application::kOther;
  std::uint16_t file = 0;
};
inline bool operator<(const ReferenceId& a, const ReferenceId& b) {
  return a.application != b.application ? a.application < b.application : a.file < b.file;
}

struct ReferenceState {
  std::uint8_t tries_left = 0;  // 0: blocked
  std::uint8_t limit = 0;       // what a right value sets tries_left to
  std::string value;            // secret
};

// Non-volatile memory: survives power-down, belongs to the world (not to the shared profile).
// The counter of a reference is decremented before the comparison and restored after a match, so
// power lost in between costs a try.
class PersistentState {
 public:
  PersistentState() = default;
  // As the card enters the scenario.
  explicit PersistentState(const Profile& profile);
  // Null if the card has no such reference.
  ReferenceState* find(ReferenceId id);
  const ReferenceState* find(ReferenceId id) const;

 private:
  std::map<ReferenceId, ReferenceState> references_;
};

// Volatile memory: survives a warm reset (facts/domain.md 1.4), cleared by power-down.
class SecurityStatus {
 public:
  void clear();
  void set_verified(ReferenceId id, bool verified);
  bool verified(ReferenceId id) const;

  // the key of the terminal's certificate, the challenge it has to sign, and the outcome.
  std::shared_ptr<const crypto::RsaPublicKey> terminal_key;
  wire::Bytes challenge;
  bool terminal_authenticated = false;

 private:
  std::array<std::uint32_t, wire::mynumber::kApplicationCount> verified_{};  // bit = EF identifier
};

}  // namespace uketsuke::card
