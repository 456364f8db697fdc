#include "models/crypto/cv_certificate.h"

#include <algorithm>

namespace uketsuke::crypto {

using wire::Bytes;
using wire::ByteView;
using wire::DecodeErrc;
using wire::DecodeError;
using wire::Result;

namespace {

constexpr std::uint16_t kCertificateTag = 0x7F21;
constexpr std::uint16_t kBodyTag = 0x5F4E;
constexpr std::uint16_t kSignatureTag = 0x5F37;
constexpr std::size_t kKeySize = 265;
constexpr std::size_t kBodySize = 16 + 16 + kKeySize;
constexpr std::size_t kModulusSize = 256;
constexpr std::array<std::uint8_t, 9> kKeyHeader = {0x90, 0x03, 0x01, 0x00, 0x01,
                                                    0x91, 0x82, 0x01, 0x00};

bool is_digit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }

void append(Bytes& bytes, std::uint16_t tag, ByteView value) {
  bytes.push_back(static_cast<std::uint8_t>(tag >> 8));
  bytes.push_back(static_cast<std::uint8_t>(tag));
  bytes.push_back(0x82);
  bytes.push_back(static_cast<std::uint8_t>(value.size() >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value.size()));
  bytes.insert(bytes.end(), value.begin(), value.end());
}

// One object with a tag of two bytes; the length as one byte or as 81 nn or 82 nnnn.
Bytes read_object(wire::ByteReader& reader, std::uint16_t tag, std::string_view field) {
  if (reader.read_u16be(field) != tag && reader.ok()) reader.fail(DecodeErrc::kUnknownType, field);
  std::size_t size = reader.read_u8(field);
  if (size == 0x81) {
    size = reader.read_u8(field);
  } else if (size == 0x82) {
    size = reader.read_u16be(field);
  } else if (size >= 0x80) {
    reader.fail(DecodeErrc::kReservedValue, field);
  }
  if (!reader.ok()) return {};
  if (size > reader.left()) reader.fail(DecodeErrc::kLengthMismatch, field);
  return reader.ok() ? reader.read_bytes(size, field) : Bytes{};
}

Result<CvCertificate> decode_contents(wire::ByteReader& reader) {
  CvCertificate certificate;
  certificate.body = read_object(reader, kBodyTag, "5F4E");
  if (reader.ok() && certificate.body.size() != kBodySize) {
    reader.fail(DecodeErrc::kBadValue, "5F4E");
  }
  certificate.signature = read_object(reader, kSignatureTag, "5F37");
  if (reader.ok() && certificate.signature.size() != kModulusSize) {
    reader.fail(DecodeErrc::kBadValue, "5F37");
  }
  if (reader.ok() && reader.left() != 0) reader.fail(DecodeErrc::kTooLong, "7F21");
  if (!reader.ok()) return reader.error();

  const Bytes& body = certificate.body;
  std::copy_n(body.begin(), 16, certificate.issuer.begin());
  std::copy_n(body.begin() + 16, 16, certificate.subject.begin());
  if (!std::equal(kKeyHeader.begin(), kKeyHeader.end(), body.begin() + 32)) {
    return DecodeError{DecodeErrc::kBadValue, 32, "public key"};
  }
  auto key = RsaPublicKey::from_numbers(ByteView(body).subspan(32 + kKeyHeader.size()),
                                        ByteView(kKeyHeader).subspan(2, 3));
  if (!key) return key.error();
  certificate.key = *key;
  return certificate;
}

}  // namespace

Result<KeyId> make_key_id(std::string_view number, std::string_view group) {
  if (number.size() != 7 || group.size() != 3 ||
      !std::all_of(number.begin(), number.end(), is_digit) ||
      !std::all_of(group.begin(), group.end(), is_digit)) {
    return DecodeError{DecodeErrc::kBadValue, 0, "key id"};
  }
  KeyId id{};
  std::copy(number.begin(), number.end(), id.begin());
  id[7] = 0x08;
  id[8] = 0x05;
  std::copy(group.begin(), group.end(), id.begin() + 9);
  return id;
}

std::string to_string(const KeyId& id) {
  std::string text;
  const auto digit = [](std::uint8_t byte) {
    return is_digit(byte) ? static_cast<char>(byte) : '?';
  };
  for (std::size_t i = 0; i < 7; ++i) text += digit(id[i]);
  text += '/';
  for (std::size_t i = 9; i < 12; ++i) text += digit(id[i]);
  return text;
}

Result<Bytes> encode_card_public_key(const RsaPublicKey& key) {
  if (key.modulus().size() != kModulusSize || key.exponent() != Bytes{0x01, 0x00, 0x01}) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "public key"};
  }
  Bytes bytes(kKeyHeader.begin(), kKeyHeader.end());
  bytes.insert(bytes.end(), key.modulus().begin(), key.modulus().end());
  return bytes;
}

Result<CvCertificate> decode_cv_certificate(ByteView bytes) {
  wire::ByteReader reader(bytes);
  if (bytes.size() < 2 || bytes[0] != kCertificateTag >> 8 ||
      bytes[1] != (kCertificateTag & 0xFF)) {
    return decode_contents(reader);
  }
  const Bytes contents = read_object(reader, kCertificateTag, "7F21");
  if (reader.ok() && reader.left() != 0) reader.fail(DecodeErrc::kTooLong, "7F21");
  if (!reader.ok()) return reader.error();
  wire::ByteReader inner(contents);
  return decode_contents(inner);
}

Bytes encode(const CvCertificate& certificate) {
  Bytes contents;
  append(contents, kBodyTag, certificate.body);
  append(contents, kSignatureTag, certificate.signature);
  Bytes bytes;
  append(bytes, kCertificateTag, contents);
  return bytes;
}

Result<CvCertificate> issue_cv_certificate(const KeyId& issuer, const RsaPrivateKey& issuer_key,
                                           const KeyId& subject,
                                           std::shared_ptr<const RsaPublicKey> key) {
  const auto encoded = encode_card_public_key(*key);
  if (!encoded) return encoded.error();
  CvCertificate certificate;
  certificate.issuer = issuer;
  certificate.subject = subject;
  certificate.key = std::move(key);
  certificate.body.assign(issuer.begin(), issuer.end());
  certificate.body.insert(certificate.body.end(), subject.begin(), subject.end());
  certificate.body.insert(certificate.body.end(), encoded->begin(), encoded->end());
  auto signature = issuer_key.sign_pkcs1(sha256_digest_info_of(certificate.body));
  if (!signature) return signature.error();
  certificate.signature = std::move(*signature);
  return certificate;
}

bool verify(const CvCertificate& certificate, const KeyId& issuer, const RsaPublicKey& issuer_key) {
  return certificate.issuer == issuer &&
         issuer_key.verify_pkcs1_sha256(certificate.body, certificate.signature);
}

}  // namespace uketsuke::crypto
