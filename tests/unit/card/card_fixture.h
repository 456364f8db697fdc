// A test card and short ways to talk to it.
#pragma once

#include <functional>
#include <string>

#include "models/card/card.h"
#include "tests/unit/crypto/fixtures.h"

namespace card_fixture {

using namespace uketsuke;
using wire::Bytes;

inline const char* const kSelectJpki = "00a4040c0ad392f000260100000001";
inline const char* const kSelectFace = "00a4040c0ad3921000310001010402";
inline const char* const kSelectText = "00a4040c0ad3921000310001010408";
inline const char* const kSelectCommon = "00a4040c0ad3921000310001010100";
inline const char* const kSelectJuki = "00a4040c0ad3921000310001010401";
inline const char* const kSelectManager = "00a4040c07a0000001510000";

inline card::ProfileData hanako() {
  // Keys are parsed once: a hundred cases use them.
  static const auto auth_key = fixtures::key("hanako_auth_key.pem");
  static const auto sign_key = fixtures::key("hanako_sign_key.pem");
  static const auto card_key = fixtures::key("card_key.pem");
  static const auto issuer_key = fixtures::key("issuer_key.pem");
  static const auto terminal_ca = fixtures::key("terminal_ca_key.pem")->public_key();
  card::ProfileData data;
  data.id = "hanako";
  data.contact = card::Contact{wire::from_hex("3BE000FF8131FE4514").value()};
  data.contactless = card::Contactless{};
  data.name = "テスト　花子";
  data.address = "東京都千代田区テスト１－１";
  data.birth_date = "19800217";
  data.sex = "2";
  data.personal_number = "123456789012";
  data.expiry = "20350217";
  data.security_code = "2285";
  data.photo = fixtures::bytes("photo.jp2");
  data.auth_pin = "1234";
  data.sign_pin = "ABC123";
  data.text_pin = "5678";
  data.juki_pin = "9012";
  data.auth_certificate = fixtures::bytes("hanako_auth.der");
  data.auth_ca_certificate = fixtures::bytes("ca_auth.der");
  data.sign_certificate = fixtures::bytes("hanako_sign.der");
  data.sign_ca_certificate = fixtures::bytes("ca_sign.der");
  data.auth_key = auth_key;
  data.sign_key = sign_key;
  data.card_key = card_key;
  data.issuer = {issuer_key, fixtures::bytes("issuer_face.cv"), fixtures::bytes("issuer_text.cv")};
  data.terminal_ca = {crypto::make_key_id("6000091", "001").value(), terminal_ca};
  return data;
}

inline std::shared_ptr<const card::Profile> shared_hanako() {
  static const auto profile = card::make_profile(hanako()).value();
  return profile;
}

struct Fixture {
  explicit Fixture(std::shared_ptr<const card::Profile> p = shared_hanako(), std::uint64_t seed = 1)
      : profile(std::move(p)), memory(*profile), card(profile, memory, seed) {
    card.power_on();
  }
  explicit Fixture(const std::function<void(card::ProfileData&)>& change)
      : Fixture(changed(change)) {}

  static std::shared_ptr<const card::Profile> changed(
      const std::function<void(card::ProfileData&)>& change) {
    card::ProfileData data = hanako();
    change(data);
    return card::make_profile(std::move(data)).value();
  }

  Bytes send(const Bytes& command) { return card.transmit(command).response; }
  // The whole response as text.
  std::string send(std::string_view command) {
    return wire::to_hex(send(wire::from_hex(command).value()));
  }
  // Status word only.
  std::string sw(std::string_view command) {
    const std::string response = send(command);
    return response.size() < 4 ? response : response.substr(response.size() - 4);
  }
  // VERIFY of the reference with this short identifier.
  std::string verify(unsigned sfi, std::string_view value) {
    Bytes command = {0x00, 0x20, 0x00, static_cast<std::uint8_t>(0x80 | sfi),
                     static_cast<std::uint8_t>(value.size())};
    command.insert(command.end(), value.begin(), value.end());
    return wire::to_hex(send(command));
  }
  // Everything in the current EF.
  Bytes read_all() {
    Bytes content;
    for (;;) {
      const std::size_t at = content.size();
      const Bytes part = send(Bytes{0x00, 0xB0, static_cast<std::uint8_t>(at >> 8),
                                    static_cast<std::uint8_t>(at), 0x00});
      if (part.size() <= 2) return content;
      content.insert(content.end(), part.begin(), part.end() - 2);
    }
  }

  std::shared_ptr<const card::Profile> profile;
  card::PersistentState memory;
  card::Card card;
};

}  // namespace card_fixture
