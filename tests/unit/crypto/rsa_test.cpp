#include "models/crypto/rsa.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/unit/crypto/fixtures.h"

using namespace uketsuke;
using wire::Bytes;
using wire::DecodeErrc;

BOOST_AUTO_TEST_SUITE(rsa)

BOOST_AUTO_TEST_CASE(a_pkcs1_signature_gives_back_the_block_that_was_signed) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  for (const std::size_t size : {1u, 51u, 245u}) {
    const Bytes block(size, 0x5A);
    const Bytes signature = key->sign_pkcs1(block).value();
    BOOST_TEST(signature.size() == 256u);
    BOOST_TEST(key->public_key()->recover_pkcs1(signature).value() == block);
  }
}

// RFC 8017, 8.2.1: deterministic.
BOOST_AUTO_TEST_CASE(the_same_block_gives_the_same_signature) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  const Bytes block(51, 0x11);
  BOOST_TEST(key->sign_pkcs1(block).value() == key->sign_pkcs1(block).value());
}

// RFC 8017, 9.2: at least eight bytes of padding, so at most k - 11 bytes.
BOOST_AUTO_TEST_CASE(blocks_that_do_not_fit_are_refused) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  BOOST_TEST((key->sign_pkcs1(Bytes(246, 0)).error().code == DecodeErrc::kUnrepresentable));
  BOOST_TEST((key->sign_pkcs1({}).error().code == DecodeErrc::kUnrepresentable));
}

BOOST_AUTO_TEST_CASE(a_changed_signature_is_not_accepted) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  const Bytes data = fixtures::of("challenge");
  Bytes signature = key->sign_pkcs1(crypto::sha256_digest_info_of(data)).value();
  BOOST_TEST(key->public_key()->verify_pkcs1_sha256(data, signature));
  signature[100] ^= 0x01;
  BOOST_TEST(!key->public_key()->verify_pkcs1_sha256(data, signature));
  signature.pop_back();
  BOOST_TEST(
      (key->public_key()->recover_pkcs1(signature).error().code == DecodeErrc::kLengthMismatch));
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_key_is_not_accepted) {
  const Bytes data = fixtures::of("challenge");
  const Bytes signature =
      fixtures::key("taro_auth_key.pem")->sign_pkcs1(crypto::sha256_digest_info_of(data)).value();
  BOOST_TEST(
      !fixtures::key("hanako_auth_key.pem")->public_key()->verify_pkcs1_sha256(data, signature));
}

// The verification is OpenSSL's own; the encoding is ours (RFC 8017, 9.1.1).
BOOST_AUTO_TEST_CASE(a_pss_signature_with_a_given_salt_is_reproducible_and_right) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  const auto digest = crypto::sha256(fixtures::of("message"));
  const Bytes salt(32, 0x42);
  const Bytes signature = key->sign_pss_sha256(digest, salt).value();
  BOOST_TEST(key->public_key()->verify_pss_sha256(digest, signature));
  BOOST_TEST(key->sign_pss_sha256(digest, salt).value() == signature);
  BOOST_TEST(key->sign_pss_sha256(digest, Bytes(32, 0x43)).value() != signature);
  BOOST_TEST(!key->public_key()->verify_pss_sha256(crypto::sha256({}), signature));
}

BOOST_AUTO_TEST_CASE(a_salt_that_does_not_fit_is_refused) {
  const auto key = fixtures::key("hanako_auth_key.pem");
  const auto digest = crypto::sha256({});
  BOOST_TEST(key->sign_pss_sha256(digest, Bytes(222, 0)).has_value());
  BOOST_TEST(
      (key->sign_pss_sha256(digest, Bytes(223, 0)).error().code == DecodeErrc::kUnrepresentable));
}

BOOST_AUTO_TEST_CASE(numbers_make_the_same_public_key) {
  const auto key = fixtures::key("hanako_auth_key.pem")->public_key();
  const auto copy = crypto::RsaPublicKey::from_numbers(key->modulus(), key->exponent()).value();
  BOOST_TEST(copy->modulus() == key->modulus());
  BOOST_TEST(wire::to_hex(copy->exponent()) == "010001");
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_key_are_refused) {
  const Bytes e = {1, 0, 1};
  Bytes odd(256, 0xFF);
  Bytes even = odd;
  even.back() = 0xFE;
  BOOST_TEST(crypto::RsaPublicKey::from_numbers(odd, e).has_value());
  for (const auto& [n, exponent] : {std::pair<Bytes, Bytes>{{}, e},
                                    {even, e},
                                    {odd, {}},
                                    {odd, {2}},
                                    {odd, {1}},
                                    {Bytes(256, 0), e},
                                    {{0x11}, e},
                                    {Bytes(4096, 0xFF), e}}) {
    BOOST_TEST(!crypto::RsaPublicKey::from_numbers(n, exponent).has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_private_key_is_refused) {
  BOOST_TEST(!crypto::RsaPrivateKey::from_pem("").has_value());
  BOOST_TEST(!crypto::RsaPrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n").has_value());
  BOOST_TEST(!crypto::RsaPrivateKey::from_der(fixtures::bytes("hanako_auth.der")).has_value());
  BOOST_TEST(!crypto::RsaPrivateKey::from_der({}).has_value());
  const std::string pem = fixtures::text("hanako_auth_key.pem");
  for (std::size_t size = 0; size + 1 < pem.size(); size += 7) {
    const auto cut = crypto::RsaPrivateKey::from_pem(pem.substr(0, size));
    BOOST_TEST((!cut || size > pem.size() - 30));  // the last line's end is not needed
  }
}

BOOST_AUTO_TEST_SUITE_END()
