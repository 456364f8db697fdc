#include "models/crypto/certificate_cache.h"

#include <utility>

namespace uketsuke::crypto {

wire::Result<std::shared_ptr<const X509Certificate>> CertificateCache::parse(wire::ByteView der) {
  const std::lock_guard lock(mutex_);
  wire::Bytes key = wire::to_bytes(der);
  if (const auto found = parsed_.find(key); found != parsed_.end()) return found->second;
  auto certificate = X509Certificate::from_der(der);
  if (!certificate) return certificate;
  if (parsed_.size() >= kMostEntries) parsed_.clear();
  parsed_.emplace(std::move(key), *certificate);
  return certificate;
}

}  // namespace uketsuke::crypto
