#include "models/card/profile.h"

#include <algorithm>

#include "models/card/file_content.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::DecodeErrc;
using wire::DecodeError;
using wire::Result;
namespace ef = wire::mynumber::ef;

namespace {

DecodeError bad(std::string_view field) { return {DecodeErrc::kBadValue, 0, field}; }

bool digits(const std::string& text, std::size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// YYYYMMDD of a day that exists.
bool is_date(const std::string& text) {
  if (!digits(text, 8)) return false;
  const int year = std::stoi(text.substr(0, 4));
  const int month = std::stoi(text.substr(4, 2));
  const int day = std::stoi(text.substr(6, 2));
  if (month < 1 || month > 12 || day < 1) return false;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

// Japanese eras: the first day (YYYYMMDD) and its Gregorian year.
struct Era {
  std::string_view first_day;
  int first_year;
};
constexpr Era kEras[] = {{"20190501", 2019},   // Reiwa
                         {"19890108", 1989},   // Heisei
                         {"19261225", 1926},   // Showa
                         {"19120730", 1912},   // Taisho
                         {"18680125", 1868}};  // Meiji

// YYMMDD with the year of the era; empty before Meiji.
std::string era_birth_date(const std::string& birth_date) {
  for (const Era& era : kEras) {
    if (std::string_view(birth_date) < era.first_day) continue;
    const int year = std::stoi(birth_date.substr(0, 4)) - era.first_year + 1;
    if (year > 99) return {};
    const std::string text = std::to_string(year);
    return (year < 10 ? "0" : "") + text + birth_date.substr(4);
  }
  return {};
}

Condition any_of(std::uint16_t a, std::uint16_t b = 0, std::uint16_t c = 0) {
  return {Condition::Rule::kAnyOf, {a, b, c}, false};
}
constexpr Condition kAlways{};
constexpr Condition kNever{Condition::Rule::kNever, {}, false};

File transparent(std::uint16_t id, Bytes content, Condition condition = kAlways) {
  return {id, FileKind::kTransparent, condition, std::move(content), {}};
}
File special(std::uint16_t id, FileKind kind, Condition condition = kNever) {
  return {id, kind, condition, {}, {}};
}

Directory directory(Application application, std::vector<File> files) {
  return {application, wire::to_bytes(wire::mynumber::aid_of(application)), std::move(files)};
}

// facts/domain.md 1.2. 0005, 0010, 0019, 001C, 001E exist, nobody knows what for; 0009 is never
// read.
Directory jpki(const ProfileData& data) {
  Condition auth = any_of(ef::kJpkiAuthPin);
  auth.or_terminal = true;
  const bool has_sign = !data.sign_certificate.empty();
  std::vector<File> files = {
      transparent(ef::kJpkiTokenInfo, token_info()),
      transparent(ef::kJpkiCertificateAvailability,
                  certificate_availability(has_sign, !data.auth_certificate.empty())),
      transparent(ef::kJpkiAuthCertificate, data.auth_certificate),
      transparent(ef::kJpkiAuthCaCertificate, data.auth_ca_certificate),
      special(ef::kJpkiTerminalCa, FileKind::kInternal),
      special(ef::kJpkiAuthKey, FileKind::kPrivateKey, auth),
      special(ef::kJpkiAuthPin, FileKind::kReference),
      special(ef::kJpkiSignPin, FileKind::kReference),
      transparent(0x0009, {}, kNever),
  };
  if (has_sign) {
    files.push_back(
        transparent(ef::kJpkiSignCertificate, data.sign_certificate, any_of(ef::kJpkiSignPin)));
    files.push_back(transparent(ef::kJpkiSignCaCertificate, data.sign_ca_certificate));
    files.push_back(special(ef::kJpkiSignKey, FileKind::kPrivateKey, any_of(ef::kJpkiSignPin)));
  }
  for (const std::uint16_t id : {0x0005, 0x0010, 0x0019, 0x001C, 0x001E}) {
    files.push_back(special(id, FileKind::kInternal));
  }
  return directory(Application::kJpki, std::move(files));
}

Directory card_face_files(const ProfileData& data) {
  const Condition a = any_of(ef::kFaceVerificationA);
  const Condition a_or_b = any_of(ef::kFaceVerificationA, ef::kFaceVerificationB);
  return directory(Application::kCardFace,
                   {transparent(ef::kFaceAge, age_record(data), any_of(ef::kFaceBirthKey)),
                    transparent(ef::kFaceSurface, card_face(data), a_or_b),
                    transparent(ef::kFaceBasicInfo, face_basic_info(data)),
                    transparent(ef::kFaceCvCertificate, data.issuer.face_certificate),
                    transparent(ef::kFacePersonalNumberImage, personal_number_image(data), a),
                    special(ef::kFaceBirthKey, FileKind::kReference),
                    special(ef::kFaceVerificationB, FileKind::kReference),
                    special(ef::kFaceVerificationA, FileKind::kReference),
                    special(kDefaultKey, FileKind::kPrivateKey, kAlways)});
}

Directory card_text_files(const ProfileData& data) {
  const Condition number = any_of(ef::kTextPin, ef::kTextVerificationA);
  const Condition items = any_of(ef::kTextPin, ef::kTextVerificationB);
  const Condition all = any_of(ef::kTextPin, ef::kTextVerificationA, ef::kTextVerificationB);
  return directory(Application::kCardText,
                   {transparent(ef::kTextPersonalNumber, personal_number_text(data), number),
                    transparent(ef::kTextFourItems, four_items(data), items),
                    transparent(ef::kTextHashes, text_hashes(data), all),
                    transparent(ef::kTextCvCertificate, data.issuer.text_certificate),
                    transparent(ef::kTextBasicInfo, text_basic_info()),
                    transparent(ef::kTextSessionKey, session_public_key(data), all),
                    transparent(ef::kTextSignedKey, signed_public_key(data), all),
                    special(ef::kTextPin, FileKind::kReference),
                    special(ef::kTextBlockedPin, FileKind::kReference),
                    special(ef::kTextVerificationA, FileKind::kReference),
                    special(ef::kTextVerificationB, FileKind::kReference),
                    special(kDefaultKey, FileKind::kPrivateKey, kAlways)});
}

Directory common_files(const ProfileData& data) {
  File record{ef::kCommonCardId, FileKind::kRecord, kAlways, {}, {common_record(data)}};
  return directory(
      Application::kCommon,
      {std::move(record), special(ef::kCommonAuthKey, FileKind::kPrivateKey, kAlways)});
}

// The content of the record has not been identified by anyone: two bytes of ours.
Directory juki_files() {
  File record{ef::kJukiRecord, FileKind::kRecord, any_of(ef::kJukiPin), {}, {{0x01, 0x00}}};
  return directory(Application::kJuki,
                   {std::move(record), special(ef::kJukiPin, FileKind::kReference)});
}

// facts/domain.md 1.5, last item.
void add_objects(FileSystem& files, const ProfileData& data) {
  const auto add_key_id = [&files](std::uint16_t tag, std::string_view number) {
    if (const auto id = crypto::make_key_id(number, "001")) {
      files.add(DataObject{tag, false, Bytes(id->begin(), id->end())});
    }
  };
  const auto add_text = [&files](std::uint16_t tag, const std::string& text) {
    files.add(DataObject{tag, false, Bytes(text.begin(), text.end())});
  };
  add_key_id(0x0042, "6000013");
  add_text(0x0045, data.serial);
  // GlobalPlatform card recognition data: 73 { 06 1.2.840.114283.1 }.
  files.add(DataObject{
      0x0066, false, {0x73, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01}});
  add_text(0x00F0, data.municipality);
  add_text(0x00F2, data.expiry);
  add_key_id(0x00F7, "6000023");
  // The certificates are answered without their 7F21.
  const auto add_chain = [&files](std::uint16_t tag, const Bytes& certificate) {
    constexpr std::size_t kHeader = 5;
    if (certificate.size() > kHeader) {
      files.add(DataObject{tag, false, Bytes(certificate.begin() + kHeader, certificate.end())});
    }
  };
  add_chain(0x00F8, data.issuer.face_certificate);
  add_chain(0x7F21, data.issuer.text_certificate);
  if (data.contact && data.contact->atr.size() > 1) {
    const Bytes& atr = data.contact->atr;
    files.add(DataObject{0x5F51, true, Bytes(atr.begin() + 1, atr.end())});
  }
}

std::string_view first_bad_field(const ProfileData& data) {
  if (data.contactless &&
      (data.contactless->pupi.size() != 4 || data.contactless->application_data.size() != 4 ||
       data.contactless->protocol_info.size() != 3 || data.contactless->mbli > 15)) {
    return "contactless";
  }
  if (data.contact && !data.mute && data.contact->atr.size() < 2) return "atr";
  if (data.kind == Kind::kForeign) {
    return data.foreign_aid.empty() || data.foreign_aid.size() > 16 ? "foreign_aid" : "";
  }
  if (!is_date(data.birth_date)) return "birth_date";
  if (!is_date(data.expiry)) return "expiry";
  if (data.sex.size() != 1) return "sex";
  if (!digits(data.personal_number, 12)) return "personal_number";
  if (!digits(data.security_code, 4)) return "security_code";
  if (!digits(data.municipality, 5)) return "municipality";
  if (!digits(data.serial, 15)) return "serial";
  // The offsets of card face 0002 have two bytes.
  if (data.photo.size() > 0xC000) return "photo";
  if (data.name.size() > 300 || data.address.size() > 600) return "name";
  for (const auto& key : {data.auth_key, data.sign_key, data.card_key, data.issuer.key}) {
    if (key && key->size_bytes() != 256) return "key";
  }
  return "";
}

}  // namespace

Result<std::string> verification_number_b(const std::string& birth_date, const std::string& expiry,
                                          const std::string& security_code) {
  if (!is_date(birth_date)) return bad("birth_date");
  if (!is_date(expiry)) return bad("expiry");
  if (!digits(security_code, 4)) return bad("security_code");
  const std::string birth = era_birth_date(birth_date);
  if (birth.empty()) return bad("birth_date");
  return birth + expiry.substr(0, 4) + security_code;
}

Result<std::shared_ptr<const Profile>> make_profile(ProfileData data) {
  if (const std::string_view field = first_bad_field(data); !field.empty()) return bad(field);
  auto profile = std::make_shared<Profile>();
  if (data.behaviour.without_pin) {
    data.auth_pin.clear();
    data.sign_pin.clear();
    data.sign_certificate.clear();
    data.sign_ca_certificate.clear();
    data.sign_key.reset();
  }
  if (data.kind == Kind::kForeign) {
    profile->files.add(Directory{
        Application::kOther, data.foreign_aid, {transparent(0x0001, data.foreign_content)}});
  } else {
    auto b = verification_number_b(data.birth_date, data.expiry, data.security_code);
    if (!b) return b.error();
    profile->verification_a = data.personal_number;
    profile->verification_b = std::move(*b);
    profile->birth_key = profile->verification_b.substr(0, 6);
    profile->files.add(jpki(data));
    profile->files.add(card_face_files(data));
    profile->files.add(card_text_files(data));
    profile->files.add(common_files(data));
    profile->files.add(juki_files());
    add_objects(profile->files, data);
  }
  profile->data = std::move(data);
  return std::shared_ptr<const Profile>(std::move(profile));
}

}  // namespace uketsuke::card
