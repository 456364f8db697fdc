// Which card is this? Reads that are harmless on every My Number Card, and the keyed digest of what
// they answer. The host sends the steps through the ordinary way after each activation; CardGuard
// watches them pass (see card_guard.h).
//
// Card face EF 0003 (basic info: DF32 is the key id of the hierarchy) and EF 0004 (CV certificate
// of the issuer: key ids of issuer and subject) tell test cards from production cards, record 1 of
// EF 0001 of the common application (serial, municipality, expiry) tells one card from another.
// Layouts: facts/domain.md 1.2, 1.3 and 1.5 (public, read from cards); that every test card has key
// ids that begin with '6', and no production card: A-59. Pure: nothing is sent here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/guard/keyed_digest.h"
#include "sim/wire/bytes.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::guard {

// The key ids begin with '6' (test), '5' (production), or are not what was expected.
enum class Hierarchy : std::uint8_t { kUnknown, kTest, kProduction };

class Identification {
 public:
  static constexpr std::size_t kItems = 3;

  struct Step {
    wire::Bytes command;      // short APDU, to be answered 9000
    int item = -1;            // its answer data is this item; -1: none
    std::string_view ja, en;  // "SELECT 券面事項確認"
    // A card without what this step wants is still identified: the answer does not matter (tries
    // left of the PINs; back to the state after reset).
    bool optional = false;
  };
  // In the order to send. First the items, then the retry queries of both JPKI PINs (they cost no
  // try, and without them no VERIFY passes to a card that may not be locked), last the card manager
  // is selected again: nothing is selected, as after a reset. An answer other than 9000 to a step
  // that is not optional: stop, the card stays unreleased.
  static const std::vector<Step>& steps();

  // Where an item is read. record 0: READ BINARY from offset 0, else READ RECORD.
  struct Place {
    wire::mynumber::Application application = wire::mynumber::Application::kOther;
    std::uint16_t file = 0;
    std::uint8_t record = 0;
    std::uint32_t length = 0;  // bytes asked for, and answered
  };
  static const Place& place(std::size_t item);

  // Answer data without SW. The last one counts. An item of another length is not taken.
  void set(std::size_t item, wire::ByteView answer_data);
  bool complete() const;
  // kUnknown unless complete.
  Hierarchy hierarchy() const;
  // HMAC-SHA256 over the items, each with its length before it. Complete only (asserted).
  KeyedDigest digest(wire::ByteView key) const;

 private:
  std::vector<wire::Bytes> items_{kItems};
};

}  // namespace uketsuke::guard
