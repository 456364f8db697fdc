// Applications, files and names of the My Number Card. Sources: facts/domain.md 1.1 and 1.2
// (public, read from cards by several open-source projects).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::mynumber {

enum class Application : std::uint8_t {
  kCardManager,  // GlobalPlatform issuer security domain; also the state after power-on
  kJpki,         // 公的個人認証
  kCardFace,     // 券面事項確認
  kCardText,     // 券面事項入力補助
  kCommon,       // 共通カード
  kJuki,         // 住基
  kOther,        // an application that is none of these
};
inline constexpr std::size_t kApplicationCount = 7;
std::string_view to_string(Application application);  // "JPKI", "card_face", ...
// Empty for kOther.
ByteView aid_of(Application application);
// The application with exactly this identifier.
std::optional<Application> application_with_aid(ByteView aid);

// EF identifiers that behaviour and tests name.
namespace ef {
inline constexpr std::uint16_t kJpkiSignCertificate = 0x0001;
inline constexpr std::uint16_t kJpkiSignCaCertificate = 0x0002;
inline constexpr std::uint16_t kJpkiTokenInfo = 0x0006;
inline constexpr std::uint16_t kJpkiCertificateAvailability = 0x0008;
inline constexpr std::uint16_t kJpkiAuthCertificate = 0x000A;
inline constexpr std::uint16_t kJpkiAuthCaCertificate = 0x000B;
inline constexpr std::uint16_t kJpkiTerminalCa = 0x0016;
inline constexpr std::uint16_t kJpkiAuthKey = 0x0017;
inline constexpr std::uint16_t kJpkiAuthPin = 0x0018;
inline constexpr std::uint16_t kJpkiSignKey = 0x001A;
inline constexpr std::uint16_t kJpkiSignPin = 0x001B;
inline constexpr std::uint16_t kFaceAge = 0x0001;
inline constexpr std::uint16_t kFaceSurface = 0x0002;
inline constexpr std::uint16_t kFaceBasicInfo = 0x0003;
inline constexpr std::uint16_t kFaceCvCertificate = 0x0004;
inline constexpr std::uint16_t kFacePersonalNumberImage = 0x0005;
inline constexpr std::uint16_t kFaceBirthKey = 0x0011;
inline constexpr std::uint16_t kFaceVerificationB = 0x0012;
inline constexpr std::uint16_t kFaceVerificationA = 0x0013;
inline constexpr std::uint16_t kTextPersonalNumber = 0x0001;
inline constexpr std::uint16_t kTextFourItems = 0x0002;
inline constexpr std::uint16_t kTextHashes = 0x0003;
inline constexpr std::uint16_t kTextCvCertificate = 0x0004;
inline constexpr std::uint16_t kTextBasicInfo = 0x0005;
inline constexpr std::uint16_t kTextSessionKey = 0x0006;
inline constexpr std::uint16_t kTextSignedKey = 0x0007;
inline constexpr std::uint16_t kTextPin = 0x0011;
inline constexpr std::uint16_t kTextBlockedPin = 0x0012;
inline constexpr std::uint16_t kTextVerificationA = 0x0014;
inline constexpr std::uint16_t kTextVerificationB = 0x0015;
inline constexpr std::uint16_t kCommonCardId = 0x0001;
inline constexpr std::uint16_t kCommonAuthKey = 0x0019;
inline constexpr std::uint16_t kJukiRecord = 0x0002;
inline constexpr std::uint16_t kJukiPin = 0x001C;
}  // namespace ef

// "auth certificate", "verification number B"; empty if nobody knows what the file is for.
std::string_view ef_name(Application application, std::uint16_t id);
// Reading this file yields personal data: card face 0001, 0002, 0005, card text 0001, 0002 and 0003
// (digests of a twelve-digit number can be searched), JPKI sign certificate 0001.
bool is_personal(Application application, std::uint16_t id);

}  // namespace uketsuke::wire::mynumber
