#include "models/card/command_table.h"

namespace uketsuke::card {

namespace {

using H = Handlers;
using F = FileFrom;

constexpr std::uint16_t kNoIns = kNoInstruction;
constexpr std::uint16_t kNoFileYet = kNoCurrentFile;
constexpr std::uint16_t kStruct = kFileStructure;
constexpr std::array<std::uint16_t, 7> kEverywhere = {kRun, kRun, kRun, kRun, kRun, kRun, kRun};
constexpr std::array<std::uint16_t, 6> kAnyFile = {kRun, kRun, kRun, kRun, kRun, kRun};
constexpr std::array<std::uint16_t, 6> kOnTransparent = {kNoFileYet, kRun,    kStruct,
                                                         kStruct,    kStruct, kStruct};
constexpr std::array<std::uint16_t, 6> kOnRecord = {kNoFileYet, kStruct, kRun,
                                                    kStruct,    kStruct, kStruct};
constexpr std::array<std::uint16_t, 6> kOnReference = {kNoFileYet, kStruct, kStruct,
                                                       kRun,       kStruct, kStruct};
constexpr std::array<std::uint16_t, 6> kOnKey = {kNoFileYet, kStruct, kStruct,
                                                 kStruct,    kRun,    kStruct};

// Not observed, and our choice: every 6D00 in the column of an application (a command
// where nobody uses it) and 6986 for file commands at the card manager. The rest: facts/domain.md
// 1.1 to 1.4.
// clang-format off
const CommandTable kCommands = {{
    {0x00, 0xA4, "SELECT", &H::select, false, F::kNone, kEverywhere, kAnyFile},
    {0x00, 0xB0, "READ BINARY", &H::read_binary, false, F::kBinaryP1,
     {kNoFileYet, kRun, kRun, kRun, kRun, kRun, kRun}, kOnTransparent},
    {0x00, 0xB2, "READ RECORD", &H::read_record, false, F::kRecordP2,
     {kNoFileYet, kRun, kRun, kRun, kRun, kRun, kNoIns}, kOnRecord},
    {0x00, 0xCA, "GET DATA", &H::get_data, false, F::kNone, kEverywhere, kAnyFile},
    {0x00, 0x20, "VERIFY", &H::verify, false, F::kKeyP2,
     {kNoFileYet, kRun, kRun, kRun, kRun, kRun, kNoIns}, kOnReference},
    {0x00, 0x24, "CHANGE REFERENCE DATA", &H::change_reference_data, false, F::kKeyP2,
     {kNoIns, kRun, kNoIns, kRun, kNoIns, kNoIns, kNoIns}, kOnReference},
    {0x80, 0x32, "CHANGE KEY", &H::change_key, false, F::kKeyP2,
     {kNoIns, kNoIns, kNoIns, kNoIns, kRun, kRun, kNoIns}, kOnReference},
    {0x80, 0x2A, "COMPUTE DIGITAL SIGNATURE", &H::compute_signature, false, F::kKeyP2OrDefault,
     {kNoIns, kRun, kRun, kRun, kNoIns, kNoIns, kNoIns}, kOnKey},
    {0x00, 0x84, "GET CHALLENGE", &H::get_challenge, false, F::kNone, kEverywhere, kAnyFile},
    {0x00, 0x88, "INTERNAL AUTHENTICATE", &H::internal_authenticate, false, F::kKeyP2,
     {kNoFileYet, kSecurityStatus, kConditionsOfUse, kConditionsOfUse, kRun, kSecurityStatus,
      kNoIns}, kOnKey},
    {0x80, 0xAE, "SET SESSION KEY", &H::set_session_key, false, F::kNone,
     {kNoIns, kSecurityStatus, kKeyDeliveryNotConfigured, kRun, kKeyDeliveryNotConfigured,
      kSecurityStatus, kNoIns}, kAnyFile},
    // the exchange of terminal authentication is not public beyond 80 A2.
    {0x80, 0xA2, "SET PUBLIC IC KEY", &H::set_terminal_certificate, true, F::kNone,
     {kNoIns, kRun, kNoIns, kNoIns, kNoIns, kNoIns, kNoIns}, kAnyFile},
    {0x00, 0x82, "EXTERNAL AUTHENTICATE", &H::external_authenticate, true, F::kNone,
     {kNoIns, kRun, kNoIns, kNoIns, kNoIns, kNoIns, kNoIns}, kAnyFile},
}};
// clang-format on

}  // namespace

const CommandTable& standard_command_table() { return kCommands; }

const CommandRow* find_command(const CommandTable& table, std::uint8_t base_class,
                               std::uint8_t ins, bool& known_class) {
  known_class = true;
  const CommandRow* other_class = nullptr;
  for (const CommandRow& row : table.rows) {
    if (row.ins != ins) continue;
    if (row.base_class == base_class) return &row;
    other_class = &row;
  }
  known_class = other_class == nullptr;
  return other_class;
}

Answer answer(std::uint16_t sw, wire::Micros work_us) {
  return {{static_cast<std::uint8_t>(sw >> 8), static_cast<std::uint8_t>(sw)}, work_us};
}

Answer answer(wire::Bytes data, wire::Micros work_us) {
  data.push_back(0x90);
  data.push_back(0x00);
  return {std::move(data), work_us};
}

}  // namespace uketsuke::card
