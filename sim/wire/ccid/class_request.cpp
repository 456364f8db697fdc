#include "sim/wire/ccid/class_request.h"

#include <fmt/format.h>

namespace uketsuke::wire::ccid {
namespace {

constexpr std::uint8_t kToInterface = 0x21;    // host to device, class, interface
constexpr std::uint8_t kFromInterface = 0xA1;  // device to host, class, interface

}  // namespace

std::string to_string(bRequest request) {
  switch (request) {
    case bRequest::kABORT: return "ABORT";
    case bRequest::kGET_CLOCK_FREQUENCIES: return "GET_CLOCK_FREQUENCIES";
    case bRequest::kGET_DATA_RATES: return "GET_DATA_RATES";
  }
  return fmt::format("bRequest {:02X}", static_cast<unsigned>(request));
}

Result<ClassRequest> decode_class_request(const usb::SetupPacket& setup) {
  const auto request = static_cast<bRequest>(setup.bRequest);
  const bool abort = request == bRequest::kABORT;
  const bool list =
      request == bRequest::kGET_CLOCK_FREQUENCIES || request == bRequest::kGET_DATA_RATES;
  if (!abort && !list) return DecodeError{DecodeErrc::kUnknownType, 1, "bRequest"};
  if (setup.bmRequestType != (abort ? kToInterface : kFromInterface)) {
    return DecodeError{DecodeErrc::kUnknownType, 0, "bmRequestType"};
  }
  if (abort) {
    if (setup.wLength != 0) return DecodeError{DecodeErrc::kBadValue, 6, "wLength"};
    return ClassRequest{Abort{static_cast<std::uint8_t>(setup.wValue),
                              static_cast<std::uint8_t>(setup.wValue >> 8), setup.wIndex}};
  }
  if (setup.wValue != 0) return DecodeError{DecodeErrc::kBadValue, 2, "wValue"};
  if (request == bRequest::kGET_CLOCK_FREQUENCIES) {
    return ClassRequest{GetClockFrequencies{setup.wIndex, setup.wLength}};
  }
  return ClassRequest{GetDataRates{setup.wIndex, setup.wLength}};
}

usb::SetupPacket encode(const ClassRequest& request) {
  usb::SetupPacket setup;
  if (const auto* abort = std::get_if<Abort>(&request)) {
    setup.bmRequestType = kToInterface;
    setup.bRequest = static_cast<std::uint8_t>(bRequest::kABORT);
    setup.wValue = static_cast<std::uint16_t>(abort->bSeq << 8 | abort->bSlot);
    setup.wIndex = abort->interface;
    return setup;
  }
  setup.bmRequestType = kFromInterface;
  if (const auto* clocks = std::get_if<GetClockFrequencies>(&request)) {
    setup.bRequest = static_cast<std::uint8_t>(bRequest::kGET_CLOCK_FREQUENCIES);
    setup.wIndex = clocks->interface;
    setup.wLength = clocks->wLength;
  } else {
    const auto& rates = std::get<GetDataRates>(request);
    setup.bRequest = static_cast<std::uint8_t>(bRequest::kGET_DATA_RATES);
    setup.wIndex = rates.interface;
    setup.wLength = rates.wLength;
  }
  return setup;
}

std::string describe(const ClassRequest& request) {
  if (const auto* abort = std::get_if<Abort>(&request)) {
    return fmt::format("ABORT slot={} seq={} interface={}", abort->bSlot, abort->bSeq,
                       abort->interface);
  }
  if (const auto* clocks = std::get_if<GetClockFrequencies>(&request)) {
    return fmt::format("GET_CLOCK_FREQUENCIES interface={} length={}", clocks->interface,
                       clocks->wLength);
  }
  const auto& rates = std::get<GetDataRates>(request);
  return fmt::format("GET_DATA_RATES interface={} length={}", rates.interface, rates.wLength);
}

Result<std::vector<std::uint32_t>> decode_dword_list(ByteView bytes) {
  if (bytes.size() % 4 != 0) {
    return DecodeError{DecodeErrc::kLengthMismatch, bytes.size(), "list of DWORDs"};
  }
  ByteReader in(bytes);
  std::vector<std::uint32_t> values;
  values.reserve(bytes.size() / 4);
  while (in.left() != 0) values.push_back(in.read_u32le("list of DWORDs"));
  return values;
}

Bytes encode_dword_list(const std::vector<std::uint32_t>& values) {
  ByteWriter out;
  for (const std::uint32_t value : values) out.write_u32le(value);
  return out.take();
}

}  // namespace uketsuke::wire::ccid
