#include "models/ccid_function/pin_format.h"

#include <algorithm>

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
using wire::Bytes;

namespace {

constexpr std::size_t kHeader = 5;  // CLA INS P1 P2 Lc

// Writes the low `count` bits of value at a bit position, most significant first.
void put_bits(Bytes& data, std::size_t position, std::size_t count, unsigned value) {
  if (data.size() * 8 < position + count) data.resize((position + count + 7) / 8, 0x00);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned bit = value >> (count - 1 - i) & 1;
    const std::size_t at = position + i;
    const auto mask = static_cast<std::uint8_t>(0x80U >> at % 8);
    data[at / 8] = static_cast<std::uint8_t>(bit != 0 ? data[at / 8] | mask : data[at / 8] & ~mask);
  }
}

template <class Block>
bool wrong_digits(const Block& block) {
  const unsigned min = block.wPINMaxExtraDigit >> 8, max = block.wPINMaxExtraDigit & 0xFF;
  return block.wPINMaxExtraDigit != 0 && (max == 0 || min > max);
}

bool wrong_type(std::uint8_t bmFormatString) { return (bmFormatString & 0x03) == 3; }
bool wrong_condition(std::uint8_t condition) { return condition == 0 || condition > 7; }

}  // namespace

std::optional<std::uint8_t> wrong_field(const ccid::PinVerification& block) {
  if (wrong_type(block.bmFormatString)) return std::uint8_t{12};
  if ((block.bmPINLengthFormat & 0xE0) != 0) return std::uint8_t{14};
  if (wrong_digits(block)) return std::uint8_t{15};
  if (wrong_condition(block.bEntryValidationCondition)) return std::uint8_t{17};
  if (block.bNumberMessage > 1 && block.bNumberMessage != 0xFF) return std::uint8_t{18};
  if (block.abPINApdu.size() < 4) return std::uint8_t{1};
  return std::nullopt;
}

std::optional<std::uint8_t> wrong_field(const ccid::PinModification& block) {
  if (wrong_type(block.bmFormatString)) return std::uint8_t{12};
  if ((block.bmPINLengthFormat & 0xE0) != 0) return std::uint8_t{14};
  if (wrong_digits(block)) return std::uint8_t{17};
  if (block.bConfirmPIN > 3) return std::uint8_t{19};
  if (wrong_condition(block.bEntryValidationCondition)) return std::uint8_t{20};
  if (block.bNumberMessage > 3 && block.bNumberMessage != 0xFF) return std::uint8_t{21};
  if (block.abPINApdu.size() < 4) return std::uint8_t{1};
  return std::nullopt;
}

std::optional<Bytes> insert_pin(Bytes apdu, const PinFormat& format, std::uint8_t insertion_offset,
                                std::string_view digits) {
  const bool byte_units = (format.bmFormatString & 0x80) != 0;
  const std::size_t field_position = (format.bmFormatString >> 3 & 0x0F) * (byte_units ? 8U : 1U) +
                                     std::size_t{insertion_offset} * 8;
  const bool right = (format.bmFormatString & 0x04) != 0;
  const unsigned type = format.bmFormatString & 0x03;  // 0 binary, 1 BCD, 2 ASCII
  const std::size_t digit_bits = type == 1 ? 4 : 8;
  const std::size_t pin_bits = digits.size() * digit_bits;
  const std::size_t block_bits = (format.bmPINBlockString & 0x0F) * 8U;
  if (block_bits != 0 && pin_bits > block_bits) return std::nullopt;

  apdu.resize(std::max(apdu.size(), kHeader), 0x00);
  Bytes data(apdu.begin() + kHeader, apdu.end());
  const std::size_t reserved = field_position + std::max(block_bits, pin_bits);
  if (data.size() * 8 < reserved) data.resize((reserved + 7) / 8, 0x00);
  std::size_t position = field_position + (right && block_bits != 0 ? block_bits - pin_bits : 0);
  for (const char digit : digits) {
    const auto character = static_cast<unsigned>(static_cast<unsigned char>(digit));
    put_bits(data, position, digit_bits, type == 2 ? character : character & 0x0F);
    position += digit_bits;
  }
  const std::size_t length_bits = format.bmPINBlockString >> 4;
  if (length_bits != 0) {
    const bool bytes = (format.bmPINLengthFormat & 0x10) != 0;
    const std::size_t at = (format.bmPINLengthFormat & 0x0F) * (bytes ? 8U : 1U);
    put_bits(data, at, length_bits, static_cast<unsigned>(digits.size()));
  }
  if (data.size() > 255) return std::nullopt;
  apdu.resize(kHeader);
  apdu[4] = static_cast<std::uint8_t>(data.size());
  apdu.insert(apdu.end(), data.begin(), data.end());
  return apdu;
}

}  // namespace uketsuke::ccid_function
