#include "models/usb_device/device.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using namespace uketsuke::usb_device;
using namespace uketsuke::wire::usb;
using wire::Bytes;

namespace {

// Notes what it is told; answers class requests as told.
class Probe : public Function {
 public:
  UsbActions handle(const FunctionEvent& event) override {
    if (std::holds_alternative<Configured>(event)) log += "C";
    if (std::holds_alternative<Deconfigured>(event)) log += "D";
    if (const auto* s = std::get_if<InterfaceSelected>(&event)) {
      log += "I" + std::to_string(s->bInterfaceNumber) + std::to_string(s->bAlternateSetting);
    }
    if (const auto* h = std::get_if<HaltChanged>(&event)) log += h->halted ? "H" : "h";
    if (std::holds_alternative<ControlRequest>(event)) log += "R";
    if (const auto* o = std::get_if<OutData>(&event)) log += "O" + wire::to_hex(o->data);
    return std::holds_alternative<ControlRequest>(event) ? answer : own;
  }
  std::string log;
  UsbActions answer, own;
};

constexpr std::uint8_t kIn = 0x81, kOut = 0x02, kAlternateIn = 0x83;

DeviceParameters parameters() {
  DeviceParameters p;
  p.device.idVendor = 0x1209;
  p.device.idProduct = 1;
  p.device.iProduct = 2;
  p.configuration.bmAttributes = 0xA0;  // bus powered, remote wakeup
  InterfaceParameters first;
  first.descriptor = {0, 0, 0, 0x0B, 0, 0, 0};
  first.class_descriptors = {Bytes{4, 0x21, 1, 2}};
  first.endpoints = {{kIn, 2, 64, 0}, {kOut, 2, 64, 0}};
  InterfaceParameters plain, other;
  plain.descriptor = {1, 0, 0, 0xFF, 0, 0, 0};
  other.descriptor = {1, 1, 0, 0xFF, 0, 0, 0};
  other.endpoints = {{kAlternateIn, 3, 8, 1}};
  FunctionParameters a, b;
  a.interfaces = {first};
  b.interfaces = {plain, other};
  p.functions = {a, b};
  p.strings = {{2, "reader"}};
  return p;
}

struct Bench {
  explicit Bench(const DeviceParameters& p = parameters()) : device(p, {&a, &b}) {}
  Probe a, b;
  Device device;

  UsbActions ask(const char* setup_hex, Bytes data = {}) {
    return device.handle(ControlRequest{
        decode_setup_packet(wire::from_hex(setup_hex).value()).value(), std::move(data)});
  }
  // "stall", "ok", or the data of the one control answer among the actions.
  std::string answer(const char* setup_hex, Bytes data = {}) {
    std::string text;
    for (const DeviceAction& action : ask(setup_hex, std::move(data))) {
      if (std::holds_alternative<ControlStall>(action)) text += "stall";
      if (std::holds_alternative<ControlStatus>(action)) text += "ok";
      if (const auto* d = std::get_if<ControlData>(&action)) text += wire::to_hex(d->data);
    }
    return text;
  }
  void address() { BOOST_TEST(answer("00 05 07 00 00 00 00 00") == "ok"); }
  void configure() {
    address();
    BOOST_TEST(answer("00 09 01 00 00 00 00 00") == "ok");
  }
  void enter(DeviceState state) {
    if (state == DeviceState::kAddress) address();
    if (state == DeviceState::kConfigured) configure();
    BOOST_CHECK(device.state() == state);
  }
};

std::string names(const UsbActions& actions) {
  std::string text;
  for (const DeviceAction& action : actions) {
    if (std::holds_alternative<ControlStatus>(action)) text += "ok ";
    if (std::holds_alternative<InData>(action)) text += "in ";
    if (const auto* h = std::get_if<HaltEndpoint>(&action)) text += h->halted ? "halt " : "unhalt ";
    if (std::holds_alternative<FlushEndpoint>(action)) text += "flush ";
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(usb_device_chapter_9)

BOOST_AUTO_TEST_CASE(each_request_in_each_state_answers_as_chapter_9_4_says) {
  struct Row {
    const char* setup;
    const char* in_default;
    const char* in_address;
    const char* in_configured;
  };
  // Expected values from USB 2.0, 9.4.1-9.4.11 (unspecified behaviour: stall).
  const Row rows[] = {
      {"80 00 00 00 00 00 02 00", "stall", "0000", "0000"},    // GET_STATUS device
      {"81 00 00 00 00 00 02 00", "stall", "stall", "0000"},   // interface 0
      {"81 00 00 00 05 00 02 00", "stall", "stall", "stall"},  // no such interface
      {"82 00 00 00 00 00 02 00", "stall", "0000", "0000"},    // endpoint 0
      {"82 00 00 00 81 00 02 00", "stall", "stall", "0000"},   // endpoint 81
      {"82 00 00 00 83 00 02 00", "stall", "stall", "stall"},  // of a setting not selected
      {"82 00 00 00 8f 00 02 00", "stall", "stall", "stall"},  // no such endpoint
      {"80 00 01 00 00 00 02 00", "stall", "stall", "stall"},  // wValue must be 0
      {"00 01 01 00 00 00 00 00", "stall", "ok", "ok"},        // CLEAR_FEATURE remote wakeup
      {"00 03 01 00 00 00 00 00", "stall", "ok", "ok"},        // SET_FEATURE remote wakeup
      {"00 03 02 00 00 01 00 00", "stall", "stall", "stall"},  // TEST_MODE
      {"00 03 42 00 00 00 00 00", "stall", "stall", "stall"},  // undefined selector
      {"02 01 00 00 81 00 00 00", "stall", "stall", "ok"},     // clear halt of 81
      {"02 03 00 00 81 00 00 00", "stall", "stall", "ok"},     // set halt of 81
      {"02 03 00 00 8f 00 00 00", "stall", "stall", "stall"},
      {"01 03 00 00 00 00 00 00", "stall", "stall", "stall"},  // halt of an interface
      {"02 01 00 00 00 00 00 00", "stall", "ok", "ok"},        // clear halt of endpoint 0
      {"00 05 09 00 00 00 00 00", "ok", "ok", "stall"},        // SET_ADDRESS
      {"00 05 80 00 00 00 00 00", "stall", "stall", "stall"},  // address 128
      {"80 06 00 42 00 00 ff 00", "stall", "stall", "stall"},  // undefined descriptor type
      {"80 06 00 04 00 00 ff 00", "stall", "stall", "stall"},  // interface descriptor alone
      {"80 06 00 06 00 00 0a 00", "stall", "stall", "stall"},  // qualifier of a full-speed device
      {"80 06 01 02 00 00 ff 00", "stall", "stall", "stall"},  // second configuration
      {"00 07 00 01 00 00 00 00", "stall", "stall", "stall"},  // SET_DESCRIPTOR
      {"80 08 00 00 00 00 01 00", "stall", "00", "01"},        // GET_CONFIGURATION
      {"00 09 01 00 00 00 00 00", "stall", "ok", "ok"},        // SET_CONFIGURATION 1
      {"00 09 00 00 00 00 00 00", "stall", "ok", "ok"},        // 0
      {"00 09 02 00 00 00 00 00", "stall", "stall", "stall"},  // invalid
      {"81 0a 00 00 01 00 01 00", "stall", "stall", "00"},     // GET_INTERFACE 1
      {"81 0a 00 00 02 00 01 00", "stall", "stall", "stall"},
      {"01 0b 01 00 01 00 00 00", "stall", "stall", "ok"},  // SET_INTERFACE 1 alternate 1
      {"01 0b 02 00 01 00 00 00", "stall", "stall", "stall"},
      {"82 0c 00 00 81 00 02 00", "stall", "stall", "stall"},  // SYNCH_FRAME
      {"00 02 00 00 00 00 00 00", "stall", "stall", "stall"},  // reserved requests
      {"00 04 00 00 00 00 00 00", "stall", "stall", "stall"},
      {"80 0d 00 00 00 00 00 00", "stall", "stall", "stall"},
      {"00 08 00 00 00 00 01 00", "stall", "stall", "stall"},  // wrong direction
      {"60 00 00 00 00 00 00 00", "stall", "stall", "stall"},  // reserved type
      {"21 20 00 00 07 00 07 00", "stall", "stall", "stall"},  // class, no such interface
      {"20 20 00 00 00 00 00 00", "stall", "stall", "stall"},  // class, device
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.setup) {
      const std::pair<DeviceState, const char*> columns[] = {
          {DeviceState::kDefault, row.in_default},
          {DeviceState::kAddress, row.in_address},
          {DeviceState::kConfigured, row.in_configured}};
      for (const auto& [state, expected] : columns) {
        Bench bench;
        bench.enter(state);
        BOOST_TEST(bench.answer(row.setup) == expected);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_standard_request_code_and_type_gets_exactly_one_answer) {
  for (int type = 0; type < 256; ++type) {
    for (int request = 0; request < 256; ++request) {
      Bench bench;
      bench.configure();
      const ControlRequest asked{
          {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(request), 1, 0, 2}, {}};
      int answers = 0;
      for (const DeviceAction& action : bench.device.handle(asked)) {
        answers += std::holds_alternative<ControlData>(action) ||
                   std::holds_alternative<ControlStatus>(action) ||
                   std::holds_alternative<ControlStall>(action);
      }
      if (answers != 1) BOOST_TEST(answers == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(descriptors_are_never_longer_than_asked_and_short_when_shorter) {  // 9.4.3
  Bench bench;
  BOOST_TEST(bench.answer("80 06 00 01 00 00 08 00") == "1201000200000040");
  BOOST_TEST(bench.answer("80 06 00 01 00 00 01 00") == "12");
  BOOST_TEST(bench.answer("80 06 00 01 00 00 ff 00").size() == 36u);
  BOOST_TEST(bench.answer("80 06 00 01 00 00 00 10").size() == 36u);
  BOOST_TEST(bench.answer("80 06 00 03 00 00 ff 00") == "060309041104");
  BOOST_TEST(bench.answer("80 06 02 03 09 04 ff 00") ==
             "0e0372006500610064006500"
             "7200");
  BOOST_TEST(bench.answer("80 06 02 03 09 04 02 00") == "0e03");
  BOOST_TEST(bench.answer("80 06 03 03 09 04 ff 00") == "stall");
  BOOST_TEST(bench.answer("80 06 02 03 07 04 ff 00") == "stall");  // a language not offered
}

BOOST_AUTO_TEST_CASE(the_configuration_counts_interfaces_endpoints_and_its_own_length) {
  Bench bench;
  // 9 + (9 + 4 + 7 + 7) + 9 + (9 + 7) = 61 bytes; two interfaces, one with two settings.
  BOOST_TEST(bench.answer("80 06 00 02 00 00 ff 00") ==
             "09023d00020100a032"
             "0904000002"
             "0b000000"
             "04210102"
             "07058102400000"
             "07050202400000"
             "0904010000"
             "ff000000"
             "0904010101"
             "ff000000"
             "07058303080001");
}

BOOST_AUTO_TEST_CASE(a_high_speed_device_has_a_qualifier_and_the_other_speed) {  // 9.6.2, 9.6.4
  DeviceParameters p = parameters();
  p.qualifier = DeviceQualifier{};
  p.other_speed_functions = p.functions;
  p.other_speed_functions[0].interfaces[0].endpoints[0].wMaxPacketSize = 32;
  Bench bench(p);
  BOOST_TEST(bench.answer("80 06 00 06 00 00 0a 00") == "0a060002000000400100");
  const std::string other = bench.answer("80 06 00 07 00 00 ff 00");
  BOOST_TEST(other.substr(0, 8) == "09073d00");
  BOOST_TEST(other.find("07058102200000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(self_power_and_remote_wakeup_show_in_the_status) {  // 9.4.5
  DeviceParameters p = parameters();
  p.configuration.bmAttributes = 0xE0;
  Bench bench(p);
  bench.configure();
  BOOST_TEST(bench.answer("80 00 00 00 00 00 02 00") == "0100");
  BOOST_TEST(bench.answer("00 03 01 00 00 00 00 00") == "ok");
  BOOST_TEST(bench.answer("80 00 00 00 00 00 02 00") == "0300");
  BOOST_TEST(bench.device.remote_wakeup_enabled());
  bench.device.handle(BusReset{});
  BOOST_TEST(!bench.device.remote_wakeup_enabled());
  p.configuration.bmAttributes = 0x80;
  Bench without(p);
  without.configure();
  BOOST_TEST(without.answer("00 03 01 00 00 00 00 00") == "stall");
}

BOOST_AUTO_TEST_CASE(address_zero_returns_to_the_default_state) {  // 9.4.6
  Bench bench;
  bench.address();
  BOOST_TEST(bench.device.address() == 7);
  BOOST_TEST(bench.answer("00 05 00 00 00 00 00 00") == "ok");
  BOOST_CHECK(bench.device.state() == DeviceState::kDefault);
}

BOOST_AUTO_TEST_CASE(halting_an_endpoint_is_told_to_its_function_and_shown_in_its_status) {
  Bench bench;
  bench.configure();
  BOOST_TEST(names(bench.ask("02 03 00 00 81 00 00 00")) == "halt ok ");
  BOOST_TEST(bench.device.halted(kIn));
  BOOST_TEST(bench.answer("82 00 00 00 81 00 02 00") == "0100");
  BOOST_TEST(names(bench.ask("02 01 00 00 81 00 00 00")) == "unhalt ok ");
  BOOST_TEST(!bench.device.halted(kIn));
  BOOST_TEST(bench.a.log == "CHh");
  BOOST_TEST(bench.b.log == "C");
}

BOOST_AUTO_TEST_CASE(setting_the_configuration_again_gives_fresh_endpoints_and_functions) {
  Bench bench;
  bench.configure();
  bench.ask("02 03 00 00 81 00 00 00");
  bench.ask("01 0b 01 00 01 00 00 00");
  bench.a.log.clear();
  bench.b.log.clear();
  BOOST_TEST(names(bench.ask("00 09 01 00 00 00 00 00")) == "unhalt flush flush ok ");
  BOOST_TEST(bench.a.log == "DC");
  BOOST_TEST(!bench.device.halted(kIn));
  BOOST_TEST(bench.answer("81 0a 00 00 01 00 01 00") == "00");
}

BOOST_AUTO_TEST_CASE(a_bus_reset_deconfigures_once_and_forgets_the_address) {
  Bench bench;
  bench.configure();
  BOOST_TEST(names(bench.device.handle(BusReset{})) == "flush flush ");
  BOOST_TEST(names(bench.device.handle(BusReset{})).empty());
  BOOST_TEST(bench.a.log == "CD");
  BOOST_TEST(bench.device.address() == 0);
  BOOST_CHECK(bench.device.state() == DeviceState::kDefault);
  bench.configure();
  BOOST_TEST(bench.a.log == "CDC");
}

BOOST_AUTO_TEST_CASE(an_alternate_setting_brings_its_endpoints) {  // 9.4.10
  Bench bench;
  bench.configure();
  BOOST_TEST(bench.answer("82 00 00 00 83 00 02 00") == "stall");
  BOOST_TEST(bench.answer("01 0b 01 00 01 00 00 00") == "ok");
  BOOST_TEST(bench.answer("81 0a 00 00 01 00 01 00") == "01");
  BOOST_TEST(bench.answer("82 00 00 00 83 00 02 00") == "0000");
  BOOST_TEST(bench.b.log == "CI11");
}

BOOST_AUTO_TEST_CASE(class_requests_reach_the_function_of_their_interface_or_endpoint) {
  Bench bench;
  bench.configure();
  bench.a.answer = {ControlData{{1, 2, 3}}};
  BOOST_TEST(bench.answer("a1 02 00 00 00 00 ff 00") == "010203");
  BOOST_TEST(bench.answer("c2 02 00 00 81 00 ff 00") == "010203");
  BOOST_TEST(bench.a.log == "CRR");
  BOOST_TEST(bench.answer("a1 02 00 00 01 00 ff 00") == "stall");  // function b answers nothing
  BOOST_TEST(bench.b.log == "CR");
  bench.a.answer = {ControlStatus{}, ControlStall{}};  // the first answer counts
  BOOST_TEST(bench.answer("21 01 00 00 00 00 00 00") == "ok");
}

BOOST_AUTO_TEST_CASE(out_data_reaches_the_function_only_if_configured_and_not_halted) {
  Bench bench;
  bench.device.handle(OutData{kOut, {1}, true});
  bench.configure();
  bench.device.handle(OutData{kOut, {2}, true});
  bench.device.handle(OutData{0x0F, {3}, true});
  bench.device.handle(OutData{kIn, {4}, true});
  bench.ask("02 03 00 00 02 00 00 00");
  bench.device.handle(OutData{kOut, {5}, true});
  BOOST_TEST(bench.a.log == "CO02H");
}

BOOST_AUTO_TEST_CASE(what_a_function_does_on_its_own_is_checked_against_the_state) {
  Bench bench;
  const UsbActions own{InData{kIn, {1}},          HaltEndpoint{kIn, true}, InData{kOut, {2}},
                       InData{kAlternateIn, {3}}, ControlStatus{},         FlushEndpoint{0x8F}};
  BOOST_TEST(bench.device.admit(own).empty());
  BOOST_TEST(!bench.device.halted(kIn));
  bench.configure();
  BOOST_TEST(names(bench.device.admit(own)) == "in halt ");
  BOOST_TEST(bench.device.halted(kIn));
  BOOST_TEST(bench.answer("82 00 00 00 81 00 02 00") == "0100");
}

BOOST_AUTO_TEST_CASE(deviations_are_fields_of_the_parameters) {
  DeviceParameters p = parameters();
  p.configuration_bytes = Bytes{9, 2, 9, 0, 0, 1, 0, 0x80, 50};
  p.device_bytes = Bytes{0x12, 1};
  p.answers_unknown_descriptors = true;
  Bench bench(p);
  BOOST_TEST(bench.answer("80 06 00 02 00 00 ff 00") == "090209000001008032");
  BOOST_TEST(bench.answer("80 06 00 01 00 00 ff 00") == "1201");
  BOOST_TEST(bench.answer("80 06 00 42 00 00 ff 00") == "");
}

BOOST_AUTO_TEST_SUITE_END()
