#include "sim/wire/bytes.h"

namespace uketsuke::wire {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 0x0F];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == ':' || text[i] == '\n' || text[i] == '\t') {
      ++i;
      continue;
    }
    const int high = hex_digit(text[i]);
    const int low = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    if (high < 0) return DecodeError{DecodeErrc::kBadValue, i, "hex digit"};
    if (low < 0) return DecodeError{DecodeErrc::kBadValue, i + 1, "hex digit"};
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    i += 2;
  }
  return bytes;
}

bool ByteReader::take(std::size_t count, std::string_view field) {
  if (failed_) return false;
  if (left() < count) {
    fail(DecodeErrc::kTooShort, field);
    return false;
  }
  position_ += count;
  return true;
}

void ByteReader::fail(DecodeErrc code, std::string_view field) {
  if (failed_) return;
  failed_ = true;
  error_ = DecodeError{code, position_, field};
}

std::uint8_t ByteReader::read_u8(std::string_view field) {
  return take(1, field) ? bytes_[position_ - 1] : 0;
}

std::uint16_t ByteReader::read_u16le(std::string_view field) {
  if (!take(2, field)) return 0;
  const std::uint8_t* p = bytes_.data() + position_ - 2;
  return static_cast<std::uint16_t>(p[0] | p[1] << 8);
}

std::uint16_t ByteReader::read_u16be(std::string_view field) {
  if (!take(2, field)) return 0;
  const std::uint8_t* p = bytes_.data() + position_ - 2;
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}

std::uint32_t ByteReader::read_u32le(std::string_view field) {
  if (!take(4, field)) return 0;
  const std::uint8_t* p = bytes_.data() + position_ - 4;
  return std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 |
         std::uint32_t{p[3]} << 24;
}

std::uint32_t ByteReader::read_u32be(std::string_view field) {
  if (!take(4, field)) return 0;
  const std::uint8_t* p = bytes_.data() + position_ - 4;
  return std::uint32_t{p[3]} | std::uint32_t{p[2]} << 8 | std::uint32_t{p[1]} << 16 |
         std::uint32_t{p[0]} << 24;
}

Bytes ByteReader::read_bytes(std::size_t count, std::string_view field) {
  if (!take(count, field)) return {};
  return to_bytes(bytes_.subspan(position_ - count, count));
}

void ByteWriter::write_u16le(std::uint16_t value) {
  write_u8(static_cast<std::uint8_t>(value));
  write_u8(static_cast<std::uint8_t>(value >> 8));
}

void ByteWriter::write_u16be(std::uint16_t value) {
  write_u8(static_cast<std::uint8_t>(value >> 8));
  write_u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::write_u32le(std::uint32_t value) {
  write_u16le(static_cast<std::uint16_t>(value));
  write_u16le(static_cast<std::uint16_t>(value >> 16));
}

void ByteWriter::write_u32be(std::uint32_t value) {
  write_u16be(static_cast<std::uint16_t>(value >> 16));
  write_u16be(static_cast<std::uint16_t>(value));
}

}  // namespace uketsuke::wire
