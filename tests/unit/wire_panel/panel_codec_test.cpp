#include <boost/test/unit_test.hpp>

#include "sim/wire/panel/codec.h"

namespace panel = uketsuke::wire::panel;
using uketsuke::wire::Bytes;
using uketsuke::wire::DecodeErrc;

namespace {

Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

struct Golden {
  panel::Input input;
  std::string_view line;
};
const Golden kInputs[] = {
    {panel::Press{"staff_button"}, "press\tstaff_button"},
    {panel::Enter{"visual_passcode", "123456"}, "enter\tvisual_passcode\t123456"},
    {panel::Enter{"patient", "a\tb\\c\nd\r"}, "enter\tpatient\ta\\tb\\\\c\\nd\\r"},
    {panel::Enter{"password", ""}, "enter\tpassword\t"},
    {panel::Tick{"viewing_consent", true}, "tick\tviewing_consent\ton"},
    {panel::Tick{"viewing_consent", false}, "tick\tviewing_consent\toff"},
    {panel::ShowFace{1000}, "show_face\t1000"},
    {panel::CardFaceSeen{"55021720352285"}, "card_face_seen\t55021720352285"},
};

DecodeErrc input_error(std::string_view line) {
  const auto input = panel::decode_input(bytes(line));
  BOOST_REQUIRE(!input);
  return input.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(panel_codec)

BOOST_AUTO_TEST_CASE(inputs_have_their_line_and_come_back) {
  for (const Golden& golden : kInputs) {
    BOOST_TEST(panel::encode(golden.input) == bytes(golden.line), boost::test_tools::per_element());
    const auto back = panel::decode_input(bytes(golden.line));
    BOOST_REQUIRE(back);
    BOOST_TEST(back->index() == golden.input.index());
    BOOST_TEST(panel::encode(*back) == bytes(golden.line), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_display_keeps_values_and_secrets_apart) {
  panel::Display display{"account_management",
                         "visual_passcode_issued",
                         {{"account", "administrator"}},
                         {{"visual_passcode", "482913"}}};
  const Bytes line = panel::encode(panel::Output{display});
  BOOST_TEST(
      line == bytes("display\taccount_management\tvisual_passcode_issued\t=account\tadministrator\t"
                    "!visual_passcode\t482913"),
      boost::test_tools::per_element());
  const auto back = panel::decode_output(line);
  BOOST_REQUIRE(back);
  const auto& shown = std::get<panel::Display>(*back);
  BOOST_TEST(shown.screen == display.screen);
  BOOST_TEST(shown.message == display.message);
  BOOST_TEST((shown.values == display.values));
  BOOST_TEST((shown.secrets == display.secrets));
  const auto refused = panel::decode_output(bytes("refused\tdeclined\tnot_offered"));
  BOOST_REQUIRE(refused);
  BOOST_TEST(std::get<panel::Refused>(*refused).reason == "not_offered");
}

BOOST_AUTO_TEST_CASE(each_truncation_is_an_error_or_a_shorter_text_never_another_control) {
  for (const Golden& golden : kInputs) {
    const Bytes line = panel::encode(golden.input);
    for (std::size_t length = 0; length < line.size(); ++length) {
      const auto input = panel::decode_input({line.data(), length});
      if (!input) continue;
      // What decodes is the same message with its last word cut.
      BOOST_TEST(input->index() == golden.input.index());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_told_apart) {
  BOOST_TEST((input_error("") == DecodeErrc::kUnknownType));
  BOOST_TEST((input_error("Press\tx") == DecodeErrc::kUnknownType));
  BOOST_TEST((input_error("press") == DecodeErrc::kTooShort));
  BOOST_TEST((input_error("press\ta\tb") == DecodeErrc::kTooLong));
  BOOST_TEST((input_error("tick\ta\tyes") == DecodeErrc::kBadValue));
  BOOST_TEST((input_error("show_face\t1001") == DecodeErrc::kBadValue));
  BOOST_TEST((input_error("show_face\t-1") == DecodeErrc::kBadValue));
  BOOST_TEST((input_error("show_face\t") == DecodeErrc::kBadValue));
  BOOST_TEST((input_error("press\ta\\x") == DecodeErrc::kBadValue));
  BOOST_TEST((input_error("press\ta\\") == DecodeErrc::kTooShort));
  const auto odd = panel::decode_output(bytes("display\ts\tm\t=name"));
  BOOST_REQUIRE(!odd);
  const auto mark = panel::decode_output(bytes("display\ts\tm\tname\tvalue"));
  BOOST_REQUIRE(!mark);
  BOOST_TEST((mark.error().code == DecodeErrc::kBadValue));
  BOOST_TEST(mark.error().offset == 12U);
}

BOOST_AUTO_TEST_CASE(what_was_typed_is_not_described) {
  BOOST_TEST(panel::describe_input(bytes("enter\tcard_pin\t1234")) == "enter card_pin ****");
  BOOST_TEST(panel::describe_input(bytes("card_face_seen\t55021720352285")) ==
             "card_face_seen ****");
  BOOST_TEST(panel::describe_output(bytes("display\ts\tm\t!p\t482913")) == "display s m");
}

BOOST_AUTO_TEST_SUITE_END()
