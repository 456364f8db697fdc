#include "sim/wire/mynumber/application.h"

#include <algorithm>

namespace uketsuke::wire::mynumber {

namespace {

constexpr std::uint8_t kManagerAid[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00};
constexpr std::uint8_t kJpkiAid[] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
constexpr std::uint8_t kFaceAid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02};
constexpr std::uint8_t kTextAid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};
constexpr std::uint8_t kCommonAid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};
constexpr std::uint8_t kJukiAid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01};

using A = Application;

struct FileName {
  Application application;
  std::uint16_t id;
  std::string_view name;
  bool personal;
};
constexpr FileName kFiles[] = {
    {A::kJpki, ef::kJpkiSignCertificate, "sign certificate", true},
    {A::kJpki, ef::kJpkiSignCaCertificate, "sign CA certificate", false},
    {A::kJpki, ef::kJpkiTokenInfo, "token info", false},
    {A::kJpki, ef::kJpkiCertificateAvailability, "certificate availability", false},
    {A::kJpki, ef::kJpkiAuthCertificate, "auth certificate", false},
    {A::kJpki, ef::kJpkiAuthCaCertificate, "auth CA certificate", false},
    {A::kJpki, ef::kJpkiTerminalCa, "terminal CA", false},
    {A::kJpki, ef::kJpkiAuthKey, "auth key", false},
    {A::kJpki, ef::kJpkiAuthPin, "auth PIN", false},
    {A::kJpki, ef::kJpkiSignKey, "sign key", false},
    {A::kJpki, ef::kJpkiSignPin, "sign PIN", false},
    {A::kCardFace, ef::kFaceAge, "age record", true},
    {A::kCardFace, ef::kFaceSurface, "card face with photo", true},
    {A::kCardFace, ef::kFaceBasicInfo, "basic info", false},
    {A::kCardFace, ef::kFaceCvCertificate, "CV certificate", false},
    {A::kCardFace, ef::kFacePersonalNumberImage, "personal number image", true},
    {A::kCardFace, ef::kFaceBirthKey, "birth date key", false},
    {A::kCardFace, ef::kFaceVerificationB, "verification number B", false},
    {A::kCardFace, ef::kFaceVerificationA, "verification number A", false},
    {A::kCardText, ef::kTextPersonalNumber, "personal number", true},
    {A::kCardText, ef::kTextFourItems, "four items", true},
    {A::kCardText, ef::kTextHashes, "digests", true},
    {A::kCardText, ef::kTextCvCertificate, "CV certificate", false},
    {A::kCardText, ef::kTextBasicInfo, "basic info", false},
    {A::kCardText, ef::kTextSessionKey, "session key public key", false},
    {A::kCardText, ef::kTextSignedKey, "signed public key", false},
    {A::kCardText, ef::kTextPin, "PIN", false},
    {A::kCardText, ef::kTextBlockedPin, "blocked PIN", false},
    {A::kCardText, ef::kTextVerificationA, "verification number A", false},
    {A::kCardText, ef::kTextVerificationB, "verification number B", false},
    {A::kCommon, ef::kCommonCardId, "card serial record", false},
    {A::kCommon, ef::kCommonAuthKey, "internal authentication key", false},
    {A::kJuki, ef::kJukiRecord, "record", false},
    {A::kJuki, ef::kJukiPin, "PIN", false},
};

const FileName* find(Application application, std::uint16_t id) {
  for (const FileName& file : kFiles) {
    if (file.application == application && file.id == id) return &file;
  }
  return nullptr;
}

}  // namespace

std::string_view to_string(Application application) {
  switch (application) {
    case A::kCardManager:
      return "card_manager";
    case A::kJpki:
      return "JPKI";
    case A::kCardFace:
      return "card_face";
    case A::kCardText:
      return "card_text";
    case A::kCommon:
      return "common";
    case A::kJuki:
      return "juki";
    case A::kOther:
      return "other";
  }
  return "?";
}

ByteView aid_of(Application application) {
  switch (application) {
    case A::kCardManager:
      return kManagerAid;
    case A::kJpki:
      return kJpkiAid;
    case A::kCardFace:
      return kFaceAid;
    case A::kCardText:
      return kTextAid;
    case A::kCommon:
      return kCommonAid;
    case A::kJuki:
      return kJukiAid;
    case A::kOther:
      break;
  }
  return {};
}

std::optional<Application> application_with_aid(ByteView aid) {
  for (std::size_t i = 0; i + 1 < kApplicationCount; ++i) {
    const auto application = static_cast<Application>(i);
    const ByteView known = aid_of(application);
    if (std::equal(known.begin(), known.end(), aid.begin(), aid.end())) return application;
  }
  return std::nullopt;
}

std::string_view ef_name(Application application, std::uint16_t id) {
  const FileName* file = find(application, id);
  return file != nullptr ? file->name : std::string_view();
}

bool is_personal(Application application, std::uint16_t id) {
  const FileName* file = find(application, id);
  return file != nullptr && file->personal;
}

}  // namespace uketsuke::wire::mynumber
