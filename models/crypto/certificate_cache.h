// Certificates by their bytes: the same DER is parsed once, however many worlds meet it. A pure
// function's results, shared explicitly; safe to use from several threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "models/crypto/x509_certificate.h"

namespace uketsuke::crypto {

class CertificateCache {
 public:
  // As X509Certificate::from_der(). Bytes that are no certificate are not remembered.
  wire::Result<std::shared_ptr<const X509Certificate>> parse(wire::ByteView der);

 private:
  static constexpr std::size_t kMostEntries = 256;  // then it starts afresh
  std::mutex mutex_;
  std::map<wire::Bytes, std::shared_ptr<const X509Certificate>> parsed_;
};

}  // namespace uketsuke::crypto
