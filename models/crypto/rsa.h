// RSA keys. Objects are immutable and can be shared between any number of worlds and threads.
// The private operation is exact RSA of any size OpenSSL accepts; cards use 2048 bits.
#pragma once

#include <memory>
#include <string_view>

#include "models/crypto/digest.h"
#include "sim/wire/bytes.h"

namespace uketsuke::crypto {

// Owner of an OpenSSL key; only the sources of this folder look inside.
struct KeyHandle;

class RsaPublicKey {
 public:
  // Big-endian numbers. Error kBadValue: not an RSA public key that OpenSSL accepts.
  static wire::Result<std::shared_ptr<const RsaPublicKey>> from_numbers(wire::ByteView modulus,
                                                                        wire::ByteView exponent);
  explicit RsaPublicKey(std::shared_ptr<const KeyHandle> handle);

  std::size_t size_bytes() const { return modulus_.size(); }
  const wire::Bytes& modulus() const { return modulus_; }    // big-endian, no leading zero
  const wire::Bytes& exponent() const { return exponent_; }  // big-endian, no leading zero

  // RSAVP1 and removal of the PKCS #1 v1.5 type 1 padding (RFC 8017, 8.2.2): what was signed,
  // usually a DigestInfo. Errors: kLengthMismatch (signature is not as long as the key),
  // kBadValue (number out of range or padding wrong).
  wire::Result<wire::Bytes> recover_pkcs1(wire::ByteView signature) const;
  // True if `signature` is a PKCS #1 v1.5 signature with SHA-256 over `data`.
  bool verify_pkcs1_sha256(wire::ByteView data, wire::ByteView signature) const;
  // True if `signature` is RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes over
  // `digest` (RFC 8017, 9.1.2).
  bool verify_pss_sha256(const Sha256Digest& digest, wire::ByteView signature) const;

 private:
  std::shared_ptr<const KeyHandle> handle_;
  wire::Bytes modulus_;
  wire::Bytes exponent_;
};

class RsaPrivateKey {
 public:
  // PKCS #8 or PKCS #1, unencrypted. Error kBadValue: not an RSA private key.
  static wire::Result<std::shared_ptr<const RsaPrivateKey>> from_pem(std::string_view pem);
  static wire::Result<std::shared_ptr<const RsaPrivateKey>> from_der(wire::ByteView der);
  explicit RsaPrivateKey(std::shared_ptr<const KeyHandle> handle);

  std::size_t size_bytes() const { return public_key_->size_bytes(); }
  const std::shared_ptr<const RsaPublicKey>& public_key() const { return public_key_; }

  // PKCS #1 v1.5 padding (type 1) around `block` verbatim, then RSASP1 (RFC 8017, 8.2.1 without
  // the DigestInfo). Error kUnrepresentable: block is empty or longer than size_bytes() - 11.
  wire::Result<wire::Bytes> sign_pkcs1(wire::ByteView block) const;
  // RSASSA-PSS with SHA-256 over a digest; the salt is the caller's, so the result is reproducible.
  // Error kUnrepresentable: digest, salt and padding do not fit into the key.
  wire::Result<wire::Bytes> sign_pss_sha256(const Sha256Digest& digest, wire::ByteView salt) const;

 private:
  std::shared_ptr<const KeyHandle> handle_;
  std::shared_ptr<const RsaPublicKey> public_key_;
};

}  // namespace uketsuke::crypto
