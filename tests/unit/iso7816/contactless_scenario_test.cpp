// ISO/IEC 14443-4 block by block, reader and card, after the rules of 7.5.3 and 7.5.4 and the
// scenarios of annex B. One line of a scenario is what comes in and what has to go out.
#include <boost/test/unit_test.hpp>

#include "models/iso7816/card_contactless.h"
#include "models/iso7816/reader_contactless.h"
#include "sim/wire/iso7816/iso14443_4.h"

using namespace uketsuke;
using namespace uketsuke::iso7816;
using wire::Bytes;
using wire::field::Burst;
using wire::iso7816::PiccBlock;
using wire::iso7816::PiccBlockKind;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }
Burst frame(std::string_view text) { return Burst{wire::iso7816::with_crc_b(hex(text)), 0, {}}; }

struct Line {
  std::string in;
  std::string out;
};

// "I0", "I1+" (chaining), "ACK0", "NAK1", "WTX3", "DESELECT".
std::string name_of(const PiccBlock& block) {
  switch (block.kind) {
    case PiccBlockKind::kInformation:
      return std::string("I") + (block.number ? "1" : "0") + (block.chaining ? "+" : "");
    case PiccBlockKind::kAck:
      return block.number ? "ACK1" : "ACK0";
    case PiccBlockKind::kNak:
      return block.number ? "NAK1" : "NAK0";
    case PiccBlockKind::kWtx:
      return "WTX" + std::to_string(block.wtxm);
    case PiccBlockKind::kDeselect:
      break;
  }
  return "DESELECT";
}

Burst block_of(const std::string& name) {
  PiccBlock block;
  const auto last = name.find_first_of("0123456789");
  const int value = last == std::string::npos ? 0 : std::stoi(name.substr(last));
  block.number = value == 1;
  if (name[0] == 'I') {
    block.information = hex("00A40000");
    block.chaining = name.back() == '+';
  } else if (name[0] == 'A') {
    block.kind = PiccBlockKind::kAck;
  } else if (name[0] == 'N') {
    block.kind = PiccBlockKind::kNak;
  } else if (name[0] == 'W') {
    block.kind = PiccBlockKind::kWtx;
    block.number = false;
    block.wtxm = static_cast<std::uint8_t>(value);
  } else {
    block.kind = PiccBlockKind::kDeselect;
  }
  return Burst{wire::iso7816::encode_picc_block(block).value(), 0, {}};
}

// "APDU n": a command of that many bytes; "noise", "mute", "deactivate", else a block of the card.
void play_reader(const std::vector<Line>& lines) {
  ReaderContactless reader({});
  reader.handle(Activate{});
  reader.handle(frame("5001020304000005E00001A1"));  // frames of 16 bytes to the card
  reader.handle(frame("00"));
  BOOST_REQUIRE(reader.active());
  for (const auto& line : lines) {
    BOOST_TEST_CONTEXT("in: " << line.in) {
      ContactlessActions actions;
      if (line.in.rfind("APDU", 0) == 0) {
        Bytes apdu = hex("00A4000000");
        const auto size = static_cast<std::size_t>(std::stoi(line.in.substr(5)));
        if (size > 5) apdu[4] = static_cast<std::uint8_t>(size - 5);
        apdu.resize(size, 0x11);
        actions = reader.handle(SendApdu{apdu});
      } else if (line.in == "noise") {
        actions = reader.handle(Burst{hex("021234"), 0, {}});
      } else if (line.in == "mute") {
        actions = reader.handle(wire::TimerExpired{0});
      } else if (line.in == "deactivate") {
        actions = reader.handle(Deactivate{});
      } else {
        actions = reader.handle(block_of(line.in));
      }
      std::string out;
      for (const auto& action : actions) {
        if (const auto* burst = std::get_if<Burst>(&action)) {
          out += name_of(wire::iso7816::decode_picc_block(burst->data).value());
        }
        if (std::holds_alternative<Done>(action)) out += "done";
        if (std::holds_alternative<Deactivated>(action)) out += "deactivated";
        if (const auto* failed = std::get_if<Failed>(&action)) out += to_string(failed->reason);
      }
      BOOST_TEST(out == line.out);
    }
  }
}

// "answer n": the application gives n bytes; "late": the card's timer; "noise"; else a block.
void play_card(const std::vector<Line>& lines) {
  CardContactless card({});
  card.handle(wire::field::PowerOn{});
  card.handle(frame("050008"));
  card.handle(
      frame("1D01020304"
            "00000100"));  // the reader takes frames of 16 bytes
  BOOST_REQUIRE(card.state_name() == "active");
  for (const auto& line : lines) {
    BOOST_TEST_CONTEXT("in: " << line.in) {
      CardActions actions;
      if (line.in.rfind("answer", 0) == 0) {
        const auto size = static_cast<std::size_t>(std::stoi(line.in.substr(7)));
        actions = card.handle(Respond{Bytes(size), 0});
      } else if (line.in == "late") {
        actions = card.handle(wire::TimerExpired{0});
      } else if (line.in == "noise") {
        actions = card.handle(Burst{hex("021234"), 0, {}});
      } else {
        actions = card.handle(block_of(line.in));
      }
      std::string out;
      for (const auto& action : actions) {
        if (const auto* burst = std::get_if<Burst>(&action)) {
          out += name_of(wire::iso7816::decode_picc_block(burst->data).value());
        }
        if (const auto* command = std::get_if<Command>(&action)) {
          out += "command " + std::to_string(command->command_apdu.size());
        }
        if (std::holds_alternative<Deselected>(action)) out += " deselected";
      }
      BOOST_TEST(out == line.out);
    }
  }
}

const char* const kTransmission = "transmission errors not recovered";

}  // namespace

BOOST_AUTO_TEST_SUITE(contactless_reader_scenarios)

BOOST_AUTO_TEST_CASE(block_numbers_alternate) {
  play_reader(
      {{"APDU 5", "I0"}, {"I0", "done"}, {"APDU 5", "I1"}, {"I1", "done"}, {"APDU 5", "I0"}});
}

BOOST_AUTO_TEST_CASE(chaining_goes_both_ways) {
  play_reader({{"APDU 30", "I0+"},
               {"ACK0", "I1+"},
               {"ACK1", "I0"},
               {"I0+", "ACK1"},
               {"I1+", "ACK0"},
               {"I0", "done"},
               {"APDU 5", "I1"},
               {"I1", "done"}});
}

BOOST_AUTO_TEST_CASE(waiting_time_extension_is_echoed) {
  play_reader(
      {{"APDU 5", "I0"}, {"WTX3", "WTX3"}, {"noise", "NAK0"}, {"WTX3", "WTX3"}, {"I0", "done"}});
}

// Rules 4 to 6 (7.5.4.2).
BOOST_AUTO_TEST_CASE(errors_are_answered_with_nak_or_with_ack_in_a_chain) {
  play_reader(
      {{"APDU 5", "I0"}, {"noise", "NAK0"}, {"mute", "NAK0"}, {"ACK1", "I0"}, {"I0", "done"}});
  play_reader({{"APDU 30", "I0+"},
               {"mute", "NAK0"},
               {"ACK0", "I1+"},
               {"ACK0", "I1+"},
               {"ACK1", "I0"},
               {"I0+", "ACK1"},
               {"noise", "ACK1"},
               {"I1", "done"}});
}

BOOST_AUTO_TEST_CASE(a_block_with_the_wrong_number_or_kind_is_an_error) {
  for (const char* wrong : {"I1", "NAK0", "NAK1", "DESELECT", "ACK0"}) {
    play_reader({{"APDU 5", "I0"}, {wrong, "NAK0"}, {"I0", "done"}});
  }
  play_reader({{"APDU 30", "I0+"}, {"I0", "NAK0"}, {"ACK0", "I1+"}});
}

BOOST_AUTO_TEST_CASE(after_three_retransmissions_the_exchange_fails) {
  play_reader({{"APDU 5", "I0"},
               {"noise", "NAK0"},
               {"noise", "NAK0"},
               {"noise", "NAK0"},
               {"noise", kTransmission},
               {"APDU 5", "no answer"}});
  play_reader({{"APDU 5", "I0"},
               {"mute", "NAK0"},
               {"mute", "NAK0"},
               {"mute", "NAK0"},
               {"mute", "no answer"}});
}

BOOST_AUTO_TEST_CASE(deselection_is_repeated_and_ends_in_any_case) {
  play_reader({{"deactivate", "DESELECT"},
               {"noise", "DESELECT"},
               {"DESELECT", "deactivated"},
               {"deactivate", "deactivated"}});
  play_reader({{"deactivate", "DESELECT"},
               {"mute", "DESELECT"},
               {"mute", "DESELECT"},
               {"mute", "DESELECT"},
               {"mute", "deactivated"}});
  play_reader({{"APDU 5", "I0"},
               {"APDU 5", "an exchange is under way"},
               {"deactivate", "abortedDESELECT"},
               {"deactivate", ""}});
}

BOOST_AUTO_TEST_CASE(events_out_of_season_are_ignored) {
  play_reader({{"I0", ""}, {"mute", ""}, {"noise", ""}});
  ReaderContactless idle({});
  BOOST_TEST(idle.handle(frame("00")).empty());
  BOOST_TEST(idle.handle(wire::TimerExpired{0}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(contactless_card_scenarios)

BOOST_AUTO_TEST_CASE(block_numbers_follow_the_reader) {
  play_card({{"I0", "command 4"}, {"answer 2", "I0"}, {"I1", "command 4"}, {"answer 2", "I1"}});
}

BOOST_AUTO_TEST_CASE(chaining_goes_both_ways) {
  play_card({{"I0+", "ACK0"},
             {"I1", "command 8"},
             {"answer 30", "I1+"},
             {"ACK0", "I0+"},
             {"ACK1", "I1"}});
}

// Rules 11 and 12 (7.5.4.3).
BOOST_AUTO_TEST_CASE(r_blocks_repeat_or_are_acknowledged) {
  play_card({{"I0", "command 4"},
             {"answer 2", "I0"},
             {"NAK0", "I0"},
             {"NAK1", "ACK0"},
             {"I1", "command 4"},
             {"answer 30", "I1+"},
             {"NAK1", "I1+"},
             {"ACK1", "I1+"},
             {"ACK0", "I0+"},
             {"ACK0", "I0+"},
             {"ACK1", "I1"}});
  play_card({{"NAK0", "ACK1"}, {"I0", "command 4"}});
}

BOOST_AUTO_TEST_CASE(long_work_asks_for_time) {
  play_card({{"I0", "command 4"},
             {"late", "WTX1"},
             {"NAK0", "WTX1"},
             {"WTX2", ""},
             {"WTX1", ""},
             {"answer 2", "I0"}});
  play_card({{"I0", "command 4"}, {"late", "WTX1"}, {"answer 2", ""}, {"WTX1", "I0"}});
}

BOOST_AUTO_TEST_CASE(what_does_not_decode_gets_no_answer) {
  play_card({{"noise", ""},
             {"WTX1", ""},
             {"ACK0", ""},
             {"I0", "command 4"},
             {"I1", ""},
             {"answer 2", "I0"},
             {"answer 2", ""},
             {"late", ""}});
}

BOOST_AUTO_TEST_CASE(deselect_is_answered_and_silences_the_card) {
  play_card({{"DESELECT", "DESELECT deselected"}, {"I0", ""}, {"DESELECT", ""}});
}

// ISO/IEC 14443-3, 7.4 to 7.12: who answers what, state by state.
BOOST_AUTO_TEST_CASE(initialisation_follows_the_state_diagram) {
  const auto answers = [](CardContactless& card, std::string_view text) {
    for (const auto& action : card.handle(frame(text))) {
      if (std::holds_alternative<Burst>(action)) return true;
    }
    return false;
  };
  ContactlessConfig config;
  config.afi = 0x20;
  CardContactless card(config);
  BOOST_TEST(!answers(card, "050008"));  // no field
  card.handle(wire::field::PowerOn{});
  BOOST_TEST(!answers(card, "1D0102030400080100"));  // ATTRIB before REQB
  BOOST_TEST(!answers(card, "053000"));              // another AFI
  BOOST_TEST(answers(card, "052000"));
  BOOST_TEST(card.state_name() == "ready");
  BOOST_TEST(!answers(card, "1D0102030500080100"));  // another PUPI
  BOOST_TEST(!answers(card, "1D0102030400080000"));  // not 14443-4
  BOOST_TEST(answers(card, "5001020304"));           // HLTB
  BOOST_TEST(card.state_name() == "halt");
  BOOST_TEST(!answers(card, "050000"));  // REQB does not wake up
  BOOST_TEST(answers(card, "050008"));
  BOOST_TEST(answers(card, "1D0102030400080100"));
  BOOST_TEST(card.state_name() == "active");
  BOOST_TEST(!answers(card, "050008"));
  card.handle(wire::field::PowerOff{});
  BOOST_TEST(card.state_name() == "power off");
}

BOOST_AUTO_TEST_SUITE_END()
