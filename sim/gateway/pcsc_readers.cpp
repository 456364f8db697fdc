#include "sim/gateway/pcsc_readers.h"

#include <PCSC/reader.h>
#include <PCSC/winscard.h>

#include <cstring>

namespace uketsuke::gateway {
namespace {

constexpr std::uint32_t kUsbChannel = 0x0020;  // high half of SCARD_ATTR_CHANNEL_ID

class Context {
 public:
  Context() : result_(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_)) {}
  ~Context() {
    if (result_ == SCARD_S_SUCCESS) SCardReleaseContext(context_);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  LONG result() const { return result_; }
  SCARDCONTEXT get() const { return context_; }

 private:
  SCARDCONTEXT context_ = 0;
  LONG result_;
};

// Without a protocol: the card, if there is one, is neither switched on nor spoken to.
std::optional<std::pair<int, int>> place_of(SCARDCONTEXT context, const std::string& name) {
  SCARDHANDLE handle = 0;
  DWORD protocol = 0;
  if (SCardConnect(context, name.c_str(), SCARD_SHARE_DIRECT, 0, &handle, &protocol) !=
      SCARD_S_SUCCESS)
    return std::nullopt;
  std::uint8_t value[8] = {};
  DWORD size = sizeof value;
  const LONG result = SCardGetAttrib(handle, SCARD_ATTR_CHANNEL_ID, value, &size);
  SCardDisconnect(handle, SCARD_LEAVE_CARD);
  std::uint32_t channel = 0;
  if (result != SCARD_S_SUCCESS || size < sizeof channel) return std::nullopt;
  std::memcpy(&channel, value, sizeof channel);  // DWORD of the machine
  if (channel >> 16 != kUsbChannel) return std::nullopt;
  return std::make_pair(static_cast<int>(channel >> 8 & 0xFF), static_cast<int>(channel & 0xFF));
}

PcscTrouble trouble(LONG result) {
  return {result == SCARD_E_NO_SERVICE || result == SCARD_E_SERVICE_STOPPED,
          pcsc_stringify_error(result)};
}

}  // namespace

std::variant<std::vector<PcscReader>, PcscTrouble> list_pcsc_readers() {
  const Context context;
  if (context.result() != SCARD_S_SUCCESS) return trouble(context.result());
  DWORD size = 0;
  LONG result = SCardListReaders(context.get(), nullptr, nullptr, &size);
  std::string names(size, '\0');
  if (result == SCARD_S_SUCCESS)
    result = SCardListReaders(context.get(), nullptr, names.data(), &size);
  if (result == SCARD_E_NO_READERS_AVAILABLE) return std::vector<PcscReader>{};
  if (result != SCARD_S_SUCCESS) return trouble(result);
  names.resize(size);
  std::vector<PcscReader> readers;
  for (std::size_t at = 0; at < names.size() && names[at] != '\0';) {
    PcscReader reader;
    reader.name = names.c_str() + at;
    at += reader.name.size() + 1;
    SCARD_READERSTATE state{};
    state.szReader = reader.name.c_str();
    if (SCardGetStatusChange(context.get(), 0, &state, 1) == SCARD_S_SUCCESS) {
      reader.card = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
      reader.exclusive = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0;
    }
    if (!reader.exclusive) reader.usb = place_of(context.get(), reader.name);
    readers.push_back(std::move(reader));
  }
  return readers;
}

}  // namespace uketsuke::gateway
