#include "sim/gateway/pcsc_calls.h"

#include <reader.h>
#include <winscard.h>

#include <algorithm>

namespace uketsuke::gateway {
namespace {

using Code = PcscCalls::Code;
using Length = PcscCalls::Length;
using Buffer = PcscCalls::Buffer;

Code code(LONG answer) { return static_cast<Code>(answer); }

Code get_status_change(long context, Length timeout_ms, std::vector<PcscState>& states) {
  std::vector<SCARD_READERSTATE> raw(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    raw[i].szReader = states[i].reader.c_str();
    raw[i].dwCurrentState = states[i].current;
  }
  const DWORD timeout = timeout_ms == 0xFFFFFFFFU ? INFINITE : timeout_ms;
  const LONG answer = SCardGetStatusChange(context, timeout, raw.data(), raw.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i].event = static_cast<std::uint32_t>(raw[i].dwEventState);
    const std::size_t length = std::min<std::size_t>(raw[i].cbAtr, sizeof raw[i].rgbAtr);
    states[i].atr.assign(raw[i].rgbAtr, raw[i].rgbAtr + length);
  }
  return code(answer);
}

Code transmit(long card, Length protocol, const std::uint8_t* command, Length size,
              Buffer response, Length& length) {
  const SCARD_IO_REQUEST* request = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  return code(SCardTransmit(card, request, command, size, nullptr, response, &length));
}

}  // namespace

PcscCalls libpcsclite() {
  PcscCalls calls;
  calls.establish_context = [](long& context) {
    return code(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context));
  };
  calls.release_context = [](long context) { return code(SCardReleaseContext(context)); };
  calls.list_readers = [](long context, char* names, Length& length) {
    return code(SCardListReaders(context, nullptr, names, &length));
  };
  calls.connect = [](long context, const char* reader, Length share, Length protocols, long& card,
                     Length& active) {
    return code(SCardConnect(context, reader, share, protocols, &card, &active));
  };
  calls.reconnect = [](long card, Length share, Length protocols, Length how, Length& active) {
    return code(SCardReconnect(card, share, protocols, how, &active));
  };
  calls.disconnect = [](long card, Length how) { return code(SCardDisconnect(card, how)); };
  calls.begin_transaction = [](long card) { return code(SCardBeginTransaction(card)); };
  calls.end_transaction = [](long card, Length how) {
    return code(SCardEndTransaction(card, how));
  };
  calls.status = [](long card, char* name, Length& name_length, Length& state, Length& protocol,
                    Buffer atr, Length& atr_length) {
    return code(SCardStatus(card, name, &name_length, &state, &protocol, atr, &atr_length));
  };
  calls.get_status_change = get_status_change;
  calls.cancel = [](long context) { return code(SCardCancel(context)); };
  calls.transmit = transmit;
  calls.control = [](long card, Length number, const std::uint8_t* in, Length size, Buffer out,
                     Length room, Length& length) {
    return code(SCardControl(card, number, in, size, out, room, &length));
  };
  calls.get_attrib = [](long card, Length id, Buffer value, Length& length) {
    return code(SCardGetAttrib(card, id, value, &length));
  };
  return calls;
}

}  // namespace uketsuke::gateway
