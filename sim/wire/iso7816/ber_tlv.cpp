#include "sim/wire/iso7816/ber_tlv.h"

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::size_t kMaxLength = 0xFFFFFF;

std::size_t tag_size(std::uint32_t tag) {
  if (tag > 0xFFFF) return 3;
  return tag > 0xFF ? 2 : 1;
}

// Tag bytes at the front; kBadValue for forms that 5.2.2.1 forbids.
Result<std::uint32_t> read_tag(ByteReader& reader) {
  const std::size_t start = reader.position();
  std::uint32_t tag = reader.read_u8("tag");
  if (!reader.ok()) return reader.error();
  if ((tag & 0x1F) != 0x1F) return tag;
  const std::uint8_t second = reader.read_u8("tag");
  if (!reader.ok()) return reader.error();
  tag = tag << 8 | second;
  if ((second & 0x80) == 0) {
    if (second < 0x1F) return DecodeError{DecodeErrc::kBadValue, start, "tag"};
    return tag;
  }
  if (second == 0x80) return DecodeError{DecodeErrc::kBadValue, start, "tag"};
  const std::uint8_t third = reader.read_u8("tag");
  if (!reader.ok()) return reader.error();
  if ((third & 0x80) != 0) return DecodeError{DecodeErrc::kReservedValue, start, "tag"};
  return tag << 8 | third;
}

Result<std::size_t> read_length(ByteReader& reader) {
  const std::size_t start = reader.position();
  const std::uint8_t first = reader.read_u8("length");
  if (!reader.ok()) return reader.error();
  if (first < 0x80) return std::size_t{first};
  const unsigned count = first & 0x7F;
  if (count < 1 || count > 4) return DecodeError{DecodeErrc::kReservedValue, start, "length"};
  std::size_t length = 0;
  for (unsigned i = 0; i < count; ++i) length = length << 8 | reader.read_u8("length");
  if (!reader.ok()) return reader.error();
  if (length > kMaxLength) return DecodeError{DecodeErrc::kReservedValue, start, "length"};
  return length;
}

std::optional<DecodeError> check_level(ByteView bytes, unsigned depth_left, std::size_t base) {
  TlvIterator objects(bytes);
  while (const auto object = objects.next()) {
    if (!object->constructed()) continue;
    const std::size_t offset = base + static_cast<std::size_t>(object->value.data() - bytes.data());
    if (depth_left == 0) return DecodeError{DecodeErrc::kTooLong, offset, "nesting"};
    if (auto error = check_level(object->value, depth_left - 1, offset)) return error;
  }
  if (!objects.error()) return std::nullopt;
  DecodeError error = *objects.error();
  error.offset += base;
  return error;
}

}  // namespace

bool Tlv::constructed() const { return ((tag >> (8 * (tag_size(tag) - 1))) & 0x20) != 0; }

Result<Tlv> read_tlv(ByteView bytes) {
  ByteReader reader(bytes);
  const auto tag = read_tag(reader);
  if (!tag) return tag.error();
  const auto length = read_length(reader);
  if (!length) return length.error();
  if (reader.left() < *length) {
    return DecodeError{DecodeErrc::kTooShort, bytes.size(), "value"};
  }
  Tlv tlv;
  tlv.tag = *tag;
  tlv.value = bytes.subspan(reader.position(), *length);
  tlv.size = reader.position() + *length;
  return tlv;
}

std::optional<Tlv> TlvIterator::next() {
  if (error_) return std::nullopt;
  while (position_ < bytes_.size() && (bytes_[position_] == 0x00 || bytes_[position_] == 0xFF)) {
    // FF is padding only where no object starts: private class tags FF xx are in use on the card
    // (facts 1.5), so FF followed by a tag number byte is an object.
    const bool object = bytes_[position_] == 0xFF && position_ + 1 < bytes_.size() &&
                        bytes_[position_ + 1] != 0xFF && bytes_[position_ + 1] != 0x00;
    if (object) break;
    ++position_;
  }
  if (position_ >= bytes_.size()) return std::nullopt;
  const auto tlv = read_tlv(bytes_.subspan(position_));
  if (!tlv) {
    error_ = tlv.error();
    error_->offset += position_;
    return std::nullopt;
  }
  position_ += tlv->size;
  return *tlv;
}

std::optional<Tlv> find_tlv(ByteView bytes, std::initializer_list<std::uint32_t> path) {
  std::optional<Tlv> found;
  for (const std::uint32_t tag : path) {
    TlvIterator objects(found ? found->value : bytes);
    found.reset();
    while (auto object = objects.next()) {
      if (object->tag != tag) continue;
      found = object;
      break;
    }
    if (!found) return std::nullopt;
  }
  return found;
}

std::optional<DecodeError> check_tlv(ByteView bytes, unsigned max_depth) {
  return check_level(bytes, max_depth, 0);
}

Result<Bytes> encode_tlv(std::uint32_t tag, ByteView value) {
  const std::size_t length = value.size();
  if (length > kMaxLength) return DecodeError{DecodeErrc::kUnrepresentable, 0, "length"};
  if (tag == 0 || tag > 0xFFFFFF) return DecodeError{DecodeErrc::kUnrepresentable, 0, "tag"};
  Bytes bytes;
  bytes.reserve(length + 7);
  for (std::size_t i = tag_size(tag); i-- > 0;) {
    bytes.push_back(static_cast<std::uint8_t>(tag >> (8 * i)));
  }
  ByteReader reader(bytes);
  const auto read_back = read_tag(reader);
  if (!read_back || *read_back != tag) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "tag"};
  }
  if (length < 0x80) {
    bytes.push_back(static_cast<std::uint8_t>(length));
  } else {
    const unsigned count = length > 0xFFFF ? 3 : length > 0xFF ? 2 : 1;
    bytes.push_back(static_cast<std::uint8_t>(0x80 | count));
    for (unsigned i = count; i-- > 0;) {
      bytes.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    }
  }
  bytes.insert(bytes.end(), value.begin(), value.end());
  return bytes;
}

TlvBuilder& TlvBuilder::add(std::uint32_t tag, ByteView value) {
  const auto object = encode_tlv(tag, value);
  if (!object) {
    if (!error_) error_ = object.error();
  } else {
    bytes_.insert(bytes_.end(), object->begin(), object->end());
  }
  return *this;
}

TlvBuilder& TlvBuilder::add(std::uint32_t tag, const TlvBuilder& nested) {
  if (!error_) error_ = nested.error_;
  return add(tag, nested.bytes_);
}

Result<Bytes> TlvBuilder::build() const {
  if (error_) return *error_;
  return bytes_;
}

}  // namespace uketsuke::wire::iso7816
