// Card-verifiable certificates of the My Number Card: 7F21 { 5F4E body, 5F37 signature }.
// Body: key id of the issuer (16), key id of the subject (16), RSA-2048 key as 90 exponent and 91
// modulus (265). Layout: facts/domain.md 1.5 (public, read from cards). That the signature is PKCS
// #1 v1.5 with SHA-256 over the value of 5F4E, for terminals too, is our choice.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "models/crypto/rsa.h"

namespace uketsuke::crypto {

// "6000024" 08 05 "001" 00 00 00 00; identifiers of production begin '5', of the test hierarchy
// '6'.
using KeyId = std::array<std::uint8_t, 16>;
// number: seven digits, group: three digits. Error kBadValue otherwise.
wire::Result<KeyId> make_key_id(std::string_view number, std::string_view group);
// "6000024/001"; bytes that are no digits appear as '?'.
std::string to_string(const KeyId& id);

// 90 03 010001 91 82 0100 <n>: the 265 bytes of an RSA-2048 key, here and in DF24, DF35.
// Error kUnrepresentable: the key has not 2048 bits or its exponent not three bytes.
wire::Result<wire::Bytes> encode_card_public_key(const RsaPublicKey& key);

struct CvCertificate {
  KeyId issuer{};
  KeyId subject{};
  std::shared_ptr<const RsaPublicKey> key;
  wire::Bytes body;       // value of 5F4E: what the signature covers
  wire::Bytes signature;  // value of 5F37
};

// With or without the 7F21 around it (GET DATA answers without). Errors: kTooShort, kTooLong,
// kLengthMismatch, kUnknownType (another tag), kBadValue (body is not 16 + 16 + 265, bad key).
wire::Result<CvCertificate> decode_cv_certificate(wire::ByteView bytes);
// The whole 7F21 object (568 bytes).
wire::Bytes encode(const CvCertificate& certificate);
// Signs a certificate for `key`. Errors as encode_card_public_key and RsaPrivateKey::sign_pkcs1.
wire::Result<CvCertificate> issue_cv_certificate(const KeyId& issuer,
                                                 const RsaPrivateKey& issuer_key,
                                                 const KeyId& subject,
                                                 std::shared_ptr<const RsaPublicKey> key);
bool verify(const CvCertificate& certificate, const KeyId& issuer, const RsaPublicKey& issuer_key);

}  // namespace uketsuke::crypto
