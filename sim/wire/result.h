// What a decoder or encoder answers: the value, or which rule the bytes broke and where.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace uketsuke::wire {

enum class DecodeErrc {
  kTooShort,         // bytes end before the field does
  kTooLong,          // bytes go on after the message ended
  kLengthMismatch,   // a length field disagrees with the bytes that are there
  kReservedValue,    // a value that the standard reserves
  kBadValue,         // a value that the standard forbids here
  kBadChecksum,      // LRC, CRC, TCK, PCK or FCS does not match
  kUnknownType,      // a message or tag that this codec does not know
  kUnrepresentable,  // encode: the value does not fit into the field
};
std::string_view to_string(DecodeErrc code);

struct DecodeError {
  DecodeErrc code;
  std::size_t offset;      // byte of the input (encode: 0)
  std::string_view field;  // static string: the standard's name of the field
};
// "LRC at byte 5: checksum does not match"
std::string to_string(const DecodeError& error);

// For result::value(); throws std::runtime_error with to_string(error).
[[noreturn]] void throw_exception_from_error(const DecodeError& error,
                                             const boost::source_location&);

template <class T>
using Result = boost::system::result<T, DecodeError>;

}  // namespace uketsuke::wire
