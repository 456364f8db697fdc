// Digests, and the DigestInfo around them.
#pragma once

#include <array>

#include "sim/wire/bytes.h"

namespace uketsuke::crypto {

using Sha1Digest = std::array<std::uint8_t, 20>;
using Sha256Digest = std::array<std::uint8_t, 32>;

Sha1Digest sha1(wire::ByteView data);      // FIPS 180-4, 6.1
Sha256Digest sha256(wire::ByteView data);  // FIPS 180-4, 6.2

// DER DigestInfo of a SHA-256 digest, 51 bytes (RFC 8017, 9.2 note 1); the input of the card's
// COMPUTE DIGITAL SIGNATURE with scheme 00.
wire::Bytes sha256_digest_info(const Sha256Digest& digest);
// The same around SHA-256 of `data`.
wire::Bytes sha256_digest_info_of(wire::ByteView data);

}  // namespace uketsuke::crypto
