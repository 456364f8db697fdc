#include "sim/guard/keyed_digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/assert.hpp>

namespace uketsuke::guard {

KeyedDigest keyed_digest(wire::ByteView key, wire::ByteView data) {
  BOOST_ASSERT_MSG(!key.empty(), "a digest without a key can be searched");
  KeyedDigest digest{};
  unsigned length = 0;
  const std::uint8_t* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                  data.data(), data.size(), digest.data(), &length);
  BOOST_ASSERT_MSG(made != nullptr && length == digest.size(), "HMAC-SHA256 failed");
  return digest;
}

bool same_digest(const KeyedDigest& a, const KeyedDigest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace uketsuke::guard
