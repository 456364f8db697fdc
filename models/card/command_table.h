// Which command exists, which application knows it, and on what kind of file it works: two tables,
// INS x application and INS x file. Status words: facts/domain.md 1.3 and 1.4; what is not observed
// on a card is marked in the table. Private to models/card.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/card/card.h"
#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::card {

// Status words of facts/domain.md 1.4. kRun is none: the command is carried out.
enum Sw : std::uint16_t {
  kRun = 0,
  kOk = 0x9000,
  kNoMatchUnlimited = 0x6300,
  kVerificationFailed = 0x63C0,
  kKeyDeliveryNotConfigured = 0x66F1,
  kWrongLength = 0x6700,
  kNoSuchChannel = 0x6881,
  kNoSecureMessaging = 0x6882,
  kNoChaining = 0x6884,
  kFileStructure = 0x6981,
  kSecurityStatus = 0x6982,
  kBlocked = 0x6984,
  kConditionsOfUse = 0x6985,
  kNoCurrentFile = 0x6986,
  kNoSecureMessagingObject = 0x6987,
  kSecureMessagingClass = 0x69FC,
  kBadData = 0x6A80,
  kFunctionNotSupported = 0x6A81,
  kNoFile = 0x6A82,
  kNoRecord = 0x6A83,
  kBadP1P2 = 0x6A86,
  kNoReferenceData = 0x6A88,
  kOffset = 0x6B00,
  kNoInstruction = 0x6D00,
  kNoClass = 0x6E00,
  kSelfDiagnosis = 0x6F00,
};

// From which parameter the command takes its file.
enum class FileFrom : std::uint8_t {
  kNone,
  kBinaryP1,        // 100sssss: short identifier; 0.......: current EF
  kRecordP2,        // sssss1nn
  kKeyP2,           // 100sssss, 10000000: current EF
  kKeyP2OrDefault,  // the same, or 00: default key of the application
};

struct Command {
  wire::iso7816::CommandApdu apdu;
  const CommandRow* row = nullptr;
  const File* file = nullptr;  // by FileFrom; null with kNone
};

using Handler = Answer (*)(Card& card, const Command& command);

struct CommandRow {
  std::uint8_t base_class;  // 00 or 80
  std::uint8_t ins;
  std::string_view name;
  Handler handler;
  bool chaining;  // accepts CLA bit 5
  FileFrom file_from;
  // Columns: card manager, JPKI, card face, card text, common, juki, other card.
  std::array<std::uint16_t, wire::mynumber::kApplicationCount> in_application;
  // Columns: no current file, transparent, record, reference, private key, internal.
  std::array<std::uint16_t, 6> on_file;
};

// Data, so that a matrix test can walk it and a mutant can change a cell.
struct CommandTable {
  std::vector<CommandRow> rows;
};
const CommandTable& standard_command_table();
// Null if the card knows no such INS. `known_class`: whether CLA fits.
const CommandRow* find_command(const CommandTable& table, std::uint8_t base_class,
                               std::uint8_t ins, bool& known_class);

// What each command does; one source file per group. Those that need a file answer 6986 without,
// whatever a table lets through.
struct Handlers {
  static Answer select(Card& card, const Command& command);
  static Answer read_binary(Card& card, const Command& command);
  static Answer read_record(Card& card, const Command& command);
  static Answer get_data(Card& card, const Command& command);
  static Answer verify(Card& card, const Command& command);
  static Answer change_reference_data(Card& card, const Command& command);
  static Answer change_key(Card& card, const Command& command);
  static Answer compute_signature(Card& card, const Command& command);
  static Answer internal_authenticate(Card& card, const Command& command);
  static Answer set_session_key(Card& card, const Command& command);
  static Answer get_challenge(Card& card, const Command& command);
  static Answer set_terminal_certificate(Card& card, const Command& command);
  static Answer external_authenticate(Card& card, const Command& command);

 private:
  static bool satisfied(const Card& card, const Condition& condition);
  static Answer replace_value(Card& card, const Command& command, std::uint8_t p1);
  static Answer accept_terminal_certificate(Card& card, wire::ByteView certificate);
};

// The status word alone; `work_us` beside the time every command takes.
Answer answer(std::uint16_t sw, wire::Micros work_us = 0);
Answer answer(wire::Bytes data, wire::Micros work_us = 0);  // with 9000

}  // namespace uketsuke::card
