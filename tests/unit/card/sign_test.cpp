#include <boost/test/unit_test.hpp>

#include "models/crypto/cv_certificate.h"
#include "models/crypto/x509_certificate.h"
#include "tests/unit/card/card_fixture.h"

using namespace card_fixture;
using wire::ByteView;

namespace {

Bytes command(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, ByteView data,
              bool le = true) {
  Bytes bytes = {cla, ins, p1, p2};
  const bool extended = data.size() > 255;
  if (extended) {
    bytes.insert(bytes.end(), {0x00, static_cast<std::uint8_t>(data.size() >> 8)});
  }
  bytes.push_back(static_cast<std::uint8_t>(data.size()));
  bytes.insert(bytes.end(), data.begin(), data.end());
  if (le) bytes.insert(bytes.end(), extended ? 2 : 1, 0x00);
  return bytes;
}

struct SignFixture : Fixture {
  using Fixture::Fixture;
  SignFixture() = default;
  // Answer data of 80 2A; empty if it was refused.
  Bytes sign(std::uint8_t scheme, std::uint8_t p2, ByteView data) {
    Bytes response = send(command(0x80, 0x2A, scheme, p2, data));
    response.resize(response.size() - 2);
    return response;
  }
  std::string sign_sw(std::uint8_t scheme, std::uint8_t p2, ByteView data) {
    const Bytes response = send(command(0x80, 0x2A, scheme, p2, data));
    return wire::to_hex(ByteView(response).last(2));
  }
  // Runs the terminal's half of A-06.
  std::string authenticate(const std::string& certificate, const std::string& key_name) {
    const Bytes first = send(command(0x80, 0xA2, 0x00, 0xC1, fixtures::bytes(certificate), false));
    if (first != Bytes{0x90, 0x00}) return wire::to_hex(first);
    Bytes challenge = send(wire::from_hex("0084000010").value());
    challenge.resize(challenge.size() - 2);
    const Bytes signature =
        fixtures::key(key_name)->sign_pkcs1(crypto::sha256_digest_info_of(challenge)).value();
    return wire::to_hex(send(command(0x00, 0x82, 0x00, 0x96, signature, false)));
  }
  static std::shared_ptr<const crypto::RsaPublicKey> auth_key() {
    return crypto::X509Certificate::from_der(fixtures::bytes("hanako_auth.der"))
        .value()
        ->public_key();
  }
  const Bytes message = fixtures::of("challenge of the backend");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(card_sign, SignFixture)

BOOST_AUTO_TEST_CASE(the_auth_key_needs_the_auth_pin) {
  send(kSelectJpki);
  const Bytes info = crypto::sha256_digest_info_of(message);
  BOOST_TEST(info.size() == 51u);
  BOOST_TEST(sign_sw(0x00, 0x97, info) == "6982");
  verify(0x1B, "ABC123");
  BOOST_TEST(sign_sw(0x00, 0x97, info) == "6982");
  verify(0x18, "1234");
  const Bytes signature = sign(0x00, 0x97, info);
  BOOST_TEST(signature.size() == 256u);
  BOOST_TEST(auth_key()->verify_pkcs1_sha256(message, signature));
  send("00a4020c020017");
  BOOST_TEST(sign(0x00, 0x80, info) == signature);  // the same by file
}

BOOST_AUTO_TEST_CASE(the_sign_key_needs_the_sign_pin) {
  send(kSelectJpki);
  verify(0x18, "1234");
  const Bytes info = crypto::sha256_digest_info_of(message);
  BOOST_TEST(sign_sw(0x00, 0x9A, info) == "6982");
  verify(0x1B, "ABC123");
  const auto key =
      crypto::X509Certificate::from_der(fixtures::bytes("hanako_sign.der")).value()->public_key();
  BOOST_TEST(key->verify_pkcs1_sha256(message, sign(0x00, 0x9A, info)));
}

// The six schemes: facts/domain.md 1.3.
BOOST_AUTO_TEST_CASE(each_scheme_signs_what_it_says) {
  send(kSelectJpki);
  verify(0x18, "1234");
  const auto key = auth_key();
  const auto digest = crypto::sha256(message);
  const Bytes bare(digest.begin(), digest.end());
  BOOST_TEST(key->recover_pkcs1(sign(0x00, 0x97, message)).value() == message);
  BOOST_TEST(key->recover_pkcs1(sign(0x01, 0x97, message)).value() == bare);
  BOOST_TEST(key->verify_pkcs1_sha256(message, sign(0x02, 0x97, digest)));
  BOOST_TEST(key->verify_pkcs1_sha256(message, sign(0x03, 0x97, message)));
  BOOST_TEST(key->verify_pss_sha256(digest, sign(0x04, 0x97, digest)));
  BOOST_TEST(key->verify_pss_sha256(digest, sign(0x05, 0x97, message)));
  BOOST_TEST(sign_sw(0x06, 0x97, message) == "6a86");
}

BOOST_AUTO_TEST_CASE(wrong_lengths_are_refused) {
  send(kSelectJpki);
  verify(0x18, "1234");
  BOOST_TEST(sign_sw(0x00, 0x97, Bytes(245, 1)) == "9000");
  BOOST_TEST(sign_sw(0x00, 0x97, Bytes(246, 1)) == "6700");
  BOOST_TEST(sign_sw(0x02, 0x97, Bytes(31, 1)) == "6985");
  BOOST_TEST(sign_sw(0x04, 0x97, Bytes(33, 1)) == "6985");
  BOOST_TEST(send("802a009700") == "6700");
  BOOST_TEST(send("802a0097020102"
                  "ff") == "6700");                       // Le too small
  BOOST_TEST(send("802a0097020102").size() == 2 * 258u);  // no Le: T=0 cannot carry it
}

BOOST_AUTO_TEST_CASE(parameters_and_files_of_a_signature_are_checked) {
  send(kSelectJpki);
  BOOST_TEST(sign_sw(0x00, 0x80, message) == "6986");
  BOOST_TEST(sign_sw(0x00, 0x00, message) == "6a86");  // no default key in JPKI
  BOOST_TEST(sign_sw(0x00, 0x8A, message) == "6981");
  BOOST_TEST(sign_sw(0x00, 0x9D, message) == "6a82");
  send(kSelectCommon);
  BOOST_TEST(sign_sw(0x00, 0x00, message) == "6d00");
}

BOOST_AUTO_TEST_CASE(the_default_key_of_face_and_text_needs_no_pin) {
  const auto key = fixtures::key("card_key.pem")->public_key();
  for (const char* select : {kSelectFace, kSelectText}) {
    send(select);
    BOOST_TEST(key->verify_pkcs1_sha256(message,
                                        sign(0x00, 0x00, crypto::sha256_digest_info_of(message))));
  }
}

BOOST_AUTO_TEST_CASE(pss_salts_come_from_the_seed) {
  const auto one = [this](std::uint64_t seed) {
    SignFixture fixture;
    card::PersistentState own(*profile);
    card::Card seeded(profile, own, seed);
    seeded.power_on();
    seeded.transmit(wire::from_hex(kSelectJpki).value());
    seeded.transmit(wire::from_hex("002000980431323334").value());
    return seeded.transmit(command(0x80, 0x2A, 0x05, 0x97, message)).response;
  };
  BOOST_TEST(one(1) == one(1));
  BOOST_TEST(one(1) != one(2));
}

BOOST_AUTO_TEST_CASE(internal_authenticate_answers_in_the_common_application) {
  send(kSelectCommon);
  Bytes signature = send(command(0x00, 0x88, 0x00, 0x99, message));
  signature.resize(signature.size() - 2);
  const auto key = fixtures::key("card_key.pem")->public_key();
  BOOST_TEST(key->verify_pkcs1_sha256(message, signature));
  const Bytes elsewhere = command(0x00, 0x88, 0x00, 0x97, message);
  send(kSelectJpki);
  BOOST_TEST(wire::to_hex(send(elsewhere)) == "6982");
  send(kSelectFace);
  BOOST_TEST(wire::to_hex(send(elsewhere)) == "6985");
}

BOOST_AUTO_TEST_CASE(set_session_key_is_refused_as_each_application_does) {
  const Bytes cryptogram = command(0x80, 0xAE, 0x00, 0x00, Bytes(256, 1), false);
  const auto sw_in = [&](const char* select) {
    send(select);
    return wire::to_hex(send(cryptogram));
  };
  BOOST_TEST(sw_in(kSelectCommon) == "66f1");
  BOOST_TEST(sw_in(kSelectFace) == "66f1");
  BOOST_TEST(sw_in(kSelectJpki) == "6982");
  BOOST_TEST(sw_in(kSelectJuki) == "6982");
  BOOST_TEST(sw_in(kSelectText) == "6982");
  verify(0x11, "5678");
  BOOST_TEST(wire::to_hex(send(cryptogram)) == "6a80");
}

BOOST_AUTO_TEST_CASE(challenges_have_the_length_asked_for_and_differ) {
  BOOST_TEST(send("0084000010").size() == 2 * 18u);  // at the card manager too
  BOOST_TEST(send("0084000000").size() == 2 * 258u);
  BOOST_TEST(send("0084000010") != send("0084000010"));
  BOOST_TEST(send("00840000000010") == "6985");
  BOOST_TEST(send("0084010010") == "6a86");
  BOOST_TEST(send("00840000") == "6700");
  Fixture same, other(profile, 2);
  Fixture again;
  const std::string first = same.send("0084000010");
  BOOST_TEST(first == again.send("0084000010"));
  BOOST_TEST(first != other.send("0084000010"));
}

BOOST_AUTO_TEST_SUITE_END()

// Public: 80 A2 00 C1 with a card-verifiable certificate, 6700 for meaningless data.
BOOST_FIXTURE_TEST_SUITE(card_terminal_authentication, SignFixture)

BOOST_AUTO_TEST_CASE(a_terminal_of_the_right_authority_uses_the_auth_key_without_pin) {
  send(kSelectJpki);
  const Bytes info = crypto::sha256_digest_info_of(message);
  BOOST_TEST(authenticate("terminal.cv", "terminal_key.pem") == "9000");
  BOOST_TEST(card.terminal_authenticated());
  BOOST_TEST(auth_key()->verify_pkcs1_sha256(message, sign(0x00, 0x97, info)));
  BOOST_TEST(sign_sw(0x00, 0x9A, info) == "6982");  // not the sign key
  BOOST_TEST(sw("00b0810000") == "6982");           // not the sign certificate
  send(kSelectJpki);
  BOOST_TEST(sign_sw(0x00, 0x97, info) == "6982");
}

BOOST_AUTO_TEST_CASE(it_works_with_a_blocked_pin_and_does_not_unblock_it) {
  SignFixture locked([](card::ProfileData& data) { data.auth_pin_tries_used = 3; });
  locked.send(kSelectJpki);
  BOOST_TEST(locked.authenticate("terminal.cv", "terminal_key.pem") == "9000");
  BOOST_TEST(locked.sign_sw(0x00, 0x97, message) == "9000");
  BOOST_TEST(locked.verify(0x18, "1234") == "6984");
}

BOOST_AUTO_TEST_CASE(a_certificate_of_nobody_is_refused) {
  send(kSelectJpki);
  BOOST_TEST(authenticate("untrusted_terminal.cv", "untrusted_terminal_key.pem") == "6a80");
  BOOST_TEST(!card.terminal_authenticated());
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_key_is_refused) {
  send(kSelectJpki);
  BOOST_TEST(authenticate("terminal.cv", "untrusted_terminal_key.pem") == "6300");
  BOOST_TEST(!card.terminal_authenticated());
}

BOOST_AUTO_TEST_CASE(meaningless_data_is_a_wrong_length_and_wrong_parameters_are_refused) {
  send(kSelectJpki);
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, Bytes(256, 0)))) == "6700");
  const Bytes certificate = fixtures::bytes("terminal.cv");
  for (const auto& [p1, p2] :
       {std::pair<int, int>{0x00, 0x00}, {0x00, 0xAE}, {0x80, 0x00}, {0x00, 0xB6}}) {
    BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, static_cast<std::uint8_t>(p1),
                                         static_cast<std::uint8_t>(p2), certificate))) == "6a86");
  }
  send(kSelectFace);
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, certificate))) == "6d00");
}

BOOST_AUTO_TEST_CASE(the_certificate_may_come_in_a_chain_or_in_two_blocks) {
  const Bytes certificate = fixtures::bytes("terminal.cv");
  const ByteView all(certificate);
  send(kSelectJpki);
  BOOST_TEST(wire::to_hex(send(command(0x90, 0xA2, 0x00, 0xC1, all.first(250), false))) == "9000");
  BOOST_TEST(wire::to_hex(send(command(0x90, 0xA2, 0x00, 0xC1, all.subspan(250, 250), false))) ==
             "9000");
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, all.subspan(500), false))) ==
             "9000");
  // 307 and 261 bytes, the first length seen in public.
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x06, 0xC1, all.first(307), false))) == "9000");
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, all.subspan(307), false))) ==
             "9000");
  // The second block alone is meaningless.
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, all.subspan(307), false))) ==
             "6700");
}

BOOST_AUTO_TEST_CASE(a_chain_ends_with_any_other_command_and_is_bounded) {
  const Bytes certificate = fixtures::bytes("terminal.cv");
  const ByteView all(certificate);
  send(kSelectJpki);
  send(command(0x90, 0xA2, 0x00, 0xC1, all.first(250), false));
  BOOST_TEST(send("00b0880000") == "8f8f009000");
  BOOST_TEST(wire::to_hex(send(command(0x80, 0xA2, 0x00, 0xC1, all.subspan(250), false))) ==
             "6700");
  const Bytes part = command(0x90, 0xA2, 0x00, 0xC1, Bytes(255, 0), false);
  for (int i = 0; i < 8; ++i) BOOST_TEST(wire::to_hex(send(part)) == "9000");
  BOOST_TEST(wire::to_hex(send(part)) == "6700");
}

BOOST_AUTO_TEST_CASE(a_challenge_serves_once_and_has_to_be_asked_for) {
  send(kSelectJpki);
  const Bytes signature(256, 1);
  const Bytes external = command(0x00, 0x82, 0x00, 0x96, signature, false);
  BOOST_TEST(wire::to_hex(send(external)) == "6985");  // no key
  send(command(0x80, 0xA2, 0x00, 0xC1, fixtures::bytes("terminal.cv"), false));
  BOOST_TEST(wire::to_hex(send(external)) == "6985");  // no challenge
  send("0084000010");
  BOOST_TEST(wire::to_hex(send(external)) == "6300");
  BOOST_TEST(wire::to_hex(send(external)) == "6985");
  send("0084000004");
  BOOST_TEST(wire::to_hex(send(external)) == "6985");  // too short
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_takes_back_what_was_authenticated) {
  send(kSelectJpki);
  authenticate("terminal.cv", "terminal_key.pem");
  BOOST_TEST(card.terminal_authenticated());
  send(command(0x00, 0x82, 0x00, 0x96, Bytes(256, 1), false));
  BOOST_TEST(!card.terminal_authenticated());
  BOOST_TEST(sign_sw(0x00, 0x97, message) == "6982");
  authenticate("terminal.cv", "terminal_key.pem");
  send(command(0x80, 0xA2, 0x00, 0xC1, Bytes(9, 0)));  // so does a new certificate, good or bad
  BOOST_TEST(!card.terminal_authenticated());
}

BOOST_AUTO_TEST_CASE(power_down_ends_it_and_a_card_can_be_without_it) {
  send(kSelectJpki);
  authenticate("terminal.cv", "terminal_key.pem");
  card.power_off();
  card.power_on();
  BOOST_TEST(!card.terminal_authenticated());
  Fixture without([](card::ProfileData& data) { data.behaviour.terminal_authentication = false; });
  without.send(kSelectJpki);
  BOOST_TEST(wire::to_hex(without.send(command(0x80, 0xA2, 0x00, 0xC1, Bytes(9, 0)))) == "6d00");
}

BOOST_AUTO_TEST_SUITE_END()
