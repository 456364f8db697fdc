#include "models/crypto/digest.h"

#include <openssl/sha.h>

namespace uketsuke::crypto {

namespace {
// AlgorithmIdentifier id-sha256 and the OCTET STRING header (RFC 8017, 9.2 note 1).
constexpr std::array<std::uint8_t, 19> kSha256Prefix = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
                                                        0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                        0x01, 0x05, 0x00, 0x04, 0x20};
}  // namespace

Sha1Digest sha1(wire::ByteView data) {
  Sha1Digest digest;
  SHA1(data.data(), data.size(), digest.data());
  return digest;
}

Sha256Digest sha256(wire::ByteView data) {
  Sha256Digest digest;
  SHA256(data.data(), data.size(), digest.data());
  return digest;
}

wire::Bytes sha256_digest_info(const Sha256Digest& digest) {
  wire::Bytes info(kSha256Prefix.begin(), kSha256Prefix.end());
  info.insert(info.end(), digest.begin(), digest.end());
  return info;
}

wire::Bytes sha256_digest_info_of(wire::ByteView data) { return sha256_digest_info(sha256(data)); }

}  // namespace uketsuke::crypto
