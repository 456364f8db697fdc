// The vendor's own key: signs manifests as CMS (RFC 5652), detached, in DER. There is no built-in
// key.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/evidence/record.h"

namespace uketsuke::evidence {

struct KeyFiles {
  std::string key;                 // PEM: PKCS #8 or traditional, encrypted or not
  std::string certificate;         // PEM
  std::vector<std::string> chain;  // PEM: certificates between it and an authority
  std::string passphrase_file;     // its first line; empty: asked for on the terminal, no echo
};

class SigningKey {
 public:
  // Throws report::ReportError. Usage: a file that cannot be read or is no key or certificate, a
  // wrong passphrase, a key that does not belong to the certificate, one too weak, a certificate
  // that does not hold at `now`.
  SigningKey(const KeyFiles& files, std::time_t now);
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const Signer& signer() const;
  // CMS SignedData without content, one signer, signed attributes with the time `now`, all
  // certificates inside; SHA-256. Throws report::ReportError.
  std::string sign(std::string_view content, std::time_t now) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace uketsuke::evidence
