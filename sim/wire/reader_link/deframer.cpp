#include <boost/crc.hpp>

#include "sim/wire/reader_link/codec.h"

namespace uketsuke::wire::reader_link {
namespace {

constexpr std::uint8_t kEscapeXor = 0x20;  // RFC 1662, 4.2
constexpr std::size_t kFcsLength = 2;

void append_escaped(Bytes& out, std::uint8_t byte) {
  if (byte == kFlag || byte == kEscape) {
    out.push_back(kEscape);
    byte ^= kEscapeXor;
  }
  out.push_back(byte);
}

}  // namespace

std::uint16_t fcs16(ByteView bytes) {
  boost::crc_optimal<16, 0x1021, 0xFFFF, 0xFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

Bytes frame(ByteView payload) {
  Bytes out;
  out.reserve(payload.size() + payload.size() / 16 + 8);
  out.push_back(kFlag);
  for (const std::uint8_t byte : payload) append_escaped(out, byte);
  const std::uint16_t fcs = fcs16(payload);
  append_escaped(out, static_cast<std::uint8_t>(fcs));
  append_escaped(out, static_cast<std::uint8_t>(fcs >> 8));
  out.push_back(kFlag);
  return out;
}

std::string_view to_string(FrameErrc code) {
  switch (code) {
    case FrameErrc::kBadFcs:
      return "frame check sequence does not match";
    case FrameErrc::kTooShort:
      return "frame too short";
    case FrameErrc::kTooLong:
      return "frame too long";
    case FrameErrc::kAborted:
      return "frame aborted by its sender";
  }
  return "?";
}

std::vector<Deframed> Deframer::take(ByteView bytes) {
  std::vector<Deframed> out;
  for (std::uint8_t byte : bytes) {
    if (byte == kFlag) {
      finish(out);
      continue;
    }
    if (byte == kEscape && !escaped_) {
      escaped_ = true;
      continue;
    }
    if (escaped_) byte ^= kEscapeXor;
    escaped_ = false;
    ++length_;
    if (buffer_.size() < kMaxPayload + kFcsLength) buffer_.push_back(byte);
  }
  return out;
}

void Deframer::finish(std::vector<Deframed>& out) {
  if (escaped_) {
    out.push_back(FrameError{FrameErrc::kAborted, length_});
  } else if (length_ > kMaxPayload + kFcsLength) {
    out.push_back(FrameError{FrameErrc::kTooLong, length_});
  } else if (length_ > 0 && length_ <= kFcsLength) {
    out.push_back(FrameError{FrameErrc::kTooShort, length_});
  } else if (length_ > 0) {
    const std::size_t end = length_ - kFcsLength;
    const int fcs = buffer_[end] | buffer_[end + 1] << 8;
    buffer_.resize(end);
    if (fcs == fcs16(buffer_)) {
      out.push_back(Frame{std::move(buffer_)});
    } else {
      out.push_back(FrameError{FrameErrc::kBadFcs, length_});
    }
  }
  reset();
}

void Deframer::reset() {
  buffer_.clear();
  length_ = 0;
  escaped_ = false;
}

}  // namespace uketsuke::wire::reader_link
