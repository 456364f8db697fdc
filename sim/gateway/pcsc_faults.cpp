#include "sim/gateway/pcsc_faults.h"

#include <fmt/format.h>
#include <winscard.h>

namespace uketsuke::gateway {
namespace {

using wire::session::Failure;

struct Row {
  std::uint32_t code;
  const char* name;
  Failure failure;
  PcscLoss loss;
  const char* what;
};

#define UKETSUKE_PCSC(name) static_cast<std::uint32_t>(name), #name
constexpr Row kRows[] = {
    {UKETSUKE_PCSC(SCARD_E_NO_SERVICE), Failure::kNoReader, PcscLoss::kService,
     "pcscd does not run"},
    {UKETSUKE_PCSC(SCARD_E_SERVICE_STOPPED), Failure::kNoReader, PcscLoss::kService,
     "pcscd has stopped"},
    {UKETSUKE_PCSC(SCARD_E_INVALID_HANDLE), Failure::kNoReader, PcscLoss::kService,
     "pcscd no longer knows this program"},
    {UKETSUKE_PCSC(SCARD_F_COMM_ERROR), Failure::kCommunication, PcscLoss::kService,
     "the connection to pcscd broke"},
    {UKETSUKE_PCSC(SCARD_P_SHUTDOWN), Failure::kNoReader, PcscLoss::kService,
     "pcscd is shutting down"},
    {UKETSUKE_PCSC(SCARD_F_INTERNAL_ERROR), Failure::kCommunication, PcscLoss::kService,
     "pcscd or its library failed"},
    {UKETSUKE_PCSC(SCARD_E_SYSTEM_CANCELLED), Failure::kNoReader, PcscLoss::kService,
     "the system ended it"},
    {UKETSUKE_PCSC(SCARD_E_UNKNOWN_READER), Failure::kNoReader, PcscLoss::kCard,
     "the reader has gone"},
    {UKETSUKE_PCSC(SCARD_E_READER_UNAVAILABLE), Failure::kNoReader, PcscLoss::kCard,
     "the reader has gone"},
    {UKETSUKE_PCSC(SCARD_E_NO_READERS_AVAILABLE), Failure::kNoReader, PcscLoss::kCard,
     "there is no reader"},
    {UKETSUKE_PCSC(SCARD_E_NO_SMARTCARD), Failure::kNoCard, PcscLoss::kCard, "no card"},
    {UKETSUKE_PCSC(SCARD_W_REMOVED_CARD), Failure::kCardRemoved, PcscLoss::kCard,
     "the card was removed"},
    {UKETSUKE_PCSC(SCARD_W_UNRESPONSIVE_CARD), Failure::kCardMute, PcscLoss::kCard,
     "the card does not answer to reset"},
    {UKETSUKE_PCSC(SCARD_W_UNPOWERED_CARD), Failure::kNotConnected, PcscLoss::kCard,
     "the card has lost its power: another program, or pcscd, has switched it off"},
    {UKETSUKE_PCSC(SCARD_W_RESET_CARD), Failure::kNotConnected, PcscLoss::kCard,
     "another program has reset the card"},
    {UKETSUKE_PCSC(SCARD_W_UNSUPPORTED_CARD), Failure::kUnsupported, PcscLoss::kCard,
     "the reader cannot talk to this card"},
    {UKETSUKE_PCSC(SCARD_E_SHARING_VIOLATION), Failure::kBusy, PcscLoss::kNothing,
     "another program uses the card"},
    {UKETSUKE_PCSC(SCARD_E_SERVER_TOO_BUSY), Failure::kBusy, PcscLoss::kNothing,
     "pcscd has too many clients"},
    {UKETSUKE_PCSC(SCARD_E_NOT_READY), Failure::kCommunication, PcscLoss::kCard,
     "the reader is not ready"},
    {UKETSUKE_PCSC(SCARD_E_PROTO_MISMATCH), Failure::kUnsupported, PcscLoss::kCard,
     "another program has chosen another protocol"},
    {UKETSUKE_PCSC(SCARD_E_CARD_UNSUPPORTED), Failure::kUnsupported, PcscLoss::kCard,
     "the reader cannot talk to this card"},
    {UKETSUKE_PCSC(SCARD_E_READER_UNSUPPORTED), Failure::kUnsupported, PcscLoss::kCard,
     "pcscd cannot use this reader"},
    {UKETSUKE_PCSC(SCARD_E_UNSUPPORTED_FEATURE), Failure::kUnsupported, PcscLoss::kNothing,
     "the reader or its driver cannot do that"},
    {UKETSUKE_PCSC(SCARD_E_INSUFFICIENT_BUFFER), Failure::kUnsupported, PcscLoss::kNothing,
     "more bytes than there is room for"},
    {UKETSUKE_PCSC(SCARD_E_INVALID_PARAMETER), Failure::kUnsupported, PcscLoss::kNothing,
     "pcscd takes no such command"},
    {UKETSUKE_PCSC(SCARD_E_INVALID_VALUE), Failure::kUnsupported, PcscLoss::kNothing,
     "pcscd takes no such value"},
    {UKETSUKE_PCSC(SCARD_E_TIMEOUT), Failure::kTimeOut, PcscLoss::kNothing, "time-out"},
    {UKETSUKE_PCSC(SCARD_F_WAITED_TOO_LONG), Failure::kTimeOut, PcscLoss::kCard, "time-out"},
    {UKETSUKE_PCSC(SCARD_E_COMM_DATA_LOST), Failure::kCommunication, PcscLoss::kCard,
     "data were lost between reader and card"},
    {UKETSUKE_PCSC(SCARD_E_NOT_TRANSACTED), Failure::kCommunication, PcscLoss::kNothing,
     "the exchange with the card failed"},
    {UKETSUKE_PCSC(SCARD_E_CANCELLED), Failure::kCommunication, PcscLoss::kNothing, "cancelled"},
    {UKETSUKE_PCSC(SCARD_E_NO_MEMORY), Failure::kCommunication, PcscLoss::kNothing,
     "pcscd has no memory left"},
    {UKETSUKE_PCSC(SCARD_W_SECURITY_VIOLATION), Failure::kBusy, PcscLoss::kService,
     "pcscd does not let this user in (polkit)"},
    {UKETSUKE_PCSC(SCARD_E_NO_ACCESS), Failure::kBusy, PcscLoss::kService,
     "pcscd does not let this user in"},
};
#undef UKETSUKE_PCSC

const Row* find(std::int64_t code) {
  for (const Row& row : kRows)
    if (row.code == static_cast<std::uint32_t>(code)) return &row;
  return nullptr;
}

}  // namespace

std::string pcsc_name(std::int64_t code) {
  const Row* row = find(code);
  return row != nullptr ? row->name : fmt::format("{:08x}", static_cast<std::uint32_t>(code));
}

PcscFault pcsc_fault(const char* call, std::int64_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  const Row* row = find(code);
  // What is not known is no reason to go on as if the card were there.
  if (row == nullptr)
    return {Failure::kCommunication, PcscLoss::kCard, fmt::format("{}: {:08x}", call, number)};
  return {row->failure, row->loss,
          fmt::format("{}: {} ({:08x}): {}", call, row->name, number, row->what)};
}

RouteFailed no_pcscd(const std::string& what) {
  return {fmt::format("pcscd につながりません ({})。sudo systemctl start pcscd.socket を実行する"
                      "か、pcscd を入れてください (Debian: sudo apt install pcscd libccid)",
                      what),
          fmt::format("pcscd cannot be reached ({}): run sudo systemctl start pcscd.socket, or "
                      "install it (Debian: sudo apt install pcscd libccid)",
                      what)};
}

RouteFailed pcscd_hangs(const std::string& reader) {
  return {fmt::format("pcscd が {} について答えなくなりました。リーダーを挿し直し、sudo systemctl "
                      "restart pcscd を実行してください",
                      reader),
          fmt::format("pcscd does not answer any more about {}: plug the reader in again and run "
                      "sudo systemctl restart pcscd",
                      reader)};
}

RouteFailed no_such_pcsc_reader(const std::string& wanted, const std::string& there) {
  return {fmt::format("pcscd に「{}」で始まる名前のリーダーがありません。あるもの: {}。接続を確かめ、"
                      "uketsuke readers で名前を見てください",
                      wanted, there.empty() ? "なし" : there),
          fmt::format("pcscd has no reader whose name begins with \"{}\"; there is: {}. Check the "
                      "plug; `uketsuke readers` lists the names",
                      wanted, there.empty() ? "none" : there)};
}

RouteFailed several_pcsc_readers(const std::string& wanted, const std::string& matching) {
  return {fmt::format("「{}」で始まる名前のリーダーがいくつもあります: {}。名前を全部書いてください",
                      wanted, matching),
          fmt::format("several readers begin with \"{}\": {}. Give the whole name", wanted,
                      matching)};
}

}  // namespace uketsuke::gateway
