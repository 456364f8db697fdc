#include "sim/gateway/pcsc_session.h"

#include <reader.h>
#include <winscard.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

namespace uketsuke::gateway {
namespace {

using namespace wire::session;

constexpr std::size_t kLongestCommand = 4 + 3 + 65535 + 3;  // ISO/IEC 7816-3:2006, 12.1.3
constexpr auto kNoticed = std::chrono::milliseconds(500);
constexpr int kMostGetResponses = 600;  // each gives up to 256 bytes of at most 65536

DWORD disposition_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::kLeave: return SCARD_LEAVE_CARD;
    case Disposition::kReset: return SCARD_RESET_CARD;
    case Disposition::kUnpower: break;
  }
  return SCARD_UNPOWER_CARD;
}

// PC/SC Part 10, 2.2: tag, length, control code (big endian). 0: the reader has no such feature.
std::uint32_t control_code(long card, std::uint8_t feature) {
  std::array<std::uint8_t, 256> answer{};
  DWORD length = 0;
  if (SCardControl(card, CM_IOCTL_GET_FEATURE_REQUEST, nullptr, 0, answer.data(), answer.size(),
                   &length) != SCARD_S_SUCCESS) {
    return 0;
  }
  wire::ByteReader reader(wire::ByteView(answer.data(), std::min<std::size_t>(length, 256)));
  while (reader.left() >= 2) {
    const std::uint8_t tag = reader.read_u8("tag");
    const wire::Bytes value = reader.read_bytes(reader.read_u8("length"), "value");
    if (tag == feature && value.size() == 4)
      return wire::ByteReader(value).read_u32be("control code");
  }
  return 0;
}

// SCardGetAttrib; empty: there is none.
wire::Bytes attribute(long card, unsigned long id) {
  std::array<std::uint8_t, 256> value{};
  DWORD length = value.size();
  if (SCardGetAttrib(card, id, value.data(), &length) != SCARD_S_SUCCESS) return {};
  return {value.begin(), value.begin() + std::min<DWORD>(length, value.size())};
}

std::uint32_t little_endian(const wire::Bytes& bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 4); i-- > 0;)
    value = value << 8 | bytes[i];
  return value;
}

}  // namespace

Event PcscSession::perform(const Request& request, const std::string& reader) {
  if (const auto* command = std::get_if<Transmit>(&request)) return transmit(command->command);
  if (std::holds_alternative<Connect>(request)) return connect(reader);
  if (const auto* kind = std::get_if<Reset>(&request)) return reset(kind->kind);
  if (const auto* leave = std::get_if<Disconnect>(&request)) return disconnect(leave->disposition);
  return Failed{0, Failure::kUnsupported, "no PIN entry on a reader behind PC/SC"};
}

Event PcscSession::failed(const char* call, long code) {
  PcscFault fault = pcsc_fault(call, code);
  removed_ = fault.failure == Failure::kCardRemoved;
  if (fault.loss != PcscLoss::kNothing && card_ != 0) {
    SCardDisconnect(card_, SCARD_LEAVE_CARD);
    card_ = 0;
  }
  if (fault.loss == PcscLoss::kService) close();
  return Failed{0, fault.failure, std::move(fault.what)};
}

void PcscSession::close() {
  if (card_ != 0) SCardDisconnect(std::exchange(card_, 0), SCARD_UNPOWER_CARD);
  if (context_ != 0) SCardReleaseContext(std::exchange(context_, 0));
}

Event PcscSession::connect(const std::string& reader) {
  removed_ = false;
  if (card_ != 0) {
    Event answer = connected();
    if (std::holds_alternative<Connected>(answer)) return answer;
  }
  if (context_ == 0) {
    const long code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_);
    if (code != SCARD_S_SUCCESS) {
      context_ = 0;
      return failed("SCardEstablishContext", code);
    }
  }
  const long code = SCardConnect(context_, reader.c_str(),
                                 exclusive_ ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED,
                                 SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card_, &protocol_);
  if (code != SCARD_S_SUCCESS) {
    card_ = 0;
    return failed("SCardConnect", code);
  }
  return connected();
}

Event PcscSession::connected() {
  std::array<std::uint8_t, MAX_ATR_SIZE> atr{};
  DWORD length = atr.size(), state = 0, protocol = 0, name_length = 0;
  const long code =
      SCardStatus(card_, nullptr, &name_length, &state, &protocol, atr.data(), &length);
  if (code != SCARD_S_SUCCESS) return failed("SCardStatus", code);
  return Connected{0, wire::Bytes(atr.begin(), atr.begin() + std::min<DWORD>(length, atr.size())),
                   protocol_ == SCARD_PROTOCOL_T0 ? Protocol::kT0 : Protocol::kT1};
}

long PcscSession::exchange(const wire::Bytes& command, wire::Bytes& response) {
  const SCARD_IO_REQUEST request{protocol_, sizeof(SCARD_IO_REQUEST)};
  response.resize(MAX_BUFFER_SIZE_EXTENDED);
  DWORD length = response.size();
  const long code = SCardTransmit(card_, &request, command.data(), command.size(), nullptr,
                                  response.data(), &length);
  response.resize(code == SCARD_S_SUCCESS ? std::min<std::size_t>(length, response.size()) : 0);
  return code;
}

// An exchange that failed because card or reader left is told before pcscd has noticed it.
long PcscSession::reason_of(long code) {
  const auto until = std::chrono::steady_clock::now() + kNoticed;
  while (code == SCARD_E_NOT_TRANSACTED && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kNoticed / 10);
    DWORD state = 0, protocol = 0, length = 0, no_name = 0;
    const long now = SCardStatus(card_, nullptr, &no_name, &state, &protocol, nullptr, &length);
    if (now != SCARD_S_SUCCESS) return now;
  }
  return code;
}

Event PcscSession::transmit(const wire::Bytes& command) {
  if (card_ == 0) {
    return Failed{0, removed_ ? Failure::kCardRemoved : Failure::kNotConnected, "not connected"};
  }
  if (command.size() < 4 || command.size() > kLongestCommand)
    return Failed{0, Failure::kUnsupported, "no command APDU"};
  wire::Bytes part, data;
  wire::Bytes next = command;
  for (int round = 0; round < kMostGetResponses; ++round) {
    if (const long code = exchange(next, part); code != SCARD_S_SUCCESS)
      return failed("SCardTransmit", reason_of(code));
    if (part.size() < 2) return Failed{0, Failure::kCommunication, "a response without SW1 SW2"};
    const std::uint8_t sw1 = part[part.size() - 2], sw2 = part.back();
    const bool t0 = protocol_ == SCARD_PROTOCOL_T0;
    if (t0 && sw1 == 0x6C && part.size() == 2 && next.size() == 5) {
      next[4] = sw2;
      continue;
    }
    if (!t0 || sw1 != 0x61) {
      data.insert(data.end(), part.begin(), part.end());
      return Response{0, std::move(data)};
    }
    data.insert(data.end(), part.begin(), part.end() - 2);
    next = {static_cast<std::uint8_t>(command[0] & 0x03), 0xC0, 0x00, 0x00, sw2};
  }
  return Failed{0, Failure::kCommunication, "the card has more to say than an APDU holds"};
}

Event PcscSession::reset(Disposition kind) {
  if (card_ == 0) {
    return Failed{0, removed_ ? Failure::kCardRemoved : Failure::kNotConnected, "not connected"};
  }
  if (kind == Disposition::kLeave) return connected();
  const long code = SCardReconnect(card_, exclusive_ ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED,
                                   SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, disposition_of(kind),
                                   &protocol_);
  if (code != SCARD_S_SUCCESS) return failed("SCardReconnect", code);
  return connected();
}

Event PcscSession::disconnect(Disposition disposition) {
  removed_ = false;
  // A card or reader that has gone is as disconnected as can be.
  if (card_ != 0) SCardDisconnect(std::exchange(card_, 0), disposition_of(disposition));
  return Disconnected{0};
}

long pcsc_reader_names(long context, std::vector<std::string>& names) {
  names.clear();
  DWORD length = 0;
  long code = SCardListReaders(context, nullptr, nullptr, &length);
  if (code == SCARD_E_NO_READERS_AVAILABLE) return SCARD_S_SUCCESS;
  if (code != SCARD_S_SUCCESS) return code;
  std::string list(length + 2, '\0');  // one may come meanwhile: then the next look tells
  length = list.size();
  code = SCardListReaders(context, nullptr, list.data(), &length);
  if (code == SCARD_E_NO_READERS_AVAILABLE || code == SCARD_E_INSUFFICIENT_BUFFER)
    return SCARD_S_SUCCESS;
  if (code != SCARD_S_SUCCESS) return code;
  for (std::size_t at = 0; at < list.size() && list[at] != '\0';) {
    names.emplace_back(list.c_str() + at);
    at += names.back().size() + 1;
  }
  return SCARD_S_SUCCESS;
}

void ask_properties(long context, PcscProperties& reader) {
  long card = 0;
  DWORD protocol = 0;
  if (SCardConnect(context, reader.name.c_str(), SCARD_SHARE_DIRECT, 0, &card, &protocol) !=
      SCARD_S_SUCCESS) {
    return;  // somebody has it alone
  }
  // libccid gives bcdDevice as the major and minor version.
  reader.bcdDevice = static_cast<std::uint16_t>(
      little_endian(attribute(card, SCARD_ATTR_VENDOR_IFD_VERSION)) >> 16);
  const wire::Bytes serial = attribute(card, SCARD_ATTR_VENDOR_IFD_SERIAL_NO);
  reader.serial.assign(serial.begin(), std::find(serial.begin(), serial.end(), 0));
  reader.pin_pad = control_code(card, FEATURE_VERIFY_PIN_DIRECT) != 0;
  if (const std::uint32_t code = control_code(card, FEATURE_GET_TLV_PROPERTIES); code != 0) {
    std::array<std::uint8_t, 256> answer{};
    DWORD length = 0;
    if (SCardControl(card, code, nullptr, 0, answer.data(), answer.size(), &length) ==
        SCARD_S_SUCCESS) {
      wire::ByteReader tlv(wire::ByteView(answer.data(), std::min<std::size_t>(length, 256)));
      while (tlv.left() >= 2) {
        const std::uint8_t tag = tlv.read_u8("tag");
        const wire::Bytes value = tlv.read_bytes(tlv.read_u8("length"), "value");
        const std::uint32_t number = little_endian(value);
        if (tag == PCSCv2_PART10_PROPERTY_wIdVendor)
          reader.idVendor = static_cast<std::uint16_t>(number);
        if (tag == PCSCv2_PART10_PROPERTY_wIdProduct)
          reader.idProduct = static_cast<std::uint16_t>(number);
        if (tag == PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize)
          reader.exchange_level = number > 256 ? "extended APDU" : "short APDU";
      }
    }
  }
  SCardDisconnect(card, SCARD_LEAVE_CARD);
}

}  // namespace uketsuke::gateway
