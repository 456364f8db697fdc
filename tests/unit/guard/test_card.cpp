#include "tests/unit/guard/test_card.h"

namespace uketsuke::guard::test {

using wire::Bytes;

namespace {
void append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}
}  // namespace

// "6000024" 08 05 "001" 00 00 00 00
Bytes TestCard::key_id() const {
  Bytes id =
      hex("36303030303234"
          "0805"
          "303031"
          "00000000");
  id[0] = static_cast<std::uint8_t>(hierarchy[0]);
  return id;
}

Bytes TestCard::item(std::size_t item) const {
  Bytes bytes;
  if (item == 0) {  // FF30 { DF31 04, DF32 10 key id, DF33 01, DF34 05, DF35 .. }
    bytes =
        hex("ff30820143"
            "df310406030e01"
            "df3210");
    append(bytes, key_id());
    append(bytes, hex("df330101"
                      "df34053133313031"
                      "df35820110"));
    append(bytes, key_id());
    bytes.resize(64);
  } else if (item == 1) {  // 7F21 { 5F4E { issuer, subject
    bytes =
        hex("7f21820233"
            "5f4e820129");
    append(bytes, key_id());
    append(bytes, key_id());
  } else {
    bytes = hex("011c");
    const std::string digits = serial + "13101" + "20350217";
    bytes.insert(bytes.end(), digits.begin(), digits.end());
  }
  return bytes;
}

Identification TestCard::identification() const {
  Identification identification;
  for (std::size_t i = 0; i < Identification::kItems; ++i) identification.set(i, item(i));
  return identification;
}

Release release_of(const TestCard& card, bool may_lock) {
  Release release;
  release.name = "hanako";
  release.key = kReleaseKey;
  release.digest = card.identification().digest(kReleaseKey);
  release.may_lock = may_lock;
  return release;
}

bool exchange(CardGuard& guard, wire::ByteView command, wire::ByteView response) {
  if (!guard.command(command)) return false;
  guard.response(response);
  return true;
}

bool exchange(CardGuard& guard, std::string_view command, std::string_view response) {
  return exchange(guard, hex(command), hex(response));
}

bool identify(CardGuard& guard, const TestCard& card, unsigned tries) {
  for (const Identification::Step& step : Identification::steps()) {
    Bytes answer = hex("9000");
    if (step.item >= 0) {
      const Bytes item = card.item(static_cast<std::size_t>(step.item));
      answer.insert(answer.begin(), item.begin(), item.end());
    } else if (step.command == hex("00200080")) {
      answer = {0x63, static_cast<std::uint8_t>(0xC0 | tries)};
    }
    if (!exchange(guard, step.command, answer)) return false;
  }
  return true;
}

}  // namespace uketsuke::guard::test
