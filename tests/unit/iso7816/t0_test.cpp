// T=0 character by character and TPDU by TPDU.
#include <boost/test/unit_test.hpp>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/reader_t0.h"

using namespace uketsuke;
using namespace uketsuke::iso7816;
using wire::Bytes;
using wire::field::Burst;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }
std::string hex_of(const Bytes& bytes) { return wire::to_hex(bytes); }

// Reader's side, characters: what goes in and what comes out, as text.
std::string play(T0Tpdu& machine, const T0TpduEvent& event) {
  std::string out;
  for (const auto& action : machine.handle(event)) {
    if (const auto* burst = std::get_if<Burst>(&action)) out += ">" + hex_of(burst->data);
    if (const auto* response = std::get_if<TpduResponse>(&action))
      out += "=" + hex_of(response->response);
    if (const auto* failed = std::get_if<TpduFailed>(&action)) {
      out += "!" + std::string(to_string(failed->reason));
    }
  }
  return out;
}
std::string card_sends(T0Tpdu& machine, std::string_view text) {
  return play(machine, Burst{hex(text), 1000, {}});
}

std::string play(T0Apdu& machine, const T0ApduEvent& event) {
  std::string out;
  for (const auto& action : machine.handle(event)) {
    if (const auto* tpdu = std::get_if<SendTpdu>(&action)) out += ">" + hex_of(tpdu->tpdu);
    if (const auto* done = std::get_if<Done>(&action)) out += "=" + hex_of(done->response_apdu);
    if (const auto* failed = std::get_if<Failed>(&action)) {
      out += "!" + std::string(to_string(failed->reason));
    }
  }
  return out;
}
std::string apdu(T0Apdu& machine, std::string_view text) {
  return play(machine, SendApdu{hex(text)});
}
std::string card_answers(T0Apdu& machine, std::string_view text) {
  return play(machine, TpduResponse{hex(text)});
}

// Card's side.
std::string play(CardContact& card, const CardEvent& event) {
  std::string out;
  for (const auto& action : card.handle(event)) {
    if (const auto* burst = std::get_if<Burst>(&action)) out += "<" + hex_of(burst->data);
    if (const auto* command = std::get_if<Command>(&action))
      out += "?" + hex_of(command->command_apdu);
  }
  return out;
}
std::string reader_sends(CardContact& card, std::string_view text) {
  return play(card, Burst{hex(text), 1000, {}});
}
std::string application(CardContact& card, std::string_view text) {
  return play(card, Respond{hex(text), 0});
}

CardContact powered_card(ContactConfig config = {}) {
  config.cold_atr = hex("3B00");
  CardContact card(std::move(config));
  card.handle(wire::field::PowerOn{});
  return card;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(t0_tpdu)

// ISO/IEC 7816-3:2006, 10.3.3: procedure bytes.
BOOST_AUTO_TEST_CASE(procedure_bytes_are_obeyed) {
  T0Tpdu m{T0TpduConfig{}};
  BOOST_TEST(play(m, SendTpdu{hex("00A4000C02000A")}) == ">00a4000c02");
  BOOST_TEST(card_sends(m, "A4") == ">000a");  // all
  BOOST_TEST(card_sends(m, "60") == "");       // NULL
  BOOST_TEST(card_sends(m, "9000") == "=9000");
  BOOST_TEST(!m.busy());
  BOOST_TEST(play(m, SendTpdu{hex("00A4000C02000A")}) == ">00a4000c02");
  BOOST_TEST(card_sends(m, "5B") == ">00");  // one
  BOOST_TEST(card_sends(m, "5B") == ">0a");
  BOOST_TEST(card_sends(m, "61") == "");
  BOOST_TEST(card_sends(m, "10") == "=6110");
  BOOST_TEST(play(m, SendTpdu{hex("00B0000003")}) == ">00b0000003");
  BOOST_TEST(card_sends(m,
                        "60604F114F226060B033"
                        "9000") == "=1122339000");
  BOOST_TEST(play(m, SendTpdu{hex("00B0000003")}) == ">00b0000003");
  BOOST_TEST(card_sends(m, "6982") == "=6982");  // early status
  BOOST_TEST(play(m, SendTpdu{hex("00200080")}) == ">0020008000");
  BOOST_TEST(card_sends(m, "63C3") == "=63c3");
}

BOOST_AUTO_TEST_CASE(what_is_no_procedure_byte_fails) {
  for (int byte = 0; byte < 256; ++byte) {
    T0Tpdu m{T0TpduConfig{}};
    play(m, SendTpdu{hex("00B0000003")});
    const auto out = play(m, Burst{{static_cast<std::uint8_t>(byte)}, 1000, {}});
    const bool status = (byte & 0xF0) == 0x60 || (byte & 0xF0) == 0x90;
    const bool ack = byte == 0xB0 || byte == 0x4F;
    BOOST_TEST((out == "") == (status || ack), "byte " << byte);
    if (!status && !ack) BOOST_TEST(out == "!answer not allowed by the protocol");
  }
  T0Tpdu m{T0TpduConfig{}};
  play(m, SendTpdu{hex("00D600000111")});
  card_sends(m, "D6");
  BOOST_TEST(card_sends(m, "D6") == "!answer not allowed by the protocol");  // all data is there
}

BOOST_AUTO_TEST_CASE(bad_tpdus_and_silence_fail) {
  T0Tpdu m{T0TpduConfig{}};
  const std::string bad = "!not a command that the protocol can carry";
  for (const char* text :
       {"", "00A400", "00A4000C0200", "00A4000C02000A00", "0061000000", "0092000000"}) {
    BOOST_TEST(play(m, SendTpdu{hex(text)}) == bad, text);
  }
  play(m, SendTpdu{hex("00B0000003")});
  BOOST_TEST(play(m, SendTpdu{hex("00B0000003")}) == "!an exchange is under way");
  BOOST_TEST(play(m, wire::TimerExpired{9}) == "");
  BOOST_TEST(play(m, wire::TimerExpired{0}) == "!no answer");
  BOOST_TEST(play(m, wire::TimerExpired{0}) == "");
  BOOST_TEST(card_sends(m, "9000") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(t0_apdu)

// ISO/IEC 7816-3:2006, 12.2: mapping of the cases.
BOOST_AUTO_TEST_CASE(case_1_gets_a_p3_of_zero) {
  T0Apdu m;
  BOOST_TEST(apdu(m, "00200080") == ">0020008000");
  BOOST_TEST(card_answers(m, "63C3") == "=63c3");
}

BOOST_AUTO_TEST_CASE(case_2_short_resends_with_the_length_of_6c) {
  T0Apdu m;
  BOOST_TEST(apdu(m, "00B0000000") == ">00b0000000");
  BOOST_TEST(card_answers(m, "6C03") == ">00b0000003");
  BOOST_TEST(card_answers(m, "0102039000") == "=0102039000");
  BOOST_TEST(apdu(m, "00B0000002") == ">00b0000002");
  BOOST_TEST(card_answers(m, "6C03") == ">00b0000003");
  BOOST_TEST(card_answers(m, "0102039000") == "=01029000");  // only the first Le bytes
  BOOST_TEST(apdu(m, "00B0000002") == ">00b0000002");
  BOOST_TEST(card_answers(m, "6700") == "=6700");
  BOOST_TEST(apdu(m, "00B0000002") == ">00b0000002");
  BOOST_TEST(card_answers(m, "6C03") == ">00b0000003");
  BOOST_TEST(card_answers(m, "6C03") == "=6c03");  // once is enough
}

BOOST_AUTO_TEST_CASE(case_3_short_passes_unchanged) {
  T0Apdu m;
  BOOST_TEST(apdu(m, "00D6000002AABB") == ">00d6000002aabb");
  BOOST_TEST(card_answers(m, "9000") == "=9000");
  BOOST_TEST(apdu(m, "00D6000002AABB") == ">00d6000002aabb");
  BOOST_TEST(card_answers(m, "6102") == "=6102");  // no Le: nothing to fetch
}

BOOST_AUTO_TEST_CASE(case_4_short_fetches_the_answer) {
  T0Apdu m;
  BOOST_TEST(apdu(m, "802A000002AABB00") == ">802a000002aabb");
  BOOST_TEST(card_answers(m, "6103") == ">80c0000003");
  BOOST_TEST(card_answers(m, "0102039000") == "=0102039000");
  BOOST_TEST(apdu(m, "802A000002AABB02") == ">802a000002aabb");
  BOOST_TEST(card_answers(m, "6103") == ">80c0000002");  // not more than Le
  BOOST_TEST(card_answers(m, "01026101") == "=01026101");
  BOOST_TEST(apdu(m, "802A000002AABB00") == ">802a000002aabb");
  BOOST_TEST(card_answers(m, "9000") == ">80c0000000");  // case 4S.2
  BOOST_TEST(card_answers(m, "6C01") == ">80c0000001");
  BOOST_TEST(card_answers(m, "079000") == "=079000");
  BOOST_TEST(apdu(m, "802A000002AABB00") == ">802a000002aabb");
  BOOST_TEST(card_answers(m, "9000") == ">80c0000000");
  BOOST_TEST(card_answers(m, "6985") == "=9000");  // nothing there: 9000 stands
  BOOST_TEST(apdu(m, "802A000002AABB00") == ">802a000002aabb");
  BOOST_TEST(card_answers(m, "6282") == "=6282");  // case 4S.4
}

BOOST_AUTO_TEST_CASE(long_answers_come_in_parts) {
  T0Apdu m;
  BOOST_TEST(apdu(m, "00CA7F21000000") == ">00ca7f2100");  // Ne 65536
  BOOST_TEST(card_answers(m, "6100") == ">00c0000000");
  const std::string part(512, '7');
  BOOST_TEST(card_answers(m, part + "6105") == ">00c0000005");
  BOOST_TEST(card_answers(m, "01020304059000") == "=" + part + "01020304059000");
}

BOOST_AUTO_TEST_CASE(extended_commands_go_in_envelopes) {
  T0Apdu m;
  const std::string data(600, '3');                   // Nc 300
  const std::string whole = "80a200c100012c" + data;  // 307 bytes: 255 and 52
  BOOST_TEST(apdu(m, whole) == ">80c20000ff" + whole.substr(0, 510));
  BOOST_TEST(card_answers(m, "9000") == ">80c2000034" + whole.substr(510));
  BOOST_TEST(card_answers(m, "9000") == "=9000");
  // 510 bytes in all: the last segment is full, so an empty one ends it.
  const std::string exact = "80a200c10001f7" + std::string(1006, '4');
  BOOST_TEST(apdu(m, exact).substr(0, 11) == ">80c20000ff");
  BOOST_TEST(card_answers(m, "9000").substr(0, 11) == ">80c20000ff");
  BOOST_TEST(card_answers(m, "9000") == ">80c2000000");
  BOOST_TEST(card_answers(m, "9000") == "=9000");
  apdu(m, whole);
  BOOST_TEST(card_answers(m, "6D00") == "=6d00");                  // no ENVELOPE in this card
  BOOST_TEST(apdu(m, "80A200C1000002AABB") == ">80a200c102aabb");  // Nc below 256: as short
}

BOOST_AUTO_TEST_CASE(answers_that_do_not_fit_fail) {
  T0Apdu m;
  const std::string wrong = "!answer not allowed by the protocol";
  apdu(m, "00200080");
  BOOST_TEST(card_answers(m, "AA9000") == wrong);
  apdu(m, "00B0000002");
  BOOST_TEST(card_answers(m, "90") == wrong);
  BOOST_TEST(card_answers(m, "9000") == "");
  BOOST_TEST(apdu(m, "00B0") == "!not a command that the protocol can carry");
  BOOST_TEST(apdu(m, "0060000000") == "!not a command that the protocol can carry");
  apdu(m, "00B0000002");
  BOOST_TEST(apdu(m, "00B0000002") == "!an exchange is under way");
  BOOST_TEST(play(m, TpduFailed{ExchangeFailure::kMute}) == "!no answer");
  T0ApduConfig config;
  config.max_get_responses = 3;
  T0Apdu endless(config);
  apdu(endless, "00CA7F21000000");
  for (int i = 0; i < 3; ++i) BOOST_TEST(card_answers(endless, "6101").substr(0, 1) == ">");
  BOOST_TEST(card_answers(endless, "6101") == wrong);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(t0_card)

BOOST_AUTO_TEST_CASE(commands_reach_the_application_with_their_case) {
  auto card = powered_card();
  BOOST_TEST(reader_sends(card, "0020008000") == "?00200080");  // case 1
  BOOST_TEST(application(card, "63C3") == "<63c3");
  BOOST_TEST(reader_sends(card, "00B0000002") == "?00b0000002");  // case 2
  BOOST_TEST(application(card, "01029000") == "<b001029000");
  BOOST_TEST(reader_sends(card, "00A4020C02") == "<a4");  // case 3
  BOOST_TEST(reader_sends(card, "000A") == "?00a4020c02000a");
  BOOST_TEST(application(card, "9000") == "<9000");
  BOOST_TEST(reader_sends(card, "802A008001") == "<2a");  // case 4
  BOOST_TEST(reader_sends(card, "55") == "?802a0080015500");
  BOOST_TEST(application(card, "0102039000") == "<6103");
  BOOST_TEST(reader_sends(card, "00C0000000") == "<6c03");
  BOOST_TEST(reader_sends(card, "00C0000002") == "<c001026101");
  BOOST_TEST(reader_sends(card, "00C0000001") == "<c0039000");
  BOOST_TEST(reader_sends(card, "00C0000001") == "<6985");
  BOOST_TEST(reader_sends(card, "0060000000") == "<6d00");
}

BOOST_AUTO_TEST_CASE(less_than_le_is_said_with_6c_and_kept) {
  auto card = powered_card();
  reader_sends(card, "00B0000000");
  BOOST_TEST(application(card, "0102036282") == "<6c03");
  BOOST_TEST(reader_sends(card, "00B0000003") == "<b00102036282");
  BOOST_TEST(reader_sends(card, "00B0000003") == "?00b0000003");  // only once
  application(card, "0102039000");
  reader_sends(card, "00B0000000");
  application(card, "0102039000");
  BOOST_TEST(reader_sends(card, "00B0000103") == "?00b0000103");  // another command
}

BOOST_AUTO_TEST_CASE(envelopes_become_one_command) {
  auto card = powered_card();
  const std::string whole = "80a200c100012c" + std::string(600, '3');
  BOOST_TEST(reader_sends(card, "80C20000FF") == "<c2");
  BOOST_TEST(reader_sends(card, whole.substr(0, 510)) == "<9000");
  BOOST_TEST(reader_sends(card, "80C2000034") == "<c2");
  BOOST_TEST(reader_sends(card, whole.substr(510)) == "?" + whole);
  BOOST_TEST(application(card, "9000") == "<9000");
  BOOST_TEST(reader_sends(card, "80C2000000") == "<6700");  // end of nothing
  ContactConfig without;
  without.t0_envelope = false;
  auto other = powered_card(without);
  BOOST_TEST(reader_sends(other, "80C20000FF") == "<6d00");
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_while_the_card_works) {
  auto card = powered_card();
  reader_sends(card, "00B0000002");
  BOOST_TEST(reader_sends(card, "00B0000002") == "");
  BOOST_TEST(play(card, wire::TimerExpired{0}) == "<60");  // NULL
  BOOST_TEST(application(card, "01029000") == "<b001029000");
  BOOST_TEST(application(card, "01029000") == "");  // not asked for
  BOOST_TEST(play(card, wire::TimerExpired{0}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
