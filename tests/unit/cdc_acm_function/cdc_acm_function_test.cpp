#include "models/cdc_acm_function/cdc_acm_function.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using namespace uketsuke::cdc_acm_function;
using namespace uketsuke::wire::usb;
using usb_device::Configured;
using usb_device::Deconfigured;
using usb_device::UsbActions;
using wire::Bytes;

namespace {

std::string log(CdcAcmFunction& function) {
  std::string text;
  for (const LineEvent& event : function.take_events()) {
    if (std::holds_alternative<LineUp>(event)) text += "up ";
    if (std::holds_alternative<LineDown>(event)) text += "down ";
    if (const auto* b = std::get_if<BytesReceived>(&event)) text += wire::to_hex(b->bytes) + " ";
  }
  return text;
}

std::string answer(CdcAcmFunction& function, const SetupPacket& setup, Bytes data = {}) {
  const UsbActions actions = function.handle(ControlRequest{setup, std::move(data)});
  BOOST_REQUIRE(actions.size() == 1u);
  if (std::holds_alternative<ControlStatus>(actions[0])) return "ok";
  if (const auto* d = std::get_if<ControlData>(&actions[0])) return wire::to_hex(d->data);
  return "stall";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cdc_acm)

BOOST_AUTO_TEST_CASE(descriptors_say_abstract_control_model_with_union) {
  const auto f = function_parameters({});
  BOOST_TEST(wire::to_hex(encode(*f.association)) == "080b010202020000");
  BOOST_REQUIRE(f.interfaces.size() == 2u);
  BOOST_TEST(f.interfaces[0].descriptor.bInterfaceClass == 0x02);
  BOOST_TEST(f.interfaces[0].descriptor.bInterfaceSubClass == 0x02);
  BOOST_TEST(f.interfaces[1].descriptor.bInterfaceClass == 0x0A);
  std::string all;
  for (const Bytes& d : f.interfaces[0].class_descriptors) all += wire::to_hex(d) + " ";
  BOOST_TEST(all == "0524002001 0524010002 04240202 0524060102 ");
  BOOST_TEST(f.interfaces[0].endpoints.size() == 1u);
  BOOST_TEST(f.interfaces[1].endpoints.size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_line_is_up_while_configured_with_dtr) {
  CdcAcmFunction function;
  BOOST_TEST(log(function).empty());
  function.handle(Configured{});
  BOOST_TEST(log(function).empty());
  BOOST_TEST(answer(function, set_control_line_state(1, {true, false})) == "ok");
  BOOST_TEST(log(function) == "up ");
  BOOST_TEST(answer(function, set_control_line_state(1, {true, true})) == "ok");
  BOOST_TEST(log(function).empty());
  BOOST_TEST(answer(function, set_control_line_state(1, {false, true})) == "ok");
  BOOST_TEST(log(function) == "down ");
  answer(function, set_control_line_state(1, {true, true}));
  function.handle(Deconfigured{});
  BOOST_TEST(log(function) == "up down ");
  function.handle(Configured{});
  BOOST_TEST(log(function).empty());  // DTR is gone with the session
}

BOOST_AUTO_TEST_CASE(a_line_that_needs_no_dtr_is_up_when_configured) {
  CdcAcmParameters p;
  p.needs_dtr = false;
  CdcAcmFunction function(p);
  function.handle(Configured{});
  BOOST_TEST(log(function) == "up ");
}

BOOST_AUTO_TEST_CASE(line_coding_is_stored_and_given_back) {
  CdcAcmFunction function;
  function.handle(Configured{});
  BOOST_TEST(answer(function, get_line_coding(1)) == "00c20100000008");
  BOOST_TEST(answer(function, set_line_coding(1), wire::from_hex("80250000020107").value()) ==
             "ok");
  BOOST_TEST(answer(function, get_line_coding(1)) == "80250000020107");
  BOOST_TEST(function.line_coding().dwDTERate == 9600u);
}

BOOST_AUTO_TEST_CASE(bad_and_unknown_requests_stall) {
  CdcAcmFunction function;
  function.handle(Configured{});
  BOOST_TEST(answer(function, set_line_coding(1), Bytes(6)) == "stall");
  BOOST_TEST(answer(function, set_line_coding(1), Bytes(7, 0xFF)) == "stall");
  BOOST_TEST(answer(function, set_line_coding(2), wire::from_hex("80250000020107").value()) ==
             "stall");
  for (int request = 0; request < 256; ++request) {
    if (request >= 0x20 && request <= 0x22) continue;
    BOOST_TEST(answer(function, {0x21, static_cast<std::uint8_t>(request), 0, 1, 0}) == "stall");
  }
  BOOST_TEST(answer(function, {0x21, 0x21, 0, 1, 7}) == "stall");  // wrong direction
  BOOST_TEST(answer(function, {0xA1, 0x20, 0, 1, 7}) == "stall");
}

BOOST_AUTO_TEST_CASE(out_data_becomes_a_byte_stream) {
  CdcAcmFunction function;
  function.handle(Configured{});
  function.handle(OutData{0x05, {1, 2}, false});
  function.handle(OutData{0x05, {}, true});
  function.handle(OutData{0x05, {3}, true});
  function.handle(OutData{0x06, {4}, true});
  BOOST_TEST(log(function) == "0102 03 ");
}

BOOST_AUTO_TEST_CASE(bytes_and_notifications_go_out_only_while_the_line_is_up) {
  CdcAcmFunction function;
  UsbActions actions;
  BOOST_TEST(!function.send(Bytes{1}, actions));
  BOOST_TEST(function.notify({}).empty());
  function.handle(Configured{});
  answer(function, set_control_line_state(1, {true, false}));
  BOOST_TEST(function.send(Bytes{1, 2}, actions));
  BOOST_REQUIRE(actions.size() == 1u);
  const auto& in = std::get<InData>(actions[0]);
  BOOST_TEST(in.bEndpointAddress == 0x85);
  BOOST_TEST(wire::to_hex(in.data) == "0102");
  SerialState state;
  state.rx_carrier = true;
  const auto notice = function.notify(state);
  BOOST_REQUIRE(notice.size() == 1u);
  BOOST_TEST(std::get<InData>(notice[0]).bEndpointAddress == 0x84);
  BOOST_TEST(wire::to_hex(std::get<InData>(notice[0]).data) == "a1200000010002000100");
}

BOOST_AUTO_TEST_SUITE_END()
