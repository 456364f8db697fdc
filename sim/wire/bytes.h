// Bytes, and the one bounds-checked reader and writer that every codec uses.
#pragma once

#include <boost/core/span.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/result.h"

namespace uketsuke::wire {

using Bytes = std::vector<std::uint8_t>;
using ByteView = boost::span<const std::uint8_t>;

inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }

// "00a40400" (lower case, no separators).
std::string to_hex(ByteView bytes);
// Accepts upper and lower case, blanks and ':' between bytes. Error: kBadValue with the offset of
// the character.
Result<Bytes> from_hex(std::string_view text);

// Reads forward; after the first error every read gives 0 and error() tells the first one.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}
  std::uint8_t read_u8(std::string_view field);
  std::uint16_t read_u16le(std::string_view field);
  std::uint16_t read_u16be(std::string_view field);
  std::uint32_t read_u32le(std::string_view field);
  std::uint32_t read_u32be(std::string_view field);
  Bytes read_bytes(std::size_t count, std::string_view field);
  ByteView rest() const { return bytes_.subspan(position_); }
  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  // Records an error of the caller's own at the current position, if there is none yet.
  void fail(DecodeErrc code, std::string_view field);
  bool ok() const { return !failed_; }
  const DecodeError& error() const { return error_; }

 private:
  bool take(std::size_t count, std::string_view field);
  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
  DecodeError error_{};
};

class ByteWriter {
 public:
  void write_u8(std::uint8_t value) { bytes_.push_back(value); }
  void write_u16le(std::uint16_t value);
  void write_u16be(std::uint16_t value);
  void write_u32le(std::uint32_t value);
  void write_u32be(std::uint32_t value);
  void write_bytes(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  std::size_t size() const { return bytes_.size(); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace uketsuke::wire
