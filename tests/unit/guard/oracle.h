// A reader and a card that know nothing of the guard: they take whatever bytes reach them as
// leniently as hardware might (checksums and sequence numbers need not be right), put commands
// together again, and note every command that must never have come. Written for the tests alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::guard::test {

// Notes what reached it. Answers 9000 to what exists, with zeros for data.
class OracleCard {
 public:
  // A command is an offence unless it is on the list of what is harmless; with `unknown_is_fine`
  // commands that no card knows are none (bytes of another exchange level look like that).
  explicit OracleCard(bool unknown_is_fine) : unknown_is_fine_(unknown_is_fine) {}
  void reset();
  wire::Bytes transmit(wire::ByteView apdu);
  const std::vector<std::string>& offences() const { return offences_; }
  std::size_t commands() const { return commands_; }
  // Asked first: an answer of a card that a test plays. Offences are noted all the same.
  std::function<std::optional<wire::Bytes>(wire::ByteView)> player;
  bool allow_everything = false;  // a released card
  // Least number of tries that any reference data was left with; each begins with three, and every
  // comparison, in whatever class and form, is a wrong one.
  int least_tries = 3;
  std::size_t comparisons = 0;

 private:
  void judge(wire::ByteView apdu);
  wire::Bytes answer(wire::ByteView apdu);
  wire::Bytes read(std::uint16_t file);
  wire::Bytes compare(wire::ByteView apdu);
  void offence(const std::string& what, wire::ByteView apdu);

  bool unknown_is_fine_;
  char application_ = 'M';  // M manager, J, F face, T text, C common, U juki
  std::uint16_t file_ = 0;
  bool jpki_selected_ = false;  // in this activation, answered 9000
  std::map<std::pair<char, std::uint16_t>, int> tries_;
  std::vector<std::string> offences_;
  std::size_t commands_ = 0;
};

enum class Level { kTpduT1, kTpduT0, kShort, kExtended };
const char* to_string(Level level);

class OracleReader {
 public:
  OracleReader(Level level, OracleCard& card) : level_(level), card_(card) {}
  // Bytes of one bulk OUT transfer; what it sends on bulk IN in answer. It goes by dwLength: what
  // is missing in one transfer comes with the next one.
  std::vector<wire::Bytes> bulk_out(wire::ByteView bytes);
  wire::Bytes atr() const;
  bool alone = false;   // takes every part of a command for a command of its own
  bool strict = false;  // T=1: a block with another checksum, NAD or N(S) is asked for again
  // Faults a test plants.
  bool fail_next = false;     // the next XfrBlock: the card gets it, the answer is a failure
  bool swallow_next = false;  // the next XfrBlock: the card gets nothing, the answer is a failure
  bool cut_t0_next = false;   // T=0: only the header reaches the card; it waits for the data

 private:
  wire::Bytes message(wire::ByteView bytes);
  wire::Bytes data_block(wire::ByteView command, wire::ByteView data, bool failed = false,
                         std::uint8_t chain = 0) const;
  wire::Bytes xfr(wire::ByteView command);
  wire::Bytes t1(wire::ByteView block);
  wire::Bytes t1_answer();
  bool t1_is_due(wire::ByteView block);
  std::optional<wire::Bytes> t0(wire::ByteView tpdu);
  void power_on();

  Level level_;
  OracleCard& card_;
  bool powered_ = false;
  wire::Bytes stream_;       // part of a message
  wire::Bytes parts_;        // extended level: parts of a command
  wire::Bytes t1_command_;   // T=1: chain
  wire::Bytes t1_response_;  // T=1: what is left to send
  wire::Bytes t1_last_;      // T=1: last block sent
  bool t1_send_ = false;     // N(S) of the card's next block
  bool t1_receive_ = false;  // strict: N(S) that is due
  wire::Bytes t0_waits_;     // T=0: header that waits for its data
};

// Lengths and checksums as they should be.
wire::Bytes xfr_block(wire::ByteView data, std::uint8_t seq, std::uint16_t level = 0,
                      std::uint8_t slot = 0);
wire::Bytes ccid_message(std::uint8_t type, std::uint8_t seq, wire::ByteView data = {},
                         std::uint8_t slot = 0);
wire::Bytes t1_block(std::uint8_t pcb, wire::ByteView information, std::uint8_t nad = 0);

}  // namespace uketsuke::guard::test
