// Puts digits from the PIN pad into the APDU of PC_to_RDR_Secure.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1.11 (bmFormatString,
// bmPINBlockString, bmPINLengthFormat).
#pragma once

#include <optional>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/ccid/pin_block.h"

namespace uketsuke::ccid_function {

// Offset (bError) of the first field that the pad cannot honour or the standard forbids.
std::optional<std::uint8_t> wrong_field(const wire::ccid::PinVerification& block);
std::optional<std::uint8_t> wrong_field(const wire::ccid::PinModification& block);

struct PinFormat {
  std::uint8_t bmFormatString = 0, bmPINBlockString = 0, bmPINLengthFormat = 0;
};
// The APDU with the PIN at the format's position plus insertion_offset bytes of the data field.
// nullopt if the digits do not fit into the PIN block.
std::optional<wire::Bytes> insert_pin(wire::Bytes apdu, const PinFormat& format,
                                      std::uint8_t insertion_offset, std::string_view digits);

}  // namespace uketsuke::ccid_function
