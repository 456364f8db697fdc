#include "sim/wire/vpcd/message.h"

namespace uketsuke::wire::vpcd {

std::string_view to_string(Control control) {
  switch (control) {
    case Control::kPowerOff:
      return "power off";
    case Control::kPowerOn:
      return "power on";
    case Control::kReset:
      return "reset";
    case Control::kGetAtr:
      return "get ATR";
  }
  return "?";
}

std::string describe(const Command& command) {
  if (const auto* control = std::get_if<Control>(&command)) return std::string(to_string(*control));
  return "APDU " + to_hex(std::get<Apdu>(command).bytes);
}

Result<Command> decode_command(ByteView payload) {
  if (payload.empty()) return DecodeError{DecodeErrc::kTooShort, 0, "payload"};
  if (payload.size() == 1) {
    switch (const auto control = static_cast<Control>(payload[0])) {
      case Control::kPowerOff:
      case Control::kPowerOn:
      case Control::kReset:
      case Control::kGetAtr:
        return Command{control};
    }
  }
  return Command{Apdu{to_bytes(payload)}};
}

Result<Bytes> encode(ByteView payload) {
  if (payload.empty()) return DecodeError{DecodeErrc::kTooShort, 0, "payload"};
  if (payload.size() > kMaxPayload) return DecodeError{DecodeErrc::kUnrepresentable, 0, "length"};
  ByteWriter writer;
  writer.write_u16be(static_cast<std::uint16_t>(payload.size()));
  writer.write_bytes(payload);
  return writer.take();
}

void Deframer::feed(ByteView bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Bytes> Deframer::next() {
  ByteReader reader(ByteView(buffer_).subspan(begin_));
  const std::size_t length = reader.read_u16be("length");
  Bytes payload = reader.read_bytes(length, "payload");
  if (!reader.ok()) return std::nullopt;
  begin_ += kLengthSize + length;
  return payload;
}

}  // namespace uketsuke::wire::vpcd
