#include "sim/wire/result.h"

#include <fmt/format.h>

#include <stdexcept>

namespace uketsuke::wire {

std::string_view to_string(DecodeErrc code) {
  switch (code) {
    case DecodeErrc::kTooShort: return "too short";
    case DecodeErrc::kTooLong: return "too long";
    case DecodeErrc::kLengthMismatch: return "length disagrees with the bytes";
    case DecodeErrc::kReservedValue: return "reserved value";
    case DecodeErrc::kBadValue: return "value not allowed here";
    case DecodeErrc::kBadChecksum: return "checksum does not match";
    case DecodeErrc::kUnknownType: return "unknown type";
    case DecodeErrc::kUnrepresentable: return "value does not fit";
  }
  return "?";
}

std::string to_string(const DecodeError& error) {
  return fmt::format("{} at byte {}: {}", error.field, error.offset, to_string(error.code));
}

void throw_exception_from_error(const DecodeError& error, const boost::source_location&) {
  throw std::runtime_error(to_string(error));
}

}  // namespace uketsuke::wire
