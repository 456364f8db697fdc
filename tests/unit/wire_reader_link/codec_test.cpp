#include "sim/wire/reader_link/codec.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::wire;
using namespace uketsuke::wire::reader_link;

namespace {

std::vector<Message> one_of_each() {
  return {
      {1, Hello{7}},
      {2, SetMode{Mode::kVisualConfirmation}},
      {3, AskAuthMethod{}},
      {4, ScanCardFace{}},
      {5, MatchFace{Bytes{0xFF, 0x7E, 0x7D, 0x00}}},
      {6, AskConsent{{"medicine", "\xE6\x89\x8B\xE8\xA1\x93"}}},
      {7, Show{Notice::kFailed, "001"}},
      {8, EndReception{}},
      {9, CheckPasscode{"482915"}},
      {10, HelloAnswer{1, "model", "1.0", Mode::kFaceAuthentication}},
      {11, Done{}},
      {12, Refused{"reception_under_way"}},
      {13, PasscodeAnswer{PasscodeResult::kLocked, 2}},
      {14, ModeChanged{Mode::kFaceAuthentication, ModeCause::kCardRemoved}},
      {15, AuthMethodChosen{AuthMethod::kPin}},
      {16, CardFaceScanned{"12345678901234"}},
      {17, FaceMatched{true, 987}},
      {18, ConsentChosen{Consent::kGranted}},
      {0xFFFF, Cancelled{"time_out"}},
  };
}

Bytes hex(std::string_view text) { return from_hex(text).value(); }
Bytes text(std::string_view s) { return Bytes(s.begin(), s.end()); }

Result<Message> decode_map(Bytes kind_item, Bytes seq, Bytes name_item, Bytes body) {
  Bytes b{0xA4};
  const auto key = [&](char k, const Bytes& item) {
    b.push_back(0x61);
    b.push_back(static_cast<std::uint8_t>(k));
    b.insert(b.end(), item.begin(), item.end());
  };
  key('k', kind_item);
  key('s', seq);
  key('n', name_item);
  key('b', body);
  return decode(b);
}
Bytes str(std::string_view s) {
  Bytes b{static_cast<std::uint8_t>(0x60 + s.size())};
  b.insert(b.end(), s.begin(), s.end());
  return b;
}

void check_code(const Result<Message>& result, DecodeErrc code) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(to_string(result.error().code) == to_string(code));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_link_codec)

BOOST_AUTO_TEST_CASE(fcs_is_the_one_of_rfc_1662) {
  // Check value of CRC-16/X-25 for "123456789".
  BOOST_TEST(fcs16(text("123456789")) == 0x906E);
  BOOST_TEST(fcs16({}) == 0x0000);
}

BOOST_AUTO_TEST_CASE(a_frame_is_flags_escaped_bytes_and_fcs_low_byte_first) {
  BOOST_TEST(to_hex(frame(text("123456789"))) ==
             "7e"
             "313233343536373839"
             "6e90"
             "7e");
  const Bytes escaped = frame(hex("7e7d"));
  BOOST_TEST(to_hex(escaped).substr(0, 10) == "7e7d5e7d5d");
}

BOOST_AUTO_TEST_CASE(payload_is_the_documented_cbor_map) {
  // {"b": {"version": 1}, "k": "request", "n": "hello", "s": 5}; RFC 8949, appendix A notation.
  const Bytes golden =
      hex("a4"
          "6162"
          "a1"
          "6776657273696f6e"
          "01"
          "616b"
          "6772657175657374"
          "616e"
          "6568656c6c6f"
          "6173"
          "05");
  BOOST_TEST(to_hex(encode_payload({5, Hello{1}}).value()) == to_hex(golden));
  const Message m = decode(golden).value();
  BOOST_TEST(m.seq == 5);
  BOOST_TEST(std::get<Hello>(m.body).version == 1);
}

BOOST_AUTO_TEST_CASE(every_message_round_trips) {
  const auto messages = one_of_each();
  BOOST_TEST(messages.size() == std::variant_size_v<Body>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    BOOST_TEST(messages[i].body.index() == i);
    Deframer deframer;
    const auto out = deframer.take(encode(messages[i]).value());
    BOOST_REQUIRE(out.size() == 1u);
    const Message back = decode(std::get<Frame>(out[0]).payload).value();
    BOOST_TEST(back.seq == messages[i].seq);
    BOOST_TEST(back.body.index() == i);
    BOOST_TEST(to_hex(encode(back).value()) == to_hex(encode(messages[i]).value()));
  }
}

BOOST_AUTO_TEST_CASE(fields_survive_the_round_trip) {
  const auto back = [](const Message& m) { return decode(encode_payload(m).value()).value().body; };
  BOOST_TEST(to_hex(std::get<MatchFace>(back({1, MatchFace{{1, 2, 3}}})).photo) == "010203");
  const auto items = std::get<AskConsent>(back({1, AskConsent{{"a", "b"}}})).items;
  BOOST_TEST(items == (std::vector<std::string>{"a", "b"}));
  const auto answer =
      std::get<PasscodeAnswer>(back({1, PasscodeAnswer{PasscodeResult::kWrong, 2}}));
  BOOST_CHECK(answer.result == PasscodeResult::kWrong);
  BOOST_TEST(answer.tries_left == 2);
  const auto matched = std::get<FaceMatched>(back({1, FaceMatched{true, 65535}}));
  BOOST_TEST(matched.matched);
  BOOST_TEST(matched.score == 65535);
  const auto mode = std::get<ModeChanged>(
      back({1, ModeChanged{Mode::kVisualConfirmation, ModeCause::kPasscode}}));
  BOOST_CHECK(mode.mode == Mode::kVisualConfirmation);
  BOOST_CHECK(mode.cause == ModeCause::kPasscode);
}

BOOST_AUTO_TEST_CASE(requests_responses_and_events_are_fixed_by_the_type) {
  const auto messages = one_of_each();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Kind expected = i < 9 ? Kind::kRequest : i < 13 ? Kind::kResponse : Kind::kEvent;
    BOOST_CHECK(kind_of(messages[i].body) == expected);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_payload_is_refused) {
  for (const Message& m : one_of_each()) {
    const Bytes payload = encode_payload(m).value();
    for (std::size_t n = 0; n < payload.size(); ++n) {
      BOOST_TEST(!decode(ByteView(payload.data(), n)));
    }
    Bytes longer = payload;
    longer.push_back(0);
    check_code(decode(longer), DecodeErrc::kTooLong);
  }
}

BOOST_AUTO_TEST_CASE(wrong_types_ranges_names_and_kinds_are_told_apart) {
  const Bytes one{1}, empty{0xA0};
  BOOST_TEST(decode_map(str("request"), one, str("scan_card_face"), empty).has_value());
  check_code(decode_map(str("request"), one, str("dance"), empty), DecodeErrc::kUnknownType);
  check_code(decode_map(str("wish"), one, str("done"), empty), DecodeErrc::kReservedValue);
  check_code(decode_map(str("event"), one, str("done"), empty), DecodeErrc::kBadValue);
  check_code(decode_map(str("response"), Bytes{0x1A, 0, 1, 0, 0}, str("done"), empty),
             DecodeErrc::kBadValue);
  check_code(decode_map(str("response"), Bytes{0x20}, str("done"), empty), DecodeErrc::kBadValue);
  check_code(decode_map(str("response"), one, one, empty), DecodeErrc::kBadValue);
  check_code(decode_map(str("response"), one, str("done"), one), DecodeErrc::kBadValue);
  check_code(decode_map(str("request"), one, str("hello"), empty), DecodeErrc::kTooShort);
  Bytes mode{0xA1, 0x64, 'm', 'o', 'd', 'e', 0x63, 'o', 'd', 'd'};
  check_code(decode_map(str("request"), one, str("set_mode"), mode), DecodeErrc::kReservedValue);
  Bytes tries = hex("a2 66 726573756c74 65 77726f6e67 6a 74726965735f6c656674 19 0100");
  check_code(decode_map(str("response"), one, str("passcode_answer"), tries),
             DecodeErrc::kBadValue);
  Bytes bad_utf8{0xA1, 0x66, 'r', 'e', 'a', 's', 'o', 'n', 0x61, 0xFF};
  check_code(decode_map(str("response"), one, str("refused"), bad_utf8), DecodeErrc::kBadValue);
}

BOOST_AUTO_TEST_CASE(fields_of_later_versions_are_ignored) {
  BOOST_TEST(decode_map(str("request"), Bytes{1}, str("scan_card_face"), Bytes{0xA1, 0x61, 'x', 1})
                 .has_value());
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_also_in_fields_that_are_ignored) {
  const auto nested = [](std::size_t depth) {
    Bytes body{0xA1, 0x61, 'x'};
    body.resize(body.size() + depth, 0x81);
    body.push_back(0x00);
    return decode_map(str("request"), Bytes{1}, str("scan_card_face"), body);
  };
  BOOST_TEST(nested(3).has_value());
  check_code(nested(20), DecodeErrc::kBadValue);
  check_code(nested(20'000), DecodeErrc::kBadValue);
}

BOOST_AUTO_TEST_CASE(hostile_cbor_neither_crashes_nor_eats_memory) {
  check_code(decode(Bytes(60'000, 0x81)), DecodeErrc::kBadValue);        // deep nesting
  check_code(decode(hex("9bffffffffffffffff")), DecodeErrc::kBadValue);  // 2^64 - 1 items
  check_code(decode(hex("5b7fffffffffffffff00")), DecodeErrc::kBadValue);
  check_code(decode(hex("bf6161ff")), DecodeErrc::kBadValue);  // indefinite length
  check_code(decode(hex("c000")), DecodeErrc::kBadValue);      // tag
  for (int byte = 0; byte < 256; ++byte) {
    BOOST_TEST(!decode(Bytes{static_cast<std::uint8_t>(byte)}));
  }
}

BOOST_AUTO_TEST_CASE(encode_refuses_text_that_is_not_utf8_and_payloads_too_long) {
  BOOST_TEST(!encode({1, Refused{"\xC3"}}));
  BOOST_TEST(!encode({1, AskConsent{{"ok", "\xFF"}}}));
  BOOST_TEST(!encode({1, MatchFace{Bytes(kMaxPayload, 0)}}));
  BOOST_TEST(encode({1, MatchFace{Bytes(kMaxPayload - 100, 0)}}).has_value());
}

BOOST_AUTO_TEST_CASE(descriptions_never_show_secrets) {
  BOOST_TEST(describe({9, CheckPasscode{"482915"}}) == "request 9 check_passcode passcode=***");
  BOOST_TEST(describe({9, CardFaceScanned{"12345678901234"}}) ==
             "event 9 card_face_scanned verification_number_b=***");
  BOOST_TEST(describe({9, MatchFace{Bytes(300, 7)}}) == "request 9 match_face photo=(300 bytes)");
  BOOST_TEST(describe({3, ModeChanged{Mode::kVisualConfirmation, ModeCause::kPasscode}}) ==
             "event 3 mode_changed mode=visual_confirmation cause=passcode");
  BOOST_TEST(describe({3, AskConsent{{"a", "b"}}}) == "request 3 ask_consent items=a,b");
}

BOOST_AUTO_TEST_SUITE_END()
