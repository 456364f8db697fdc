#include "sim/guard/allow_list.h"

namespace uketsuke::guard {

using wire::mynumber::Application;
namespace ef = wire::mynumber::ef;

namespace {

struct HarmlessFile {
  Application application;
  std::uint16_t file;
  std::uint8_t record;
};
// Not among them though readable by anybody: every certificate of JPKI, JPKI 0016, and files that
// nobody has identified.
constexpr HarmlessFile kHarmlessFiles[] = {
    {Application::kJpki, ef::kJpkiTokenInfo, 0},
    {Application::kJpki, ef::kJpkiCertificateAvailability, 0},
    {Application::kCardFace, ef::kFaceBasicInfo, 0},
    {Application::kCardFace, ef::kFaceCvCertificate, 0},
    {Application::kCardText, ef::kTextCvCertificate, 0},
    {Application::kCardText, ef::kTextBasicInfo, 0},
    {Application::kCommon, ef::kCommonCardId, 1},
};

// Issuer id, card id, card recognition data, municipality, expiry, ATR. Not: 00F7, 00F8 (nobody
// knows what they are) and 7F21 (certificates).
constexpr std::uint16_t kHarmlessObjects[] = {0x0042, 0x0045, 0x0066, 0x00F0, 0x00F2, 0x5F51};

struct ReferenceLength {
  Application application;
  std::uint16_t file;
  std::uint8_t least, most;
};
constexpr ReferenceLength kReferences[] = {
    {Application::kJpki, ef::kJpkiAuthPin, 4, 4},
    {Application::kJpki, ef::kJpkiSignPin, 6, 16},
    {Application::kCardFace, ef::kFaceBirthKey, 6, 6},
    {Application::kCardFace, ef::kFaceVerificationB, 14, 14},
    {Application::kCardFace, ef::kFaceVerificationA, 12, 12},
    {Application::kCardText, ef::kTextPin, 4, 4},
    {Application::kCardText, ef::kTextVerificationA, 12, 12},
    {Application::kCardText, ef::kTextVerificationB, 14, 14},
};

struct CommandName {
  std::uint8_t ins;
  bool proprietary;  // class 8x
  std::string_view name;
};
constexpr CommandName kNames[] = {
    {0x20, false, "VERIFY"},
    {0x21, false, "VERIFY"},
    {0x24, false, "CHANGE REFERENCE DATA"},
    {0x2A, false, "PERFORM SECURITY OPERATION"},
    {0x2A, true, "COMPUTE DIGITAL SIGNATURE"},
    {0x2C, false, "RESET RETRY COUNTER"},
    {0x32, true, "CHANGE KEY"},
    {0x82, false, "EXTERNAL AUTHENTICATE"},
    {0x84, false, "GET CHALLENGE"},
    {0x88, false, "INTERNAL AUTHENTICATE"},
    {0xA2, true, "SET PUBLIC IC KEY"},
    {0xA4, false, "SELECT"},
    {0xAE, true, "SET SESSION KEY"},
    {0xB0, false, "READ BINARY"},
    {0xB2, false, "READ RECORD"},
    {0xC0, false, "GET RESPONSE"},
    {0xC2, false, "ENVELOPE"},
    {0xC2, true, "ENVELOPE"},
    {0xCA, false, "GET DATA"},
    {0xD6, false, "UPDATE BINARY"},
};

// Digits of a PIN that stand where a header should be have no name.
std::string_view name_of(std::uint8_t cla, std::uint8_t ins) {
  if (cla != 0x00 && cla != 0x80) return {};
  for (const CommandName& row : kNames) {
    if (row.ins == ins && row.proprietary == (cla == 0x80)) return row.name;
  }
  return {};
}

}  // namespace

bool is_harmless_file(Application application, std::uint16_t file, std::uint8_t record) {
  for (const HarmlessFile& row : kHarmlessFiles) {
    if (row.application == application && row.file == file && row.record == record) return true;
  }
  return false;
}

bool is_harmless_object(std::uint16_t tag) {
  for (const std::uint16_t harmless : kHarmlessObjects) {
    if (harmless == tag) return true;
  }
  return false;
}

bool may_cost_a_try(std::uint8_t ins) {
  switch (ins) {
    case 0x20:
    case 0x21:
    case 0x24:
    case 0x25:
    case 0x2C:
    case 0x2D:
    case 0x32:
    case 0x33:
    case 0x54:
      return true;
    default:
      return false;
  }
}

bool reference_length_fits(Application application, std::uint16_t file, std::size_t length) {
  for (const ReferenceLength& row : kReferences) {
    if (row.application == application && row.file == file)
      return length >= row.least && length <= row.most;
  }
  return false;
}

std::string_view command_name_ja(std::uint8_t cla, std::uint8_t ins) {
  const std::string_view name = name_of(cla, ins);
  return name.empty() ? std::string_view("不明なコマンド") : name;
}

std::string_view command_name_en(std::uint8_t cla, std::uint8_t ins) {
  const std::string_view name = name_of(cla, ins);
  return name.empty() ? std::string_view("unknown command") : name;
}

}  // namespace uketsuke::guard
