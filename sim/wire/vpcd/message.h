// What the vpcd driver of a virtual reader (vsmartcard) and a card say to each other over TCP: a
// length of 16 bits, big-endian, and that many bytes. Source: vsmartcard, virtualsmartcard/doc
// (api.txt), and what was measured with pcscd 1.9.9. The driver listens, the card connects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::vpcd {

constexpr std::size_t kLengthSize = 2;
constexpr std::size_t kMaxPayload = 0xFFFF;
constexpr std::uint16_t kFirstPort = 0x8C7B;  // 35963, slot 0; slot 1 is the next one

// Driver to card, a payload of one byte. Only kGetAtr has an answer.
enum class Control : std::uint8_t {
  kPowerOff = 0,
  kPowerOn = 1,
  kReset = 2,
  kGetAtr = 4,
};
std::string_view to_string(Control control);

// Driver to card: a command APDU as a program sent it, right or not; has one answer. A single byte
// that is no Control is one, too: whoever sent it waits.
struct Apdu {
  Bytes bytes;
};
using Command = std::variant<Control, Apdu>;
std::string describe(const Command& command);  // "power on", "APDU 00a4..."

// Payload of a message of the driver. Error: kTooShort (empty).
Result<Command> decode_command(ByteView payload);

// The message with this payload, either way. Errors: kTooShort (the protocol has no empty message),
// kUnrepresentable (longer than kMaxPayload).
Result<Bytes> encode(ByteView payload);

// Makes payloads of what a stream brings in any pieces. Holds at most one message and what came
// with it. An empty message comes out as an empty payload.
class Deframer {
 public:
  void feed(ByteView bytes);
  std::optional<Bytes> next();
  // Bytes of a message that has not ended; 0: the stream may end here.
  std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  Bytes buffer_;
  std::size_t begin_ = 0;  // where the next message begins
};

}  // namespace uketsuke::wire::vpcd
