// X.509 certificates (RFC 5280) as the card stores them and the backend checks them.
// Not modelled: path building, extensions, name constraints.
#pragma once

#include <memory>
#include <string>

#include "models/crypto/rsa.h"

namespace uketsuke::crypto {

class X509Certificate {
 public:
  // Error kBadValue: not one DER certificate with an RSA key; kTooLong: bytes after it.
  static wire::Result<std::shared_ptr<const X509Certificate>> from_der(wire::ByteView der);

  const wire::Bytes& der() const { return der_; }
  const std::string& serial_hex() const { return serial_hex_; }  // lower case, at least one byte
  const std::string& subject() const { return subject_; }        // RFC 2253, "CN=...,O=..."
  const std::string& issuer() const { return issuer_; }
  const std::string& common_name() const { return common_name_; }  // of the subject; may be empty
  const std::string& not_before() const { return not_before_; }    // YYYYMMDD, UTC
  const std::string& not_after() const { return not_after_; }      // YYYYMMDD, UTC; last valid day
  const std::shared_ptr<const RsaPublicKey>& public_key() const { return public_key_; }

  // True if `ca` is the named issuer and its key made the signature. Validity is not looked at.
  bool verify_signed_by(const X509Certificate& ca) const;
  // Both ends belong to the validity. `date` as YYYYMMDD.
  bool valid_on(const std::string& date) const;

 private:
  X509Certificate() = default;
  struct Handle;
  std::shared_ptr<const Handle> handle_;
  wire::Bytes der_;
  std::string serial_hex_, subject_, issuer_, common_name_, not_before_, not_after_;
  std::shared_ptr<const RsaPublicKey> public_key_;
};

}  // namespace uketsuke::crypto
