#include "sim/guard/identification.h"

#include <algorithm>
#include <boost/assert.hpp>
#include <string_view>

namespace uketsuke::guard {

using wire::Bytes;
using wire::ByteView;
using wire::mynumber::Application;
namespace ef = wire::mynumber::ef;

namespace {

enum Item : std::size_t { kBasicInfo, kCvCertificate, kCardRecord };

constexpr std::size_t kKeyIdLength = 16;
// 7F21 82 xxxx 5F4E 82 xxxx, key id of the issuer, key id of the subject.
constexpr std::uint32_t kCvHeadLength = 10 + 2 * kKeyIdLength;
// DF31 to DF34 with room to spare; the object is longer.
constexpr std::uint32_t kBasicInfoLength = 64;
// 01 1C, serial (15), municipality (5), expiry (8)
constexpr std::uint32_t kCardRecordLength = 30;

constexpr std::uint8_t kShortEf = 0x02, kByAid = 0x04, kNoFci = 0x0C;

Bytes select_application(Application application) {
  const ByteView aid = wire::mynumber::aid_of(application);
  Bytes command = {0x00, 0xA4, kByAid, kNoFci, static_cast<std::uint8_t>(aid.size())};
  command.insert(command.end(), aid.begin(), aid.end());
  return command;
}

Bytes select_file(std::uint16_t file) {
  return {0x00,
          0xA4,
          kShortEf,
          kNoFci,
          0x02,
          static_cast<std::uint8_t>(file >> 8),
          static_cast<std::uint8_t>(file)};
}

Bytes read_of(const Identification::Place& place) {
  const auto length = static_cast<std::uint8_t>(place.length);
  if (place.record != 0) return {0x00, 0xB2, place.record, 0x04, length};
  return {0x00, 0xB0, 0x00, 0x00, length};
}

// Costs no try, and the card manager brings back the state after a reset: A-61.
const Bytes kRetryQuery = {0x00, 0x20, 0x00, 0x80};

std::vector<Identification::Step> make_steps() {
  const auto at = [](Item item) { return Identification::place(item); };
  return {
      {select_application(Application::kCardFace), -1, "券面事項確認APの選択",
       "SELECT card face application"},
      {select_file(at(kBasicInfo).file), -1, "AP基本情報の選択", "SELECT basic info"},
      {read_of(at(kBasicInfo)), kBasicInfo, "AP基本情報の読み出し", "READ basic info"},
      {select_file(at(kCvCertificate).file), -1, "CV証明書の選択", "SELECT CV certificate"},
      {read_of(at(kCvCertificate)), kCvCertificate, "CV証明書の読み出し", "READ CV certificate"},
      {select_application(Application::kCommon), -1, "共通カードAPの選択",
       "SELECT common application"},
      {select_file(at(kCardRecord).file), -1, "カード識別レコードの選択", "SELECT card record"},
      {read_of(at(kCardRecord)), kCardRecord, "カード識別レコードの読み出し", "READ card record"},
      {select_application(Application::kJpki), -1, "公的個人認証APの選択", "SELECT JPKI", true},
      {select_file(ef::kJpkiAuthPin), -1, "利用者証明用PINの選択", "SELECT auth PIN", true},
      {kRetryQuery, -1, "残り回数の照会", "retry query of the auth PIN", true},
      {select_file(ef::kJpkiSignPin), -1, "署名用PINの選択", "SELECT sign PIN", true},
      {kRetryQuery, -1, "残り回数の照会", "retry query of the sign PIN", true},
      {select_application(Application::kCardManager), -1, "カードマネージャの選択",
       "SELECT card manager", true},
  };
}

Hierarchy hierarchy_of(ByteView key_id) {
  if (key_id.empty()) return Hierarchy::kUnknown;
  if (key_id[0] == '6') return Hierarchy::kTest;
  return key_id[0] == '5' ? Hierarchy::kProduction : Hierarchy::kUnknown;
}

// Length of one BER object behind its tag; position is moved behind the length. False: not a
// definite length of at most three bytes, or the bytes end.
bool take_length(ByteView bytes, std::size_t& position, std::size_t& length) {
  if (position >= bytes.size()) return false;
  const std::uint8_t first = bytes[position++];
  length = first;
  if (first < 0x80) return true;
  const std::size_t count = first & 0x7F;
  if (count == 0 || count > 2 || bytes.size() - position < count) return false;
  length = 0;
  for (std::size_t i = 0; i < count; ++i) length = length << 8 | bytes[position++];
  return true;
}

bool take_tag(ByteView bytes, std::size_t& position, std::uint16_t& tag) {
  if (bytes.size() - position < 2) return false;
  tag = static_cast<std::uint16_t>(bytes[position] << 8 | bytes[position + 1]);
  position += 2;
  return true;
}

// FF30 { DF31 .., DF32 10 <key id>, .. } cut after some bytes; empty if it is not there.
ByteView key_id_of_basic_info(ByteView bytes) {
  std::size_t position = 0, length = 0;
  std::uint16_t tag = 0;
  if (!take_tag(bytes, position, tag) || tag != 0xFF30 || !take_length(bytes, position, length))
    return {};
  while (take_tag(bytes, position, tag) && take_length(bytes, position, length)) {
    if (bytes.size() - position < length) return {};
    if (tag == 0xDF32) return length == kKeyIdLength ? bytes.subspan(position, length) : ByteView{};
    position += length;
  }
  return {};
}

// 7F21 { 5F4E { issuer, subject, ..
std::vector<ByteView> key_ids_of_certificate(ByteView bytes) {
  std::size_t position = 0, length = 0;
  std::uint16_t tag = 0;
  if (!take_tag(bytes, position, tag) || tag != 0x7F21 || !take_length(bytes, position, length))
    return {};
  if (!take_tag(bytes, position, tag) || tag != 0x5F4E || !take_length(bytes, position, length))
    return {};
  if (bytes.size() - position < 2 * kKeyIdLength) return {};
  return {bytes.subspan(position, kKeyIdLength),
          bytes.subspan(position + kKeyIdLength, kKeyIdLength)};
}

}  // namespace

const std::vector<Identification::Step>& Identification::steps() {
  static const std::vector<Step> kSteps = make_steps();
  return kSteps;
}

const Identification::Place& Identification::place(std::size_t item) {
  static const Place kPlaces[kItems] = {
      {Application::kCardFace, ef::kFaceBasicInfo, 0, kBasicInfoLength},
      {Application::kCardFace, ef::kFaceCvCertificate, 0, kCvHeadLength},
      {Application::kCommon, ef::kCommonCardId, 1, kCardRecordLength},
  };
  BOOST_ASSERT(item < kItems);
  return kPlaces[item];
}

void Identification::set(std::size_t item, ByteView answer_data) {
  BOOST_ASSERT(item < kItems);
  items_[item].clear();
  if (answer_data.size() == place(item).length) items_[item] = wire::to_bytes(answer_data);
}

bool Identification::complete() const {
  return std::none_of(items_.begin(), items_.end(), [](const Bytes& item) { return item.empty(); });
}

// Production if any key id says so, test only if all do.
Hierarchy Identification::hierarchy() const {
  if (!complete()) return Hierarchy::kUnknown;
  std::vector<ByteView> key_ids = key_ids_of_certificate(items_[kCvCertificate]);
  if (key_ids.empty()) key_ids.emplace_back();
  key_ids.push_back(key_id_of_basic_info(items_[kBasicInfo]));
  bool all_test = true;
  for (const ByteView key_id : key_ids) {
    const Hierarchy hierarchy = hierarchy_of(key_id);
    if (hierarchy == Hierarchy::kProduction) return Hierarchy::kProduction;
    all_test = all_test && hierarchy == Hierarchy::kTest;
  }
  return all_test ? Hierarchy::kTest : Hierarchy::kUnknown;
}

KeyedDigest Identification::digest(ByteView key) const {
  BOOST_ASSERT_MSG(complete(), "the digest of what was not read");
  Bytes joined;
  for (const Bytes& item : items_) {
    joined.push_back(static_cast<std::uint8_t>(item.size() >> 8));
    joined.push_back(static_cast<std::uint8_t>(item.size()));
    joined.insert(joined.end(), item.begin(), item.end());
  }
  return keyed_digest(key, joined);
}

}  // namespace uketsuke::guard
