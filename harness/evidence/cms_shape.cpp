#include "harness/evidence/cms_shape.h"

#include <cstdint>

#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using verdict::say;
using verdict::Text;

// Tags (X.690, clause 8.1.2).
constexpr std::uint8_t kInteger = 0x02, kOctetString = 0x04, kNull = 0x05, kOid = 0x06;
constexpr std::uint8_t kSequence = 0x30, kSet = 0x31, kContext0 = 0xA0, kKeyId = 0x80;

constexpr std::string_view kSignedData{"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02", 9};
constexpr std::string_view kData{"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01", 9};

struct Wrong {
  Text what;
};

// Values one after the other, with definite lengths in the fewest bytes.
class Der {
 public:
  Der(std::string_view all, std::string_view part) : all_(all), rest_(part) {}

  bool at_end() const { return rest_.empty(); }
  bool next_is(std::uint8_t tag) const {
    return !rest_.empty() && static_cast<std::uint8_t>(rest_[0]) == tag;
  }
  // Content of the next value, which has to have this tag. `whole`: with its tag and length.
  std::string_view take(std::uint8_t tag, const char* what, std::string_view* whole = nullptr) {
    if (!next_is(tag)) fail(what);
    std::size_t head = 2, size = byte(1);
    if (size >= 0x80) {
      const std::size_t count = size & 0x7FU;
      if (count == 0 || count > 4) fail(what);
      size = 0;
      for (std::size_t i = 0; i < count; ++i) size = size << 8U | byte(2 + i);
      head += count;
      const bool fewest = size >= 0x80 && size >> (8 * (count - 1)) != 0;
      if (!fewest) fail(what);
    }
    if (rest_.size() < head || rest_.size() - head < size) fail(what);
    if (whole != nullptr) *whole = rest_.substr(0, head + size);
    const auto content = rest_.substr(head, size);
    rest_.remove_prefix(head + size);
    return content;
  }
  Der into(std::uint8_t tag, const char* what) { return {all_, take(tag, what)}; }
  void end(const char* what) const {
    if (!rest_.empty()) fail(what);
  }
  [[noreturn]] void fail(const char* what) const {
    const auto place = static_cast<std::size_t>(rest_.data() - all_.data());
    throw Wrong{say("{} バイト目：{} が決まりどおりではありません",
                    "byte {}: {} is not as it has to be", place, what)};
  }

 private:
  std::size_t byte(std::size_t index) const {
    if (index >= rest_.size()) fail("length");
    return static_cast<std::uint8_t>(rest_[index]);
  }

  std::string_view all_, rest_;
};

// AlgorithmIdentifier with parameters that are absent or NULL.
void check_algorithm(Der& from, const char* what, std::string_view* whole) {
  auto copy = from;
  from.take(kSequence, what, whole);
  auto inside = copy.into(kSequence, what);
  inside.take(kOid, what);
  if (inside.at_end()) return;
  if (!inside.take(kNull, what).empty()) from.fail(what);
  inside.end(what);
}

// Versions by what identifies the signer (RFC 5652, 5.1 and 5.3).
void check_signer(Der infos, std::string_view digest_algorithm, std::uint8_t version) {
  auto info = infos.into(kSequence, "SignerInfo");
  infos.end("signerInfos");
  const auto own = info.take(kInteger, "SignerInfo.version");
  const bool by_key_id = version == 3;
  if (own.size() != 1 || own[0] != static_cast<char>(version)) info.fail("SignerInfo.version");
  info.take(by_key_id ? kKeyId : kSequence, "SignerInfo.sid");
  std::string_view digest, signature;
  check_algorithm(info, "SignerInfo.digestAlgorithm", &digest);
  if (digest != digest_algorithm) info.fail("digestAlgorithms");
  info.take(kContext0, "SignerInfo.signedAttrs");
  check_algorithm(info, "SignerInfo.signatureAlgorithm", &signature);
  info.take(kOctetString, "SignerInfo.signature");
  info.end("SignerInfo.unsignedAttrs");
}

void check(std::string_view der) {
  Der top(der, der);
  auto content_info = top.into(kSequence, "ContentInfo");
  top.end("end of file");
  if (content_info.take(kOid, "contentType") != kSignedData) content_info.fail("contentType");
  auto explicit_content = content_info.into(kContext0, "content");
  content_info.end("ContentInfo");
  auto data = explicit_content.into(kSequence, "SignedData");
  explicit_content.end("content");
  const auto version = data.take(kInteger, "SignedData.version");
  if (version.size() != 1 || (version[0] != 1 && version[0] != 3)) data.fail("SignedData.version");
  auto algorithms = data.into(kSet, "digestAlgorithms");
  std::string_view digest;
  check_algorithm(algorithms, "digestAlgorithms", &digest);
  algorithms.end("digestAlgorithms");
  auto encapsulated = data.into(kSequence, "encapContentInfo");
  if (encapsulated.take(kOid, "eContentType") != kData) data.fail("eContentType");
  encapsulated.end("eContent (not detached)");
  if (data.next_is(kContext0)) data.take(kContext0, "certificates");
  check_signer(data.into(kSet, "signerInfos"), digest, static_cast<std::uint8_t>(version[0]));
  data.end("SignedData");
}

}  // namespace

Text irregularity_of(std::string_view der) {
  try {
    check(der);
    return {};
  } catch (const Wrong& wrong) {
    return wrong.what;
  }
}

}  // namespace uketsuke::evidence
