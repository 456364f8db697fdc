// BER-TLV data objects: ISO/IEC 7816-4:2013, 5.2.2 (tags of 1 to 3 bytes, lengths of 1 to 5 bytes
// with at most 16,777,215; the indefinite length 80 is not used in cards).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

struct Tlv {
  std::uint32_t tag = 0;  // its bytes as a number: 84, 7F21, 5F2D
  ByteView value;         // view into the bytes that were read
  std::size_t size = 0;   // tag, length and value
  bool constructed() const;
};

// Reads one object at the front. Errors: kTooShort tag, length or value; kReservedValue tag of more
// than three bytes, length 80 or 85..FF; kBadValue tag number that the form does not allow (1F
// 00..1E).
Result<Tlv> read_tlv(ByteView bytes);

// Walks a sequence of objects; skips 00 and FF between objects (padding, 5.2.2.1).
class TlvIterator {
 public:
  explicit TlvIterator(ByteView bytes) : bytes_(bytes) {}
  // The next object; nullopt at the end, or after an error, which error() then tells.
  std::optional<Tlv> next();
  const std::optional<DecodeError>& error() const { return error_; }

 private:
  ByteView bytes_;
  std::size_t position_ = 0;
  std::optional<DecodeError> error_;
};

// The first object with this path of tags, outermost first: find_tlv(bytes, {0x7F49, 0x82}).
std::optional<Tlv> find_tlv(ByteView bytes, std::initializer_list<std::uint32_t> path);

// Every object readable, constructed ones down to `max_depth` levels. The first error, or nullopt.
std::optional<DecodeError> check_tlv(ByteView bytes, unsigned max_depth = 16);

// Refuses tags that read_tlv would not accept, and values above 16,777,215 bytes.
Result<Bytes> encode_tlv(std::uint32_t tag, ByteView value);

// Appends objects; the first refusal is kept and build() gives it.
class TlvBuilder {
 public:
  TlvBuilder& add(std::uint32_t tag, ByteView value);
  TlvBuilder& add(std::uint32_t tag, const TlvBuilder& nested);
  Result<Bytes> build() const;

 private:
  Bytes bytes_;
  std::optional<DecodeError> error_;
};

}  // namespace uketsuke::wire::iso7816
