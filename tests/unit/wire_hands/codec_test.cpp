// Lines of the hands protocol as sim/gateway/README.md ("Hands protocol") has them.
#include "sim/wire/hands/codec.h"

#include <boost/test/unit_test.hpp>
#include <random>

namespace hands = uketsuke::wire::hands;
namespace rlink = uketsuke::wire::reader_link;
namespace panel = uketsuke::wire::panel;
namespace session = uketsuke::wire::session;
using hands::Asked;
using hands::Id;
using uketsuke::wire::Bytes;

namespace {

struct Golden {
  hands::Message message;
  std::string_view line;
  Asked asked = Asked::kDeed;  // of answers
};

hands::Message request(std::uint64_t id, hands::Body body, std::string reader = "") {
  return hands::Request{id, {std::move(body), std::move(reader)}};
}
hands::Message deed(std::uint64_t id, hands::Deed what) { return request(id, std::move(what)); }
hands::Message input(std::uint64_t id, panel::Input what) {
  return request(id, hands::Deed{std::move(what)});
}
hands::Message note(hands::Body body) { return hands::Notification{{std::move(body), ""}}; }
hands::Message answer(Id id, hands::Outcome outcome) {
  return hands::Answer{std::move(id), std::move(outcome)};
}

const Golden kPanelLines[] = {
    {request(1, hands::Hello{1, "uketsuke 0.1.0"}),
     R"({"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"name":"uketsuke 0.1.0"}})"},
    {answer(Id{1u}, hands::Welcome{1, "robot arm 2", {"press", "show"}, {"face"}, 0}),
     R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"robot arm 2",)"
     R"("can":["press","show"],"readers":["face"]}})",
     Asked::kHello},
    {answer(Id{1u}, hands::Welcome{1, "robot arm 2", {"press"}, {}, 2.5}),
     R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"robot arm 2",)"
     R"("can":["press"],"speed":2.5}})",
     Asked::kHello},
    {input(2, panel::Press{"staff_button"}),
     R"({"jsonrpc":"2.0","id":2,"method":"press","params":{"control":"staff_button"}})"},
    {request(2, hands::Deed{panel::Press{"staff_button"}}, "generic"),
     R"({"jsonrpc":"2.0","id":2,"method":"press",)"
     R"("params":{"control":"staff_button","reader":"generic"}})"},
    {answer(Id{2u}, hands::Did{"robot arm 2"}),
     R"({"jsonrpc":"2.0","id":2,"result":{"by":"robot arm 2"}})"},
    {input(3, panel::Enter{"visual_passcode", "123456"}),
     R"({"jsonrpc":"2.0","id":3,"method":"enter",)"
     R"("params":{"control":"visual_passcode","text":"123456"}})"},
    {input(4, panel::Tick{"viewing_consent", false}),
     R"({"jsonrpc":"2.0","id":4,"method":"tick",)"
     R"("params":{"control":"viewing_consent","on":false}})"},
    {input(5, panel::ShowFace{950}),
     R"({"jsonrpc":"2.0","id":5,"method":"show_face","params":{"score":950}})"},
    {deed(6, hands::PlaceCard{"hanako", "misread"}),
     R"({"jsonrpc":"2.0","id":6,"method":"place","params":{"card":"hanako","face":"misread"}})"},
    {deed(7, hands::PlaceSecondCard{"taro"}),
     R"({"jsonrpc":"2.0","id":7,"method":"place_second","params":{"card":"taro"}})"},
    {deed(8, hands::RemoveCard{""}),
     R"({"jsonrpc":"2.0","id":8,"method":"remove","params":{}})"},
    {deed(8, hands::RemoveCard{"taro"}),
     R"({"jsonrpc":"2.0","id":8,"method":"remove","params":{"card":"taro"}})"},
    {deed(9, hands::ComparePhoto{false}),
     R"({"jsonrpc":"2.0","id":9,"method":"compare","params":{"match":false}})"},
    {deed(10, hands::Unplug{}), R"({"jsonrpc":"2.0","id":10,"method":"unplug","params":{}})"},
    {deed(11, hands::Plug{}), R"({"jsonrpc":"2.0","id":11,"method":"plug","params":{}})"},
    {deed(12, hands::PadPin{"1234"}),
     R"({"jsonrpc":"2.0","id":12,"method":"pad_pin","params":{"digits":"1234"}})"},
    {deed(12, hands::Begin{}), R"({"jsonrpc":"2.0","id":12,"method":"begin","params":{}})"},
    {deed(13, hands::Confirm{"赤か", "Is it red?"}),
     R"({"jsonrpc":"2.0","id":13,"method":"confirm","params":{"ja":"赤か","en":"Is it red?"}})"},
    {answer(Id{std::string("a")}, hands::Error{1, "no card there", "カードがない", "", ""}),
     R"({"jsonrpc":"2.0","id":"a","error":{"code":1,"message":"no card there",)"
     R"("data":{"ja":"カードがない"}}})"},
    {note(panel::Output{panel::Display{"passcode_entry", "", {{"visual_passcode", "****"}}, {}}}),
     R"({"jsonrpc":"2.0","method":"show","params":{"screen":"passcode_entry","message":"",)"
     R"("values":{"visual_passcode":"****"}}})"},
    {note(panel::Output{panel::Refused{"staff_button", "not_offered"}}),
     R"({"jsonrpc":"2.0","method":"refused",)"
     R"("params":{"control":"staff_button","reason":"not_offered"}})"},
    {note(hands::PadAsks{true, 0}),
     R"({"jsonrpc":"2.0","method":"pad_asks","params":{"asks":true,"slot":0}})"},
};

const Golden kLinkLines[] = {
    {request(20, rlink::Body{rlink::Hello{1}}),
     R"({"jsonrpc":"2.0","id":20,"method":"link.hello","params":{"version":1}})"},
    {answer(Id{20u}, rlink::Body{rlink::HelloAnswer{1, "X1", "2.0", rlink::Mode{}}}),
     R"({"jsonrpc":"2.0","id":20,"result":{"firmware":"2.0","mode":"face_authentication",)"
     R"("model":"X1","version":1}})",
     Asked::kLinkHello},
    {request(21, rlink::Body{rlink::SetMode{rlink::Mode::kVisualConfirmation}}),
     R"({"jsonrpc":"2.0","id":21,"method":"link.set_mode",)"
     R"("params":{"mode":"visual_confirmation"}})"},
    {answer(Id{21u}, rlink::Body{rlink::Done{}}), R"({"jsonrpc":"2.0","id":21,"result":{}})",
     Asked::kLinkOther},
    {answer(Id{21u}, rlink::Body{rlink::Refused{"no_reception"}}),
     R"({"jsonrpc":"2.0","id":21,"error":{"code":5,"message":"refused",)"
     R"("data":{"reason":"no_reception"}}})",
     Asked::kLinkOther},
    {request(22, rlink::Body{rlink::AskAuthMethod{}}),
     R"({"jsonrpc":"2.0","id":22,"method":"link.ask_auth_method","params":{}})"},
    {request(23, rlink::Body{rlink::ScanCardFace{}}),
     R"({"jsonrpc":"2.0","id":23,"method":"link.scan_card_face","params":{}})"},
    {request(24, rlink::Body{rlink::MatchFace{{0xFF, 0x4F}}}),
     R"({"jsonrpc":"2.0","id":24,"method":"link.match_face","params":{"photo":"ff4f"}})"},
    {request(25, rlink::Body{rlink::AskConsent{{"薬剤情報"}}}),
     R"({"jsonrpc":"2.0","id":25,"method":"link.ask_consent","params":{"items":["薬剤情報"]}})"},
    {request(26, rlink::Body{rlink::Show{rlink::Notice::kFailed, "E1"}}),
     R"({"jsonrpc":"2.0","id":26,"method":"link.show","params":{"code":"E1","notice":"failed"}})"},
    {request(27, rlink::Body{rlink::EndReception{}}),
     R"({"jsonrpc":"2.0","id":27,"method":"link.end_reception","params":{}})"},
    {request(28, rlink::Body{rlink::CheckPasscode{"123456"}}),
     R"({"jsonrpc":"2.0","id":28,"method":"link.check_passcode","params":{"passcode":"123456"}})"},
    {answer(Id{28u}, rlink::Body{rlink::PasscodeAnswer{rlink::PasscodeResult::kWrong, 2}}),
     R"({"jsonrpc":"2.0","id":28,"result":{"result":"wrong","tries_left":2}})",
     Asked::kLinkPasscode},
    {note(rlink::Body{rlink::ModeChanged{rlink::Mode{}, rlink::ModeCause::kStart}}),
     R"({"jsonrpc":"2.0","method":"link.mode_changed",)"
     R"("params":{"cause":"start","mode":"face_authentication"}})"},
    {note(rlink::Body{rlink::AuthMethodChosen{rlink::AuthMethod::kPin}}),
     R"({"jsonrpc":"2.0","method":"link.auth_method_chosen","params":{"method":"pin"}})"},
    {note(rlink::Body{rlink::CardFaceScanned{"5502"}}),
     R"({"jsonrpc":"2.0","method":"link.card_face_scanned",)"
     R"("params":{"verification_number_b":"5502"}})"},
    {note(rlink::Body{rlink::FaceMatched{true, 950}}),
     R"({"jsonrpc":"2.0","method":"link.face_matched","params":{"matched":true,"score":950}})"},
    {note(rlink::Body{rlink::ConsentChosen{rlink::Consent::kGranted}}),
     R"({"jsonrpc":"2.0","method":"link.consent_chosen","params":{"consent":"granted"}})"},
    {note(rlink::Body{rlink::Cancelled{"time_out"}}),
     R"({"jsonrpc":"2.0","method":"link.cancelled","params":{"reason":"time_out"}})"},
};

const Golden kCardLines[] = {
    {note(session::Event{session::ReaderArrived{"X1", 0x1209, 1, 0x0100, 1, true, "TPDU"}}),
     R"({"jsonrpc":"2.0","method":"card.arrived","params":{"name":"X1","idVendor":4617,)"
     R"("idProduct":1,"bcdDevice":256,"slots":1,"pin_pad":true,"exchange_level":"TPDU"}})"},
    {note(session::Event{session::ReaderGone{}}),
     R"({"jsonrpc":"2.0","method":"card.gone","params":{}})"},
    {note(session::Event{session::CardPresent{0}}),
     R"({"jsonrpc":"2.0","method":"card.present","params":{"slot":0}})"},
    {note(session::Event{session::CardAbsent{1}}),
     R"({"jsonrpc":"2.0","method":"card.absent","params":{"slot":1}})"},
    {request(30, session::Request{session::Connect{0}}),
     R"({"jsonrpc":"2.0","id":30,"method":"card.connect","params":{"slot":0}})"},
    {answer(Id{30u}, session::Event{session::Connected{0, {0x3B, 0x80}, session::Protocol::kT0}}),
     R"({"jsonrpc":"2.0","id":30,"result":{"atr":"3b80","protocol":"T=0"}})", Asked::kCardOn},
    {request(31, session::Request{session::Transmit{0, {0x00, 0xA4, 0x04, 0x00}}}),
     R"({"jsonrpc":"2.0","id":31,"method":"card.transmit",)"
     R"("params":{"slot":0,"command":"00a40400"}})"},
    {answer(Id{31u}, session::Event{session::Response{0, {0x90, 0x00}}}),
     R"({"jsonrpc":"2.0","id":31,"result":{"response":"9000"}})", Asked::kCardTransmit},
    {request(32, session::Request{session::VerifyPin{0, {0, 0x20, 0, 0x80}, 4, 4, 30}}),
     R"({"jsonrpc":"2.0","id":32,"method":"card.verify_pin","params":{"slot":0,)"
     R"("command":"00200080","min_digits":4,"max_digits":4,"timeout_s":30}})"},
    {request(33, session::Request{session::Reset{0, session::Disposition::kReset}}),
     R"({"jsonrpc":"2.0","id":33,"method":"card.reset","params":{"slot":0,"kind":"reset"}})"},
    {request(34, session::Request{session::Disconnect{0, session::Disposition::kUnpower}}),
     R"({"jsonrpc":"2.0","id":34,"method":"card.disconnect",)"
     R"("params":{"slot":0,"disposition":"unpower"}})"},
    {answer(Id{34u}, session::Event{session::Disconnected{}}),
     R"({"jsonrpc":"2.0","id":34,"result":{}})", Asked::kCardOff},
    {answer(Id{35u}, session::Event{session::Failed{0, session::Failure::kCardMute, "no ATR"}}),
     R"({"jsonrpc":"2.0","id":35,"error":{"code":22,"message":"no ATR"}})", Asked::kCardOn},
};

hands::Open as(Asked asked) {
  return [asked](const Id&) { return asked; };
}
const hands::Open kNothingOpen = [](const Id&) { return std::nullopt; };

template <std::size_t N>
void check(const Golden (&lines)[N]) {
  for (const Golden& golden : lines) {
    const auto line = hands::encode(golden.message);
    BOOST_REQUIRE_MESSAGE(line, golden.line);
    BOOST_TEST(*line == golden.line);
    const auto back = hands::decode(golden.line, as(golden.asked));
    BOOST_REQUIRE_MESSAGE(std::holds_alternative<hands::Message>(back), golden.line);
    BOOST_TEST(*hands::encode(std::get<hands::Message>(back)) == golden.line);
    BOOST_TEST(std::get<hands::Message>(back).index() == golden.message.index());
  }
}

hands::Problem problem_of(std::string_view line, const hands::Open& open = kNothingOpen) {
  const auto read = hands::decode(line, open);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<hands::Problem>(read), line.substr(0, 200));
  return std::get<hands::Problem>(read);
}
hands::Code code_of(std::string_view line) { return problem_of(line).code; }

std::string call(std::string_view method, std::string_view params) {
  return R"({"jsonrpc":"2.0","id":7,"method":")" + std::string(method) + R"(","params":)" +
         std::string(params) + "}";
}

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(hands::Code)

BOOST_AUTO_TEST_SUITE(hands_codec)

BOOST_AUTO_TEST_CASE(what_hands_are_asked_and_answer_has_its_line_and_comes_back) {
  check(kPanelLines);
}
BOOST_AUTO_TEST_CASE(every_message_of_the_reader_link_has_its_line_and_comes_back) {
  check(kLinkLines);
}
BOOST_AUTO_TEST_CASE(every_message_of_the_card_session_has_its_line_and_comes_back) {
  check(kCardLines);
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_session_keeps_its_kind) {
  for (int i = 0; i <= static_cast<int>(session::Failure::kBusy); ++i) {
    const auto failure = static_cast<session::Failure>(i);
    const auto line =
        hands::encode(answer(Id{1u}, session::Event{session::Failed{0, failure, "x"}}));
    BOOST_REQUIRE(line);
    const auto read = std::get<hands::Message>(hands::decode(*line, as(Asked::kCardOff)));
    const auto& event = std::get<session::Event>(std::get<hands::Answer>(read).outcome);
    BOOST_TEST((std::get<session::Failed>(event).failure == failure));
  }
}

BOOST_AUTO_TEST_CASE(secrets_of_a_screen_and_the_printed_number_never_travel) {
  const auto line = hands::encode(
      note(panel::Output{panel::Display{"account_management", "", {}, {{"passcode", "918273"}}}}));
  BOOST_REQUIRE(line);
  BOOST_TEST(line->find("918273") == std::string::npos);
  BOOST_TEST(!hands::encode(input(1, panel::CardFaceSeen{"55021720352285"})));
}

BOOST_AUTO_TEST_CASE(a_description_keeps_what_was_typed_to_itself) {
  for (const auto& message :
       {input(3, panel::Enter{"visual_passcode", "918273"}), deed(4, hands::PadPin{"918273"}),
        request(5, rlink::Body{rlink::CheckPasscode{"918273"}}),
        note(rlink::Body{rlink::CardFaceScanned{"918273"}}),
        request(6, session::Request{session::Transmit{0, {0x91, 0x82, 0x73}}})})
    BOOST_TEST(hands::describe(message).find("918273") == std::string::npos);
  BOOST_TEST(hands::describe(input(3, panel::Enter{"visual_passcode", "918273"})) ==
             "3 enter visual_passcode ****");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_a_parse_error) {
  for (const std::string_view line :
       {"", "{", "press staff_button", "{\"jsonrpc\":\"2.0\"} {}", "{\"a\":1e999}", "nul",
        "{\"jsonrpc\":\"2.0\",\"method\":\"\xFF\"}",           // no UTF-8
        "{\"jsonrpc\":\"2.0\",\"method\":\"\xED\xA0\x80\"}",   // a lone surrogate
        "{\"jsonrpc\":\"2.0\",\"method\":\"\xC0\xAF\"}",       // longer than it need be
        "{\"jsonrpc\":\"2.0\",\"method\":\"\\ud800\"}"})
    BOOST_TEST(code_of(line) == hands::Code::kParseError);
}

BOOST_AUTO_TEST_CASE(deep_nesting_long_lines_and_double_members_are_refused) {
  for (const std::size_t depth : {9u, 100u, 100'000u}) {
    BOOST_TEST(code_of(call("press", std::string(depth, '['))) == hands::Code::kParseError);
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    BOOST_TEST(code_of(call("press", objects)) == hands::Code::kParseError);
    const std::string whole = std::string(depth, '[') + std::string(depth, ']');
    BOOST_TEST(problem_of(call("press", whole)).what == "nested too deeply");
  }
  BOOST_TEST(problem_of(call("press", R"({"control":"a","control":"b"})")).what ==
             "a member stands twice in one object");
  BOOST_TEST(problem_of(std::string(hands::kMaxLine, ' ')).what == "line: too long");
}

BOOST_AUTO_TEST_CASE(control_characters_are_refused_in_every_string) {
  for (const std::string_view text : {"\\u0000", "\\n", "\\u001b[2J", "\\u009b2J", "\x7F"})
    BOOST_TEST(code_of(call("press", "{\"control\":\"" + std::string(text) + "\"}")) ==
               hands::Code::kParseError);
  BOOST_TEST(!hands::encode(input(1, panel::Press{"\x1b[2J"})));
  BOOST_TEST(!hands::encode(input(1, panel::Press{"\xFF"})));
  BOOST_TEST(!hands::encode(input(1, panel::Press{std::string(hands::kMaxWord + 1, 'a')})));
}

BOOST_AUTO_TEST_CASE(batches_and_other_shapes_are_invalid_requests) {
  for (const std::string_view line :
       {"[]", R"([{"jsonrpc":"2.0","id":1,"method":"plug"}])", "1", "\"press\"", "null", "{}",
        R"({"jsonrpc":"1.0","id":1,"method":"plug"})", R"({"id":1,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":1,"method":7})", R"({"jsonrpc":"2.0","id":null,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":-1,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":1.5,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":9007199254740992,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":99999999999999999999999999,"method":"plug"})",
        R"({"jsonrpc":"2.0","id":[1],"method":"plug"})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
        R"({"jsonrpc":"2.0","method":"plug"})",                              // asks, without an id
        R"({"jsonrpc":"2.0","id":3,"method":"pad_asks","params":{"asks":true}})"})  // reports
    BOOST_TEST((code_of(line) == hands::Code::kInvalidRequest), line);
}

BOOST_AUTO_TEST_CASE(methods_that_are_not_known_are_said_so_with_their_id) {
  for (const std::string_view method :
       {"dance", "", "Press", "link.", "link.dance", "link.done", "link.refused",
        "link.hello_answer", "card.", "card.eject", "rpc.discover"}) {
    const auto problem = problem_of(call(method, "{}"));
    BOOST_TEST((problem.code == hands::Code::kMethodNotFound), method);
    BOOST_TEST((problem.id == Id{7u}), method);
  }
}

BOOST_AUTO_TEST_CASE(parameters_of_a_wrong_kind_are_named) {
  const std::pair<std::string, std::string> calls[] = {
      {call("press", "{}"), "params.control: missing"},
      {call("press", R"({"control":1})"), "params.control: not a string"},
      {call("press", R"(["staff_button"])"), "params: not an object (given by name)"},
      {call("tick", R"({"control":"a","on":"yes"})"), "params.on: not true or false"},
      {call("show_face", R"({"score":1001})"), "params.score: not a whole number from 0 to 1000"},
      {call("show_face", R"({"score":-1})"), "params.score: not a whole number from 0 to 1000"},
      {call("show_face", R"({"score":1e3})"), "params.score: not a whole number from 0 to 1000"},
      {call("place", R"({"card":"a","face":"upside_down"})"),
       "params.face: none of seen, hidden, misread"},
      {call("card.transmit", R"({"slot":0,"command":"0g"})"),
       "params.command: not hexadecimal digits"},
      {call("card.transmit", R"({"slot":256,"command":"00"})"),
       "params.slot: not a whole number from 0 to 255"},
      {call("link.set_mode", R"({"mode":"party"})"), "params.mode: reserved value"},
      {call("link.match_face", R"({"photo":"f"})"), "params.photo: not hexadecimal digits"},
  };
  for (const auto& [line, what] : calls) {
    const auto problem = problem_of(line);
    BOOST_TEST(problem.what == what);
    BOOST_TEST((problem.code == hands::Code::kInvalidParams));
    BOOST_TEST((problem.id == Id{7u}));
  }
}

BOOST_AUTO_TEST_CASE(members_that_are_not_known_are_ignored) {
  const auto read = hands::decode(
      R"({"jsonrpc":"2.0","id":7,"method":"press","params":{"control":"a","force":9},"x":[]})",
      kNothingOpen);
  BOOST_REQUIRE(std::holds_alternative<hands::Message>(read));
}

BOOST_AUTO_TEST_CASE(an_answer_to_nothing_is_told_and_is_itself_not_answered) {
  for (const std::string_view line :
       {R"({"jsonrpc":"2.0","id":1,"result":{"by":"x"}})",
        R"({"jsonrpc":"2.0","id":"1","error":{"code":1,"message":"x"}})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})"})
    BOOST_TEST(problem_of(line).answer);
}

BOOST_AUTO_TEST_CASE(results_of_a_wrong_shape_are_told) {
  const auto answered = [](std::string_view rest, Asked asked) {
    const auto problem = problem_of(R"({"jsonrpc":"2.0","id":1,)" + std::string(rest) + "}",
                                    as(asked));
    BOOST_TEST(problem.answer);
    return problem.what;
  };
  BOOST_TEST(answered(R"("result":7)", Asked::kDeed) == "result: not an object");
  BOOST_TEST(answered(R"("result":{})", Asked::kDeed) == "result.by: missing");
  BOOST_TEST(answered(R"("result":{"by":""})", Asked::kDeed) == "result.by: empty");
  BOOST_TEST(answered(R"("result":{"protocol":1,"name":"x"})", Asked::kHello) ==
             "result.can: missing");
  BOOST_TEST(answered(R"("result":{"protocol":1,"name":"x","can":[1]})", Asked::kHello) ==
             "result.can: holds what is no short string");
  BOOST_TEST(answered(R"("result":{"atr":"3b","protocol":"T=2"})", Asked::kCardOn) ==
             "result.protocol: none of T=0, T=1");
  BOOST_TEST(answered(R"("error":7)", Asked::kDeed) == "error: not an object");
  BOOST_TEST(answered(R"("error":{"message":"x"})", Asked::kDeed) ==
             "error.code: not a whole number");
  BOOST_TEST(answered(R"("error":{"code":1})", Asked::kDeed) == "error.message: missing");
}

BOOST_AUTO_TEST_CASE(every_truncation_of_every_line_is_a_problem_and_nothing_worse) {
  const auto cut = [](const auto& lines) {
    for (const Golden& golden : lines)
      for (std::size_t n = 0; n < golden.line.size(); ++n)
        BOOST_TEST((problem_of(golden.line.substr(0, n)).code == hands::Code::kParseError));
  };
  cut(kPanelLines);
  cut(kLinkLines);
  cut(kCardLines);
}

BOOST_AUTO_TEST_CASE(damaged_lines_are_read_or_refused_and_what_was_read_can_be_written) {
  std::vector<std::string> lines;
  for (const Golden& golden : kPanelLines) lines.emplace_back(golden.line);
  for (const Golden& golden : kLinkLines) lines.emplace_back(golden.line);
  for (const Golden& golden : kCardLines) lines.emplace_back(golden.line);
  std::mt19937 random(20241209);  // the same lines in every run
  const auto below = [&](std::size_t count) { return random() % count; };
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string line = lines[below(lines.size())];
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(line.size());
      switch (below(4)) {
        case 0: line[at] = static_cast<char>(random()); break;
        case 1: line.erase(at, 1 + below(4)); break;
        case 2: line.insert(at, 1, "\"{}[]:,0-e\\"[below(11)]); break;
        default: {
          const std::string& other = lines[below(lines.size())];
          line.insert(at, other.substr(below(other.size()), 1 + below(20)));
        }
      }
      if (line.empty()) line = "{";
    }
    const auto decoded = hands::decode(line, as(static_cast<Asked>(below(8))));
    const auto* message = std::get_if<hands::Message>(&decoded);
    if (message == nullptr) continue;
    ++read;
    BOOST_TEST(static_cast<bool>(hands::encode(*message)), line);
    hands::describe(*message);
  }
  BOOST_TEST(read > 100);  // some damage harms nothing
}

BOOST_AUTO_TEST_CASE(a_line_that_nobody_could_read_is_answered_with_id_null) {
  BOOST_TEST(*hands::encode_unreadable({-32700, "not JSON in UTF-8", "", "", ""}) ==
             R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON in UTF-8"}})");
}

BOOST_AUTO_TEST_CASE(a_stream_is_cut_into_lines_whatever_its_pieces) {
  const std::string stream = "{\"a\":1}\n\r\n\n{\"b\":2}\r\nrest";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    hands::LineCutter cutter;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      cutter.push(std::string_view(stream).substr(at, piece));
      while (auto line = cutter.next()) lines.push_back(*line);
    }
    BOOST_TEST(lines == (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"}),
               boost::test_tools::per_element());
    BOOST_TEST(cutter.rest());
    BOOST_TEST(!cutter.too_long());
  }
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_noticed) {
  hands::LineCutter cutter;
  cutter.push(std::string(hands::kMaxLine - 1, 'x'));
  BOOST_TEST(!cutter.next());
  BOOST_TEST(!cutter.too_long());
  cutter.push("x\n");  // also when its end is there
  BOOST_TEST(!cutter.next());
  BOOST_TEST(cutter.too_long());
}

BOOST_AUTO_TEST_SUITE_END()
