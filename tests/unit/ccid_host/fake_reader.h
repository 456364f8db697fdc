// A CCID function for tests of the host: answers at once, by simple rules that a test can replace.
// No model of a reader: it does what the test says, also what no reader may do.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/usb_device/device.h"
#include "sim/wire/ccid/class_request.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke {

inline wire::Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

class FakeReader : public usb_device::Function {
 public:
  usb_device::UsbActions handle(const usb_device::FunctionEvent& event) override {
    namespace ccid = wire::ccid;
    if (const auto* request = std::get_if<wire::usb::ControlRequest>(&event)) {
      const auto decoded = ccid::decode_class_request(request->setup);
      if (!decoded || !std::holds_alternative<ccid::Abort>(*decoded) || refuses_abort) {
        return {wire::usb::ControlStall{}};
      }
      log += "ABORT ";
      return {wire::usb::ControlStatus{}};
    }
    const auto* out = std::get_if<wire::usb::OutData>(&event);
    if (out == nullptr) return {};
    const auto command = ccid::decode_command(out->data);
    BOOST_REQUIRE(command.has_value());
    commands.push_back(wire::to_hex(out->data));
    log += short_name(out->data[0]) + " ";
    std::vector<wire::Bytes> answers;
    const std::optional<std::vector<wire::Bytes>> own = hook ? hook(*command) : std::nullopt;
    if (own) {
      answers = *own;
    } else {
      answers = {ccid::encode(answer(*command)).value()};
    }
    usb_device::UsbActions actions;
    for (wire::Bytes& bytes : answers) {
      actions.push_back(wire::usb::InData{0x82, std::move(bytes)});
    }
    return actions;
  }

  // Rules: a present card is powered on with `atr`; parameters are taken; XfrBlock goes to `card`.
  wire::ccid::ResponseMessage answer(const wire::ccid::CommandMessage& command) {
    namespace ccid = wire::ccid;
    const ccid::Header h = header_of(command);
    if (std::holds_alternative<ccid::PC_to_RDR_IccPowerOn>(command)) {
      if (!present) return data(h, {}, 0x42, 0xFE);
      active = true;
      return data(h, atr);
    }
    if (const auto* m = std::get_if<ccid::PC_to_RDR_XfrBlock>(&command)) {
      return data(h, card ? card(m->abData) : wire::Bytes{0x90, 0x00});
    }
    if (std::holds_alternative<ccid::PC_to_RDR_Secure>(command)) {
      return data(h, card ? card({}) : wire::Bytes{0x90, 0x00});
    }
    if (const auto* m = std::get_if<ccid::PC_to_RDR_SetParameters>(&command)) {
      return ccid::RDR_to_PC_Parameters{h.bSlot, h.bSeq,          icc(),
                                        0,       m->bProtocolNum, m->abProtocolDataStructure};
    }
    if (std::holds_alternative<ccid::PC_to_RDR_GetParameters>(command)) {
      ccid::ProtocolData parameters = ccid::ProtocolDataT1{};
      if (reader_protocol == 0) parameters = ccid::ProtocolDataT0{};
      return ccid::RDR_to_PC_Parameters{h.bSlot, h.bSeq, icc(), 0, reader_protocol, parameters};
    }
    if (std::holds_alternative<ccid::PC_to_RDR_IccPowerOff>(command)) active = false;
    return ccid::RDR_to_PC_SlotStatus{h.bSlot, h.bSeq, icc(), 0, 0};
  }
  wire::ccid::RDR_to_PC_DataBlock data(const wire::ccid::Header& h, wire::Bytes bytes) const {
    return {h.bSlot, h.bSeq, icc(), 0, 0, std::move(bytes)};
  }
  static wire::ccid::RDR_to_PC_DataBlock data(const wire::ccid::Header& h, wire::Bytes bytes,
                                              std::uint8_t bStatus, std::uint8_t bError) {
    return {h.bSlot, h.bSeq, bStatus, bError, 0, std::move(bytes)};
  }
  std::uint8_t icc() const { return present ? active ? 0 : 1 : 2; }

  static std::string short_name(std::uint8_t type) {
    switch (type) {
      case 0x61:
        return "SetParameters";
      case 0x62:
        return "On";
      case 0x63:
        return "Off";
      case 0x65:
        return "Status";
      case 0x69:
        return "Secure";
      case 0x6C:
        return "GetParameters";
      case 0x6F:
        return "Xfr";
      case 0x72:
        return "Abort";
      default:
        return "?";
    }
  }

  bool present = true, active = false, refuses_abort = false;
  wire::Bytes atr = hex("3be000ff8131fe4514");  // T=1, IFSC 254, BWI 4, CWI 5
  std::uint8_t reader_protocol = 1;
  std::function<wire::Bytes(const wire::Bytes&)> card;
  std::function<std::optional<std::vector<wire::Bytes>>(const wire::ccid::CommandMessage&)> hook;
  std::vector<std::string> commands;
  std::string log;
};

// Card side of T=1 without chaining: answers S(IFS) and every I-block with `response`.
struct T1Card {
  wire::Bytes response = {0x90, 0x00};
  bool sequence = false;
  wire::Bytes operator()(const wire::Bytes& bytes) {
    using namespace wire::iso7816;
    const auto block = decode_t1_block(bytes, Edc::kLrc);
    T1Block answer = T1Block::i_block(sequence, false, response);
    if (block && block->kind == T1Kind::kSupervisory) {
      answer = T1Block::s_block(block->supervisory, true, block->information);
      if (block->supervisory == T1Supervisory::kResynch) sequence = false;
    } else if (!block) {
      answer = T1Block::r_block(false, T1Error::kRedundancy);
    } else {
      sequence = !sequence;
    }
    return encode_t1_block(answer, Edc::kLrc).value();
  }
};

}  // namespace uketsuke
