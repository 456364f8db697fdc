#include <boost/test/unit_test.hpp>

#include "models/crypto/cv_certificate.h"
#include "models/crypto/x509_certificate.h"
#include "tests/unit/crypto/fixtures.h"

using namespace uketsuke;
using crypto::X509Certificate;
using wire::Bytes;
using wire::ByteView;
using wire::DecodeErrc;

namespace {
std::shared_ptr<const X509Certificate> x509(const std::string& name) {
  return X509Certificate::from_der(fixtures::bytes(name)).value();
}
}  // namespace

BOOST_AUTO_TEST_SUITE(x509_certificate)

// Values are those that make_fixtures.py asks the openssl program for.
BOOST_AUTO_TEST_CASE(fields_are_those_of_the_request) {
  const auto certificate = x509("hanako_auth.der");
  BOOST_TEST(certificate->serial_hex() == "1001");
  BOOST_TEST(certificate->common_name() == "TEST HANAKO 00001001");
  BOOST_TEST(certificate->subject() == "CN=TEST HANAKO 00001001,OU=TEST auth,O=TEST JPKI,C=JP");
  BOOST_TEST(certificate->issuer() ==
             "CN=TEST CA auth,OU=TEST CA for auth certificates,O=TEST JPKI,C=JP");
  BOOST_TEST(certificate->not_before() == "20240101");
  BOOST_TEST(certificate->not_after() == "20340101");
  BOOST_TEST(certificate->der() == fixtures::bytes("hanako_auth.der"));
}

BOOST_AUTO_TEST_CASE(the_key_is_that_of_the_private_key) {
  BOOST_TEST(x509("hanako_auth.der")->public_key()->modulus() ==
             fixtures::key("hanako_auth_key.pem")->public_key()->modulus());
}

BOOST_AUTO_TEST_CASE(a_certificate_is_signed_by_its_own_authority_only) {
  const auto certificate = x509("hanako_auth.der");
  BOOST_TEST(certificate->verify_signed_by(*x509("ca_auth.der")));
  BOOST_TEST(!certificate->verify_signed_by(*x509("ca_sign.der")));
  BOOST_TEST(!certificate->verify_signed_by(*x509("taro_auth.der")));
  BOOST_TEST(x509("hanako_sign.der")->verify_signed_by(*x509("ca_sign.der")));
}

BOOST_AUTO_TEST_CASE(a_changed_certificate_is_not_signed) {
  Bytes der = fixtures::bytes("hanako_auth.der");
  der.back() ^= 0x01;
  BOOST_TEST(!X509Certificate::from_der(der).value()->verify_signed_by(*x509("ca_auth.der")));
}

BOOST_AUTO_TEST_CASE(validity_includes_both_ends) {
  const auto certificate = x509("expired_auth.der");
  BOOST_TEST(certificate->valid_on("20181231"));
  BOOST_TEST(certificate->valid_on("20231231"));
  BOOST_TEST(!certificate->valid_on("20240101"));
  BOOST_TEST(!certificate->valid_on("20181230"));
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_longer_input_is_refused) {
  const Bytes der = fixtures::bytes("hanako_auth.der");
  for (std::size_t size = 0; size < der.size(); ++size) {
    BOOST_TEST(!X509Certificate::from_der(ByteView(der.data(), size)).has_value());
  }
  Bytes longer = der;
  longer.push_back(0x00);
  BOOST_TEST((X509Certificate::from_der(longer).error().code == DecodeErrc::kTooLong));
}

BOOST_AUTO_TEST_CASE(bytes_changed_anywhere_do_not_crash) {
  const Bytes der = fixtures::bytes("hanako_auth.der");
  for (std::size_t i = 0; i < der.size(); i += 3) {
    Bytes changed = der;
    changed[i] ^= 0xFF;
    const auto certificate = X509Certificate::from_der(changed);
    if (certificate) BOOST_TEST(!(*certificate)->verify_signed_by(*x509("ca_auth.der")));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cv_certificate)

// facts/domain.md 1.5: "6000024" 08 05 "001" 00 00 00 00.
BOOST_AUTO_TEST_CASE(key_ids_have_two_groups_of_digits) {
  const auto id = crypto::make_key_id("6000024", "001").value();
  BOOST_TEST(wire::to_hex(id) == "36303030303234080530303100000000");
  BOOST_TEST(crypto::to_string(id) == "6000024/001");
  BOOST_TEST(!crypto::make_key_id("600002", "001").has_value());
  BOOST_TEST(!crypto::make_key_id("600002x", "001").has_value());
  BOOST_TEST(!crypto::make_key_id("6000024", "01").has_value());
}

// Made by make_fixtures.py. 7F21 82 0233 { 5F4E 82 0129, 5F37 82 0100 } (facts/domain.md 1.5).
BOOST_AUTO_TEST_CASE(a_certificate_made_elsewhere_is_read_and_written_back) {
  const Bytes bytes = fixtures::bytes("terminal.cv");
  BOOST_TEST(wire::to_hex(ByteView(bytes).first(10)) == "7f218202335f4e820129");
  const auto certificate = crypto::decode_cv_certificate(bytes).value();
  BOOST_TEST(crypto::to_string(certificate.issuer) == "6000091/001");
  BOOST_TEST(crypto::to_string(certificate.subject) == "6000092/001");
  BOOST_TEST(certificate.key->modulus() ==
             fixtures::key("terminal_key.pem")->public_key()->modulus());
  BOOST_TEST(crypto::encode(certificate) == bytes);
}

BOOST_AUTO_TEST_CASE(it_is_read_without_its_outer_object_too) {
  const Bytes bytes = fixtures::bytes("terminal.cv");
  const auto certificate = crypto::decode_cv_certificate(ByteView(bytes).subspan(5)).value();
  BOOST_TEST(crypto::encode(certificate) == bytes);
}

BOOST_AUTO_TEST_CASE(only_the_named_issuer_with_its_key_verifies) {
  const auto certificate = crypto::decode_cv_certificate(fixtures::bytes("terminal.cv")).value();
  const auto ca = fixtures::key("terminal_ca_key.pem")->public_key();
  const auto id = crypto::make_key_id("6000091", "001").value();
  BOOST_TEST(crypto::verify(certificate, id, *ca));
  BOOST_TEST(!crypto::verify(certificate, crypto::make_key_id("6000092", "001").value(), *ca));
  BOOST_TEST(!crypto::verify(certificate, id, *fixtures::key("card_key.pem")->public_key()));
  const auto untrusted =
      crypto::decode_cv_certificate(fixtures::bytes("untrusted_terminal.cv")).value();
  BOOST_TEST(!crypto::verify(untrusted, id, *ca));
}

BOOST_AUTO_TEST_CASE(an_issued_certificate_is_read_back_and_verifies) {
  const auto ca = fixtures::key("terminal_ca_key.pem");
  const auto issuer = crypto::make_key_id("6000091", "001").value();
  const auto subject = crypto::make_key_id("6000099", "002").value();
  const auto issued = crypto::issue_cv_certificate(issuer, *ca, subject,
                                                   fixtures::key("card_key.pem")->public_key())
                          .value();
  const auto read = crypto::decode_cv_certificate(crypto::encode(issued)).value();
  BOOST_TEST((read.subject == subject));
  BOOST_TEST(crypto::verify(read, issuer, *ca->public_key()));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  const Bytes bytes = fixtures::bytes("terminal.cv");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BOOST_TEST(!crypto::decode_cv_certificate(ByteView(bytes.data(), size)).has_value());
    if (size < 5) continue;
    const ByteView inner(bytes.data() + 5, size - 5);
    BOOST_TEST(!crypto::decode_cv_certificate(inner).has_value());
  }
}

BOOST_AUTO_TEST_CASE(malformed_certificates_are_refused_for_their_reason) {
  const Bytes good = fixtures::bytes("terminal.cv");
  const auto error_of = [&](std::size_t offset, std::uint8_t value) {
    Bytes bytes = good;
    bytes[offset] = value;
    const auto result = crypto::decode_cv_certificate(bytes);
    BOOST_REQUIRE(!result.has_value());
    return result.error().code;
  };
  BOOST_TEST((error_of(0, 0x7E) == DecodeErrc::kUnknownType));    // 7F21
  BOOST_TEST((error_of(5, 0x5E) == DecodeErrc::kUnknownType));    // 5F4E
  BOOST_TEST((error_of(2, 0x80) == DecodeErrc::kReservedValue));  // indefinite length
  BOOST_TEST((error_of(2, 0x83) == DecodeErrc::kReservedValue));
  BOOST_TEST((error_of(4, 0x32) == DecodeErrc::kTooLong));  // 7F21 one byte shorter
  BOOST_TEST((error_of(4, 0x34) == DecodeErrc::kLengthMismatch));
  BOOST_TEST((error_of(10 + 32, 0x91) == DecodeErrc::kBadValue));   // 90 of the exponent
  BOOST_TEST((error_of(10 + 296, 0x00) == DecodeErrc::kBadValue));  // modulus even
  Bytes longer = good;
  longer.push_back(0x00);
  BOOST_TEST((crypto::decode_cv_certificate(longer).error().code == DecodeErrc::kTooLong));
}

BOOST_AUTO_TEST_SUITE_END()
