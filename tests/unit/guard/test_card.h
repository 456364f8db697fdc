// A card of the tests: answers to the identification as facts/domain.md 1.5 lays them out, and
// helpers that talk to a CardGuard.
#pragma once

#include <string>
#include <string_view>

#include "sim/guard/card_guard.h"

namespace uketsuke::guard::test {

inline wire::Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

struct TestCard {
  std::string hierarchy = "6";  // first digit of every key id
  std::string serial = "999999000000001";

  wire::Bytes key_id() const;
  // Answer data of the identification's items.
  wire::Bytes item(std::size_t item) const;
  Identification identification() const;
};

inline const wire::Bytes kReleaseKey = hex("000102030405060708090a0b0c0d0e0f");
Release release_of(const TestCard& card, bool may_lock = false);

// Sends an APDU through the guard; if it passes the card answers so. True: it passed.
bool exchange(CardGuard& guard, wire::ByteView command, wire::ByteView response);
inline bool exchange(CardGuard&& guard, wire::ByteView command, wire::ByteView response) {
  return exchange(guard, command, response);
}
bool exchange(CardGuard& guard, std::string_view command, std::string_view response = "9000");
// The whole identification, with so many tries left of both PINs.
bool identify(CardGuard& guard, const TestCard& card, unsigned tries = 3);

inline constexpr std::string_view kSelectJpki = "00a4040c0ad392f000260100000001";
inline constexpr std::string_view kSelectFace = "00a4040c0ad3921000310001010402";
inline constexpr std::string_view kSelectText = "00a4040c0ad3921000310001010408";
inline constexpr std::string_view kSelectCommon = "00a4040c0ad3921000310001010100";
inline constexpr std::string_view kSelectManager = "00a4040c07a0000001510000";

}  // namespace uketsuke::guard::test
