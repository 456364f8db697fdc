// A one-slot contact reader, typed from USB 2.0, Tables 9-8, 9-10, 9-12, 9-13 and CCID 1.1, Table
// 5.1-1: the start of the tests of descriptor facts and rules.
#pragma once

#include <string>

#include "harness/conformance/descriptor_facts.h"

namespace uketsuke::conformance::sample {

inline constexpr const char* kDevice = "12 01 0002 00 00 00 08 0912 0100 0001 01 02 03 01";
inline constexpr const char* kConfigurationHead = "09 02 5d00 01 01 00 80 32";
inline constexpr const char* kInterface = "09 04 00 00 03 0b 00 00 00";
// short APDU level, automatic parameters, PPS; T=0 and T=1; 5 and 3 V
inline constexpr const char* kClass =
    "36 21 1001 00 03 03000000 a00f0000 a00f0000 00 002a0000 40420500 00 fe000000 00000000"
    "00000000 ba040200 0f010000 ff ff 0000 00 01";
inline constexpr const char* kBulkOut = "07 05 01 02 4000 00";
inline constexpr const char* kBulkIn = "07 05 82 02 4000 00";
inline constexpr const char* kInterrupt = "07 05 83 03 0800 18";
constexpr std::size_t kInterfaceAt = 9, kClassAt = 18, kEndpointsAt = 72, kAll = 93;

inline Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

inline ReaderBytes reader() {
  ReaderBytes bytes;
  bytes.device = hex(kDevice);
  bytes.configuration =
      hex(std::string(kConfigurationHead) + kInterface + kClass + kBulkOut + kBulkIn + kInterrupt);
  bytes.strings = {{1, "maker"}, {2, "reader"}, {3, "0001"}};
  return bytes;
}

// The same with bytes of the class descriptor replaced, at their offset in Table 5.1-1.
inline ReaderBytes with(std::size_t offset, std::string_view replacement) {
  ReaderBytes bytes = reader();
  const Bytes put = hex(replacement);
  for (std::size_t i = 0; i < put.size(); ++i) bytes.configuration[kClassAt + offset + i] = put[i];
  return bytes;
}

}  // namespace uketsuke::conformance::sample
