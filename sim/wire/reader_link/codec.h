// Bytes of the reader link (protocol of our own, A-18): RFC 1662 HDLC-like framing (flag 7E, escape
// 7D, FCS-16, no address and control field), and in each frame one CBOR map (RFC 8949)
//   {"k": "request" | "response" | "event", "s": seq, "n": name of the message, "b": {fields}}.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/reader_link/message.h"

namespace uketsuke::wire::reader_link {

inline constexpr std::size_t kMaxPayload = 64 * 1024;  // bytes of a frame without FCS, unescaped
inline constexpr std::uint8_t kFlag = 0x7E, kEscape = 0x7D;  // RFC 1662, 3.1 and 4.2

std::string_view to_string(Kind kind);
std::string_view name_of(const Body& body);  // "hello", "set_mode", ... as on the wire

// A whole frame: flag, escaped payload and FCS, flag. kUnrepresentable: text that is no UTF-8 or a
// payload over kMaxPayload.
Result<Bytes> encode(const Message& message);
// The payload of one frame (unescaped, FCS removed). kBadValue: no CBOR, or a field of the wrong
// type or outside its range; kTooShort: a field is missing; kUnknownType: name; kReservedValue: an
// enumerator that is not listed. Fields that are not known are ignored (later versions may add
// some).
Result<Message> decode(ByteView payload);

// CBOR alone, without framing.
Result<Bytes> encode_payload(const Message& message);
Bytes frame(ByteView payload);

// FCS-16 of RFC 1662, C.2 (as transmitted: complemented, sent low byte first).
std::uint16_t fcs16(ByteView bytes);

// One line; passcode and verification number appear as ***, the photo as its length.
std::string describe(const Message& message);

enum class FrameErrc { kBadFcs, kTooShort, kTooLong, kAborted };
std::string_view to_string(FrameErrc code);
struct FrameError {
  FrameErrc code = FrameErrc::kBadFcs;
  std::size_t length = 0;  // bytes between the flags, unescaped
};
struct Frame {
  Bytes payload;
};
using Deframed = std::variant<Frame, FrameError>;

// Cuts a byte stream into frames. Anything between two flags that is no frame gives one FrameError;
// the flag that ends it also begins the next frame, so an error never costs a second frame. Bytes
// before the first flag are noise: one kBadFcs (or kTooShort) when the flag comes. Holds at most
// kMaxPayload
// + 2 bytes. An empty frame (two flags in a row) is silence, not an error (RFC 1662, 3.1).
class Deframer {
 public:
  std::vector<Deframed> take(ByteView bytes);
  void reset();
  // Bytes have come since the last flag: a frame is under way (or noise).
  bool open() const { return length_ != 0 || escaped_; }

 private:
  void finish(std::vector<Deframed>& out);
  Bytes buffer_;
  std::size_t length_ = 0;  // unescaped bytes since the flag, also those that were not kept
  bool escaped_ = false;
};

}  // namespace uketsuke::wire::reader_link
