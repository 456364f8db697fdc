#include "models/card/file_content.h"

#include <algorithm>
#include <boost/assert.hpp>
#include <string_view>

#include "models/card/images.h"
#include "models/crypto/digest.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::size_t kSignatureSize = 256;

ByteView view_of(std::string_view text) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

Bytes object(std::uint16_t tag, ByteView value) {
  Bytes bytes;
  append_object(bytes, tag, value);
  return bytes;
}

void append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void append_padded(Bytes& bytes, std::string_view text, std::size_t width) {
  append(bytes, view_of(text));
  bytes.insert(bytes.end(), width - text.size(), ' ');
}

Bytes public_key(const ProfileData& data) {
  if (!data.card_key) return {};
  const auto encoded = crypto::encode_card_public_key(*data.card_key->public_key());
  return encoded ? *encoded : Bytes{};
}

Bytes signature_over(const ProfileData& data, ByteView covered) {
  if (!data.issuer.key) return Bytes(kSignatureSize, 0x00);
  const auto signature = data.issuer.key->sign_pkcs1(crypto::sha256_digest_info_of(covered));
  return signature ? *signature : Bytes(kSignatureSize, 0x00);
}

Bytes key_id(std::string_view number) {
  const auto id = crypto::make_key_id(number, "001");
  BOOST_ASSERT_MSG(id.has_value(), "key ids of the model are well formed");
  return Bytes(id->begin(), id->end());
}

// An outer object whose first object is a table with the offset of each field from the start of the
// file, two bytes each.
Bytes with_offsets(std::uint16_t outer, std::uint16_t table, const std::vector<Bytes>& fields) {
  std::size_t body = 3 + 2 * fields.size();  // the table: tag, length, offsets
  for (const Bytes& field : fields) body += field.size();
  const std::size_t header = 2 + (body < 0x80 ? 1 : body < 0x100 ? 2 : 3);

  Bytes offsets;
  std::size_t at = header + 3 + 2 * fields.size();
  for (const Bytes& field : fields) {
    offsets.push_back(static_cast<std::uint8_t>(at >> 8));
    offsets.push_back(static_cast<std::uint8_t>(at));
    at += field.size();
  }
  Bytes value = object(table, offsets);
  for (const Bytes& field : fields) append(value, field);
  return object(outer, value);
}

}  // namespace

void append_object(Bytes& bytes, std::uint16_t tag, ByteView value) {
  BOOST_ASSERT_MSG(value.size() <= 0xFFFF, "checked by make_profile");
  bytes.push_back(static_cast<std::uint8_t>(tag >> 8));
  bytes.push_back(static_cast<std::uint8_t>(tag));
  if (value.size() >= 0x100) {
    bytes.push_back(0x82);
    bytes.push_back(static_cast<std::uint8_t>(value.size() >> 8));
  } else if (value.size() >= 0x80) {
    bytes.push_back(0x81);
  }
  bytes.push_back(static_cast<std::uint8_t>(value.size()));
  append(bytes, value);
}

Bytes token_info() {
  Bytes bytes;
  append_padded(bytes, "JPKIAPICCTOKEN2", 32);  // label
  append_padded(bytes, "TEST", 32);             // manufacturer
  append_padded(bytes, "TEST", 16);             // model
  append_padded(bytes, "TEST", 16);             // serial number
  bytes.resize(160, 0x00);                      // flags, sizes, versions, time: not used
  return bytes;
}

Bytes certificate_availability(bool sign, bool auth) {
  const auto mark = [](bool present) -> std::uint8_t { return present ? 0x8F : 0x00; };
  return {mark(sign), mark(auth), 0x00};
}

Bytes age_record(const ProfileData& data) {
  Bytes value = object(0xDF11, view_of(data.birth_date));
  append_object(value, 0xDF12, public_key(data));
  append_object(value, 0xDF13, signature_over(data, value));
  return object(0xFF10, value);
}

Bytes card_face(const ProfileData& data) {
  const Bytes birth = object(0xDF22, view_of(data.birth_date));
  const Bytes sex = object(0xDF23, view_of(data.sex));
  const Bytes key = object(0xDF24, public_key(data));
  const Bytes name = object(0xDF25, encode_png(draw_text_marks(data.name, 256, 24)));
  const Bytes address = object(0xDF26, encode_png(draw_text_marks(data.address, 256, 48)));
  const Bytes photo = object(0xDF27, data.photo);

  Bytes digests;
  const auto add_digest = [&digests](std::initializer_list<const Bytes*> group) {
    Bytes joined;
    for (const Bytes* part : group) append(joined, *part);
    append(digests, crypto::sha256(joined));
  };
  add_digest({&birth, &sex, &key});
  add_digest({&name, &address});
  add_digest({&photo});
  const Bytes signature = object(0xDF28, signature_over(data, digests));
  const Bytes expiry = object(0xDF29, view_of(data.expiry));
  const Bytes code = object(0xDF2A, encode_png(draw_digits(data.security_code)));
  return with_offsets(0xFF20, 0xDF21,
                      {birth, sex, key, name, address, photo, signature, expiry, code});
}

Bytes face_basic_info(const ProfileData& data) {
  Bytes value = object(0xDF31, Bytes{0x06, 0x03, 0x0E, 0x01});
  append_object(value, 0xDF32, key_id("6000024"));
  append_object(value, 0xDF33, Bytes{0x01});
  append_object(value, 0xDF34, view_of(data.municipality));
  Bytes reference = key_id("6000024");
  reference.resize(16 + 256, 0x00);  // its meaning is not known
  append_object(value, 0xDF35, reference);
  return object(0xFF30, value);
}

Bytes personal_number_image(const ProfileData& data) {
  Bytes value = object(0xDF41, encode_png(draw_digits(data.personal_number)));
  append_object(value, 0xDF42, public_key(data));
  append_object(value, 0xDF43, signature_over(data, value));
  return object(0xFF40, value);
}

Bytes personal_number_text(const ProfileData& data) {
  Bytes bytes = object(0xFF10, view_of(data.personal_number));
  bytes.insert(bytes.end(), {0xFF, 0xFF});
  return bytes;
}

Bytes four_items(const ProfileData& data) {
  return with_offsets(
      0xFF20, 0xDF21,
      {object(0xDF22, view_of(data.name)), object(0xDF23, view_of(data.address)),
       object(0xDF24, view_of(data.birth_date)), object(0xDF25, view_of(data.sex))});
}

Bytes text_hashes(const ProfileData& data) {
  // The digest of the four items leaves out the offset table, that of the number takes the filler
  // in.
  Bytes items = object(0xDF22, view_of(data.name));
  append_object(items, 0xDF23, view_of(data.address));
  append_object(items, 0xDF24, view_of(data.birth_date));
  append_object(items, 0xDF25, view_of(data.sex));
  Bytes value = object(0xDF31, crypto::sha256(personal_number_text(data)));
  append_object(value, 0xDF32, crypto::sha256(items));
  append_object(value, 0xDF33, signature_over(data, value));
  return object(0xFF30, value);
}

Bytes text_basic_info() {
  Bytes value = object(0xDF41, Bytes{0x01, 0x03, 0x0E, 0x01});
  append_object(value, 0xDF42, key_id("6000034"));
  append_object(value, 0xDF43, Bytes(128, 0xFF));  // its meaning is not known
  return object(0xFF40, value);
}

Bytes session_public_key(const ProfileData& data) {
  const Bytes key = public_key(data);
  Bytes bytes = {0xA1, 0x82, static_cast<std::uint8_t>(key.size() >> 8),
                 static_cast<std::uint8_t>(key.size())};
  append(bytes, key);
  return bytes;
}

Bytes signed_public_key(const ProfileData& data) {
  Bytes value = object(0xDF51, public_key(data));
  append_object(value, 0xDF52, signature_over(data, value));
  return object(0xFF50, value);
}

Bytes common_record(const ProfileData& data) {
  Bytes record = {0x01, 0x1C};  // simple TLV
  append(record, view_of(data.serial));
  append(record, view_of(data.municipality));
  append(record, view_of(data.expiry));
  return record;
}

}  // namespace uketsuke::card
