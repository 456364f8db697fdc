#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/ccid/message.h"

namespace uketsuke::wire::ccid {
namespace {

constexpr std::uint8_t kHighestClockStatus = 3, kHighestProtocol = 1;

template <class T>
auto rfu_is_zero(const T& message, int) -> decltype(message.abRFU, true) {
  return std::all_of(message.abRFU.begin(), message.abRFU.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}
template <class T>
bool rfu_is_zero(const T&, long) {
  return true;
}

}  // namespace

std::vector<std::string> irregularities(const CommandMessage& message) {
  if (std::visit([](const auto& m) { return rfu_is_zero(m, 0); }, message)) return {};
  const auto type = static_cast<bMessageType>(header_of(message).bMessageType);
  return {fmt::format("abRFU of {} is not zero", to_string(type))};
}

std::vector<std::string> irregularities(const ResponseMessage& message) {
  std::vector<std::string> found;
  const bool extension = command_status(bStatus_of(message)) == bmCommandStatus::kTimeExtension;
  if (const auto* block = std::get_if<RDR_to_PC_DataBlock>(&message)) {
    if (extension && block->bChainParameter != 0)
      found.push_back(
          fmt::format("bChainParameter {:02x} with a time extension", block->bChainParameter));
  } else if (extension) {
    found.emplace_back("a time extension for a command that needs no card");
  }
  if (const auto* status = std::get_if<RDR_to_PC_SlotStatus>(&message)) {
    if (status->bClockStatus > kHighestClockStatus)
      found.push_back(fmt::format("bClockStatus {:02x}", status->bClockStatus));
  }
  if (const auto* parameters = std::get_if<RDR_to_PC_Parameters>(&message)) {
    if (parameters->bProtocolNum > kHighestProtocol)
      found.push_back(fmt::format("bProtocolNum {:02x}", parameters->bProtocolNum));
  }
  return found;
}

}  // namespace uketsuke::wire::ccid
