// T=1 block by block, host and card, after the scenarios of ISO/IEC 7816-3:2006, annex A. One line
// of a scenario is what comes in and what has to go out.
#include <boost/test/unit_test.hpp>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/reader_t1.h"

using namespace uketsuke;
using namespace uketsuke::iso7816;
using wire::Bytes;
using wire::iso7816::Edc;
using wire::iso7816::T1Block;
using wire::iso7816::T1Error;
using wire::iso7816::T1Kind;
using wire::iso7816::T1Supervisory;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

// "I(0,1)", "R(1)", "R(1)e", "S(WTX request) 3", ...: short names of the annex, information left
// out.
std::string name_of(const T1Block& block) {
  if (block.kind == T1Kind::kInformation) {
    return "I(" + std::to_string(block.sequence) + "," + std::to_string(block.more) + ")";
  }
  if (block.kind == T1Kind::kReceiveReady) {
    const std::string error = block.error == T1Error::kNone ? "" : "e";
    return "R(" + std::to_string(block.sequence) + ")" + error;
  }
  return describe(block);
}
std::string name_of(const Bytes& block) {
  return name_of(wire::iso7816::decode_t1_block(block, Edc::kLrc).value());
}

// From a name to a block; I-blocks carry `information`.
Bytes block_of(const std::string& name, const Bytes& information) {
  T1Block block;
  if (name[0] == 'I') {
    block = T1Block::i_block(name[2] == '1', name[4] == '1', information);
  } else if (name[0] == 'R') {
    block = T1Block::r_block(name[2] == '1',
                             name.back() == 'e' ? T1Error::kRedundancy : T1Error::kNone);
  } else {
    const std::string kinds[] = {"RESYNCH", "IFS", "ABORT", "WTX", "VPP error"};
    for (int kind = 0; kind < 5; ++kind) {
      if (name.find(kinds[kind]) != std::string::npos)
        block.supervisory = static_cast<T1Supervisory>(kind);
    }
    block.kind = T1Kind::kSupervisory;
    block.response = name.find("response") != std::string::npos;
    const auto blank = name.rfind(") ");
    if (blank != std::string::npos) {
      block.information = {static_cast<std::uint8_t>(std::stoi(name.substr(blank + 2)))};
    }
  }
  return wire::iso7816::encode_t1_block(block, Edc::kLrc).value();
}

// --- host ---------------------------------------------------------------------------------------
struct Line {
  std::string in;   // "APDU n": that many bytes; "garbled", "mute", else a block from the card
  std::string out;  // block, "done", or the failure's text
};

std::string outcome_of(const T1HostActions& actions) {
  BOOST_REQUIRE(actions.size() == 1);
  if (const auto* send = std::get_if<SendBlock>(&actions[0])) {
    const std::string multiplier =
        send->bwt_multiplier == 1 ? "" : " x" + std::to_string(send->bwt_multiplier);
    return name_of(send->block) + multiplier;
  }
  if (std::holds_alternative<Done>(actions[0])) return "done";
  return std::string(to_string(std::get<Failed>(actions[0]).reason));
}

void play_host(T1HostConfig config, const std::vector<Line>& lines) {
  T1Host host(config);
  for (const auto& line : lines) {
    BOOST_TEST_CONTEXT("in: " << line.in) {
      T1HostActions actions;
      if (line.in.rfind("APDU", 0) == 0) {
        Bytes apdu = hex("00A40000");
        const auto size = static_cast<std::size_t>(std::stoi(line.in.substr(5)));
        if (size > 4) {
          apdu.push_back(static_cast<std::uint8_t>(size - 5));
          apdu.resize(size, 0x11);
        }
        actions = host.handle(SendApdu{apdu});
      } else if (line.in == "garbled") {
        actions = host.handle(BlockError{});
      } else if (line.in == "mute") {
        actions = host.handle(BlockTimeout{});
      } else {
        actions = host.handle(BlockReceived{block_of(line.in, hex("9000"))});
      }
      BOOST_TEST(outcome_of(actions) == line.out);
    }
  }
}

T1HostConfig host_with(std::uint8_t ifsc, std::uint8_t ifsd = 32) {
  T1HostConfig config;
  config.ifsc = ifsc;
  config.ifsd = ifsd;
  return config;
}

const char* const kTransmission = "transmission errors not recovered";
const char* const kResynch = "S(RESYNCH request)";

// --- card ---------------------------------------------------------------------------------------
// "answer n": the application gives n bytes; out "command n" counts the bytes it got.
void play_card(std::uint8_t ifsc, const std::vector<Line>& lines, bool request_ifs = false) {
  ContactConfig config;
  config.cold_atr = wire::iso7816::AtrBuilder().protocol(1).protocol(1, ifsc, 0x45).build().value();
  config.t1_request_ifs = request_ifs;
  CardContact card(config);
  card.handle(wire::field::PowerOn{});
  for (const auto& line : lines) {
    BOOST_TEST_CONTEXT("in: " << line.in) {
      CardActions actions;
      if (line.in.rfind("answer", 0) == 0) {
        actions =
            card.handle(Respond{Bytes(static_cast<std::size_t>(std::stoi(line.in.substr(7)))), 0});
      } else if (line.in == "late") {
        actions = card.handle(wire::TimerExpired{0});
      } else if (line.in == "garbled") {
        actions = card.handle(wire::field::Burst{hex("0000019000"), 0, {}});
      } else {
        actions = card.handle(wire::field::Burst{block_of(line.in, Bytes(ifsc, 0x22)), 0, {}});
      }
      std::string out;
      for (const auto& action : actions) {
        if (const auto* burst = std::get_if<wire::field::Burst>(&action))
          out += name_of(burst->data);
        if (const auto* command = std::get_if<Command>(&action)) {
          out += "command " + std::to_string(command->command_apdu.size());
        }
      }
      BOOST_TEST(out == line.out);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(t1_host_scenarios)

// Annex A, error-free: I-blocks in turn.
BOOST_AUTO_TEST_CASE(information_blocks_alternate_their_numbers) {
  play_host(host_with(32), {{"APDU 4", "I(0,0)"},
                            {"I(0,0)", "done"},
                            {"APDU 4", "I(1,0)"},
                            {"I(1,0)", "done"},
                            {"APDU 4", "I(0,0)"},
                            {"I(0,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(ifsd_is_agreed_before_the_first_command_only) {
  play_host(host_with(32, 254), {{"APDU 4", "S(IFS request) 254"},
                                 {"S(IFS response) 254", "I(0,0)"},
                                 {"I(0,0)", "done"},
                                 {"APDU 4", "I(1,0)"},
                                 {"I(1,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(ifsc_of_the_card_is_taken_over) {
  play_host(host_with(32), {{"APDU 60", "I(0,1)"},
                            {"S(IFS request) 10", "S(IFS response) 10"},
                            {"R(1)", "I(1,1)"},
                            {"R(0)", "I(0,1)"},
                            {"R(1)", "I(1,0)"},
                            {"I(0,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(waiting_time_extension_is_answered_with_its_multiplier) {
  play_host(host_with(32), {{"APDU 4", "I(0,0)"},
                            {"S(WTX request) 5", "S(WTX response) 5 x5"},
                            {"S(WTX request) 1", "S(WTX response) 1"},
                            {"I(0,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(chaining_goes_both_ways) {
  play_host(host_with(10), {{"APDU 25", "I(0,1)"},
                            {"R(1)", "I(1,1)"},
                            {"R(0)", "I(0,0)"},
                            {"I(0,1)", "R(1)"},
                            {"I(1,1)", "R(0)"},
                            {"I(0,0)", "done"},
                            {"APDU 4", "I(1,0)"},
                            {"I(1,0)", "done"}});
}

// Annex A, errors: the I-block of the interface device arrives garbled.
BOOST_AUTO_TEST_CASE(a_block_that_the_card_did_not_get_is_repeated) {
  play_host(host_with(32), {{"APDU 4", "I(0,0)"}, {"R(0)e", "I(0,0)"}, {"I(0,0)", "done"}});
  play_host(host_with(32),
            {{"APDU 4", "I(0,0)"}, {"garbled", "R(0)e"}, {"R(0)", "I(0,0)"}, {"I(0,0)", "done"}});
  play_host(host_with(32), {{"APDU 4", "I(0,0)"}, {"mute", "R(0)e"}, {"I(0,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(errors_in_a_chain_are_recovered) {
  play_host(host_with(10), {{"APDU 25", "I(0,1)"},
                            {"garbled", "R(0)e"},
                            {"R(1)", "I(1,1)"},
                            {"R(1)e", "I(1,1)"},
                            {"R(0)", "I(0,0)"},
                            {"I(0,1)", "R(1)"},
                            {"garbled", "R(1)e"},
                            {"I(1,0)", "done"}});
  play_host(host_with(32),
            {{"APDU 4", "I(0,0)"}, {"I(0,1)", "R(1)"}, {"R(0)e", "R(1)"}, {"I(1,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(an_s_request_is_repeated_until_its_response_comes) {
  play_host(host_with(32, 254), {{"APDU 4", "S(IFS request) 254"},
                                 {"garbled", "S(IFS request) 254"},
                                 {"R(0)e", "S(IFS request) 254"},
                                 {"mute", kResynch},
                                 {"S(RESYNCH response)", "I(0,0)"},
                                 {"I(0,0)", "done"},
                                 {"APDU 4", "I(1,0)"}});
  play_host(host_with(32, 254), {{"APDU 4", "S(IFS request) 254"},
                                 {"S(IFS response) 32", "S(IFS request) 254"},
                                 {"S(IFS response) 254", "I(0,0)"},
                                 {"I(0,0)", "done"}});
}

// 11.6.3.2, rules 6 and 7: three attempts, then S(RESYNCH); the command is not sent again.
BOOST_AUTO_TEST_CASE(three_failures_resynchronise_and_the_command_fails) {
  play_host(host_with(32), {{"APDU 4", "I(0,0)"},
                            {"garbled", "R(0)e"},
                            {"garbled", "R(0)e"},
                            {"garbled", kResynch},
                            {"S(RESYNCH response)", kTransmission},
                            {"APDU 4", "I(0,0)"},
                            {"I(0,0)", "done"}});
  play_host(host_with(32), {{"APDU 4", "I(0,0)"},
                            {"mute", "R(0)e"},
                            {"mute", "R(0)e"},
                            {"mute", kResynch},
                            {"mute", kResynch},
                            {"mute", kResynch},
                            {"mute", "no answer"},
                            {"APDU 4", kTransmission}});
}

BOOST_AUTO_TEST_CASE(an_abort_is_answered_and_the_exchange_ends) {
  play_host(host_with(10), {{"APDU 25", "I(0,1)"},
                            {"S(ABORT request)", "S(ABORT response)"},
                            {"R(1)", "aborted"},
                            {"APDU 4", "I(1,0)"},
                            {"I(0,0)", "done"}});
}

BOOST_AUTO_TEST_CASE(what_the_card_may_not_send_is_an_invalid_block) {
  const char* const forbidden[] = {"S(RESYNCH request)",
                                   "S(RESYNCH response)",
                                   "S(IFS response) 254",
                                   "S(WTX response) 1",
                                   "S(ABORT response)",
                                   "S(WTX request) 0",
                                   "S(IFS request) 0",
                                   "S(IFS request) 255",
                                   "I(1,0)",
                                   "R(1)"};
  for (const char* block : forbidden) {
    play_host(host_with(32), {{"APDU 4", "I(0,0)"}, {block, "R(0)e"}, {"I(0,0)", "done"}});
  }
  play_host(host_with(32), {{"APDU 4", "I(0,0)"}, {"S(VPP error response)", "VPP error"}});
}

BOOST_AUTO_TEST_CASE(information_beyond_ifsd_and_foreign_nad_are_invalid) {
  T1Host host(host_with(32));
  host.handle(SendApdu{hex("00A40000")});
  const auto longer =
      wire::iso7816::encode_t1_block(T1Block::i_block(false, false, Bytes(33)), Edc::kLrc);
  BOOST_TEST(outcome_of(host.handle(BlockReceived{*longer})) == "R(0)e");
  T1Block foreign = T1Block::i_block(false, false, hex("9000"));
  foreign.nad = 0x21;
  BOOST_TEST(outcome_of(host.handle(
                 BlockReceived{*wire::iso7816::encode_t1_block(foreign, Edc::kLrc)})) == "R(0)e");
}

BOOST_AUTO_TEST_CASE(events_out_of_season_are_decided) {
  T1Host host(host_with(32));
  BOOST_TEST(host.handle(BlockReceived{hex("00800080")}).empty());
  BOOST_TEST(host.handle(BlockError{}).empty());
  BOOST_TEST(host.handle(BlockTimeout{}).empty());
  BOOST_TEST(outcome_of(host.handle(SendApdu{hex("00A4")})) ==
             "not a command that the protocol can carry");
  host.handle(SendApdu{hex("00A40000")});
  BOOST_TEST(outcome_of(host.handle(SendApdu{hex("00A40000")})) == "an exchange is under way");
  BOOST_TEST(host.busy());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(t1_card_scenarios)

BOOST_AUTO_TEST_CASE(information_blocks_alternate_their_numbers) {
  play_card(10, {{"I(0,0)", "command 10"},
                 {"answer 2", "I(0,0)"},
                 {"I(1,0)", "command 10"},
                 {"answer 2", "I(1,0)"},
                 {"I(0,0)", "command 10"},
                 {"answer 2", "I(0,0)"}});
}

BOOST_AUTO_TEST_CASE(ifsd_bounds_the_blocks_of_the_card) {
  play_card(10, {{"S(IFS request) 20", "S(IFS response) 20"},
                 {"I(0,0)", "command 10"},
                 {"answer 45", "I(0,1)"},
                 {"R(1)", "I(1,1)"},
                 {"R(0)", "I(0,0)"}});
  play_card(10, {{"I(0,0)", "command 10"}, {"answer 33", "I(0,1)"}, {"R(1)", "I(1,0)"}});
}

BOOST_AUTO_TEST_CASE(the_card_can_ask_for_its_own_ifsc) {
  play_card(10,
            {{"I(0,0)", "command 10"},
             {"answer 2", "S(IFS request) 10"},
             {"garbled", "S(IFS request) 10"},
             {"S(IFS response) 10", "I(0,0)"},
             {"I(1,0)", "command 10"},
             {"answer 2", "I(1,0)"}},
            true);
}

BOOST_AUTO_TEST_CASE(chaining_goes_both_ways) {
  play_card(10, {{"I(0,1)", "R(1)"},
                 {"I(1,1)", "R(0)"},
                 {"I(0,0)", "command 30"},
                 {"answer 40", "I(0,1)"},
                 {"R(1)", "I(1,0)"}});
}

BOOST_AUTO_TEST_CASE(errors_are_answered_with_the_number_that_is_due) {
  play_card(10, {{"garbled", "R(0)e"},
                 {"I(0,1)", "R(1)"},
                 {"garbled", "R(1)e"},
                 {"R(0)", "R(1)"},
                 {"I(0,1)", "R(1)e"},
                 {"I(1,0)", "command 20"},
                 {"answer 2", "I(0,0)"}});
}

BOOST_AUTO_TEST_CASE(the_last_block_is_repeated_on_request_and_the_command_not_run_again) {
  play_card(10, {{"I(0,0)", "command 10"},
                 {"answer 2", "I(0,0)"},
                 {"R(0)e", "I(0,0)"},
                 {"R(0)", "I(0,0)"},
                 {"garbled", "R(1)e"},
                 {"R(0)", "I(0,0)"},
                 {"R(1)", "R(1)"},
                 {"I(1,0)", "command 10"}});
  play_card(10, {{"I(0,0)", "command 10"},
                 {"answer 40", "I(0,1)"},
                 {"R(0)e", "I(0,1)"},
                 {"garbled", "R(1)e"},
                 {"I(1,0)", "R(1)e"},
                 {"R(1)", "I(1,0)"}});
}

BOOST_AUTO_TEST_CASE(long_work_asks_for_time_and_repeats_the_request) {
  play_card(10, {{"I(0,0)", "command 10"},
                 {"late", "S(WTX request) 1"},
                 {"garbled", "S(WTX request) 1"},
                 {"R(0)", "S(WTX request) 1"},
                 {"S(WTX response) 2", "S(WTX request) 1"},
                 {"S(WTX response) 1", ""},
                 {"late", "S(WTX request) 1"},
                 {"answer 2", ""},
                 {"S(WTX response) 1", "I(0,0)"}});
}

BOOST_AUTO_TEST_CASE(resynchronisation_starts_anew) {
  play_card(10, {{"I(0,1)", "R(1)"},
                 {"S(RESYNCH request)", "S(RESYNCH response)"},
                 {"I(0,0)", "command 10"},
                 {"answer 2", "I(0,0)"},
                 {"S(RESYNCH request)", "S(RESYNCH response)"},
                 {"R(0)", "R(0)"},
                 {"I(0,0)", "command 10"}});
  // An answer to a command that was given up must not answer the next one.
  play_card(10, {{"I(0,0)", "command 10"},
                 {"late", "S(WTX request) 1"},
                 {"S(RESYNCH request)", "S(RESYNCH response)"},
                 {"I(0,0)", "command 10"},
                 {"answer 2", ""},
                 {"answer 3", "I(0,0)"}});
}

BOOST_AUTO_TEST_CASE(the_reader_may_abort_a_chain) {
  play_card(
      10,
      {{"I(0,1)", "R(1)"}, {"S(ABORT request)", "S(ABORT response)"}, {"I(1,0)", "command 10"}});
  play_card(10, {{"I(0,0)", "command 10"},
                 {"answer 40", "I(0,1)"},
                 {"S(ABORT request)", "S(ABORT response)"},
                 {"I(1,0)", "command 10"}});
}

BOOST_AUTO_TEST_CASE(what_the_reader_may_not_send_is_an_invalid_block) {
  const char* const forbidden[] = {
      "S(WTX request) 1",    "S(WTX response) 1",     "S(IFS response) 10",
      "S(RESYNCH response)", "S(ABORT response)",     "S(IFS request) 0",
      "S(IFS request) 255",  "S(VPP error response)", "I(1,0)"};
  for (const char* block : forbidden) {
    play_card(10, {{block, "R(0)e"}, {"I(0,0)", "command 10"}});
  }
}

BOOST_AUTO_TEST_CASE(a_card_that_works_is_deaf) {
  play_card(10, {{"I(0,0)", "command 10"},
                 {"R(0)", ""},
                 {"S(RESYNCH request)", ""},
                 {"I(1,0)", ""},
                 {"answer 2", "I(0,0)"}});
}

BOOST_AUTO_TEST_SUITE_END()
