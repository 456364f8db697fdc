// The readers that pcscd has, for `uketsuke readers`. PC/SC Workgroup specification, part 5; the
// attributes: part 3, 3.1.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace uketsuke::gateway {

struct PcscReader {
  std::string name;  // one slot: "ACS ACR1251 Dual Reader [ACR1251] (SN) 00 01"
  bool card = false;
  bool exclusive = false;  // a program has it for itself
  // Bus and address on USB, if the driver says so (SCARD_ATTR_CHANNEL_ID); only a reader that
  // nobody has for himself is asked.
  std::optional<std::pair<int, int>> usb;
};
struct PcscTrouble {
  bool no_service = false;  // no pcscd
  std::string what;         // as PCSC-Lite says it
};

// Does not touch a card.
std::variant<std::vector<PcscReader>, PcscTrouble> list_pcsc_readers();

}  // namespace uketsuke::gateway
