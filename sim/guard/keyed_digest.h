// HMAC-SHA256 (RFC 2104, FIPS 180-4): digests that nobody can search without the key.
#pragma once

#include <array>
#include <cstdint>

#include "sim/wire/bytes.h"

namespace uketsuke::guard {

using KeyedDigest = std::array<std::uint8_t, 32>;

// Any key length; an empty key is a mistake of the caller (asserted).
KeyedDigest keyed_digest(wire::ByteView key, wire::ByteView data);
// Takes as long whatever the first difference is.
bool same_digest(const KeyedDigest& a, const KeyedDigest& b);

}  // namespace uketsuke::guard
