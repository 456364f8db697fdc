#include "models/link_host/link_host.h"

#include <boost/test/unit_test.hpp>

#include "models/cdc_acm_function/cdc_acm_function.h"
#include "sim/wire/usb/setup_packet.h"
#include "tests/unit/usb_host/loop.h"

using namespace uketsuke;
using namespace uketsuke::wire::reader_link;
using link_host::LinkHost;
using wire::Bytes;
using wire::usb::Transfer;
using wire::usb::TransferStatus;
using wire::usb::TransferType;

namespace {

usb_device::DeviceParameters parameters() {
  usb_device::DeviceParameters p;
  cdc_acm_function::CdcAcmParameters cdc;
  p.functions = {cdc_acm_function::function_parameters(cdc)};
  return p;
}

struct Bench {
  Bench() : device(parameters(), {&function}), host({}, {&link}), loop(host, device) {}
  cdc_acm_function::CdcAcmFunction function;
  usb_device::Device device;
  LinkHost link;
  usb_host::Host host;
  Loop loop;

  void from_reader(const Bytes& bytes) {
    usb_device::UsbActions actions;
    BOOST_TEST(function.send(bytes, actions));
    loop.from_device(device.admit(actions));
  }
  void from_reader(const Message& message) { from_reader(encode(message).value()); }
  std::uint16_t request(Body body) {
    std::uint16_t seq = 0;
    loop.from_host(host.admit(0, link.request(std::move(body), &seq)));
    return seq;
  }
  std::string log() {
    std::string text;
    for (const link_host::LinkEvent& event : link.take_events()) {
      if (std::holds_alternative<link_host::LinkUp>(event)) text += "up ";
      if (std::holds_alternative<link_host::LinkDown>(event)) text += "down ";
      if (const auto* r = std::get_if<link_host::Received>(&event)) {
        text += std::string(name_of(r->message.body)) + std::to_string(r->message.seq) + " ";
      }
      if (const auto* t = std::get_if<link_host::RequestTimedOut>(&event)) {
        text += "timeout" + std::to_string(t->seq) + " ";
      }
      if (std::holds_alternative<link_host::LinkError>(event)) text += "error ";
    }
    return text;
  }
  // What the reader received since the last call.
  std::string at_reader() {
    std::string text;
    for (const auto& event : function.take_events()) {
      const auto* bytes = std::get_if<cdc_acm_function::BytesReceived>(&event);
      if (bytes == nullptr) continue;
      for (const Deframed& d : deframer.take(bytes->bytes)) {
        const Message m = decode(std::get<Frame>(d).payload).value();
        text += std::string(name_of(m.body)) + std::to_string(m.seq) + " ";
      }
    }
    return text;
  }
  Deframer deframer;
};

bool is_bulk(const Transfer& t, bool in) {
  return t.type == TransferType::kBulk && ((t.bEndpointAddress & 0x80) != 0) == in;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_link_host)

BOOST_AUTO_TEST_CASE(the_line_is_opened_with_line_coding_and_dtr) {
  Bench bench;
  bench.loop.attach();
  BOOST_TEST(bench.log() == "up ");
  BOOST_TEST(bench.link.up());
  BOOST_TEST(bench.function.line_up());
  BOOST_TEST(bench.function.control_line_state().dtr);
  BOOST_TEST(bench.function.line_coding().dwDTERate == 115200u);
  BOOST_TEST(bench.loop.pending_in() == 2u);
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_request_is_answered_by_the_response_with_its_seq) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  const std::uint16_t first = bench.request(Hello{1});
  const std::uint16_t second = bench.request(ScanCardFace{});
  BOOST_TEST(first != second);
  BOOST_TEST(bench.at_reader() ==
             "hello" + std::to_string(first) + " scan_card_face" + std::to_string(second) + " ");
  BOOST_TEST(bench.loop.timers.size() == 2u);
  bench.from_reader({second, Done{}});
  bench.from_reader({first, HelloAnswer{}});
  BOOST_TEST(bench.log() ==
             "done" + std::to_string(second) + " hello_answer" + std::to_string(first) + " ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_request_without_response_times_out_and_a_late_response_is_an_error) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  const std::uint16_t seq = bench.request(Hello{1});
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.loop.now == 3'000'000u);
  BOOST_TEST(bench.log() == "timeout" + std::to_string(seq) + " ");
  bench.from_reader({seq, HelloAnswer{}});
  BOOST_TEST(bench.log() == "error ");
}

BOOST_AUTO_TEST_CASE(events_and_requests_of_the_reader_are_passed_up_once) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  bench.from_reader({1, ModeChanged{}});
  bench.from_reader({1, ModeChanged{}});
  bench.from_reader({2, Cancelled{"pressed"}});
  bench.from_reader({1, CheckPasscode{"482915"}});
  bench.from_reader({1, CheckPasscode{"482915"}});
  BOOST_TEST(bench.log() == "mode_changed1 cancelled2 check_passcode1 ");
  bench.loop.from_host(bench.host.admit(0, bench.link.respond(1, PasscodeAnswer{})));
  BOOST_TEST(bench.at_reader() == "passcode_answer1 ");
}

BOOST_AUTO_TEST_CASE(a_repeated_response_is_dropped) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  const std::uint16_t seq = bench.request(Hello{1});
  bench.from_reader({seq, HelloAnswer{}});
  bench.from_reader({seq, HelloAnswer{}});
  BOOST_TEST(bench.log() == "hello_answer" + std::to_string(seq) + " ");
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_an_answer_is_reported_and_costs_only_that_answer) {
  Bench bench;
  bench.loop.attach();
  const Bytes good = encode({3, ModeChanged{}}).value();
  const std::size_t inner = good.size() - 1;  // a lost closing flag shows when the next frame comes
  for (std::size_t at = 0; at < inner; ++at) {
    bench.log();
    Bytes bad = good;
    bad[at] ^= 0x10;
    bench.from_reader(bad);
    BOOST_TEST_CONTEXT(at) { BOOST_TEST(bench.log().substr(0, 6) == "error "); }
    bench.from_reader({static_cast<std::uint16_t>(100 + at), Cancelled{}});
    BOOST_TEST(bench.log() == "cancelled" + std::to_string(100 + at) + " ");
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_does_not_end_is_reported_and_costs_no_other) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  Bytes frame = encode(Message{1, Cancelled{"pressed"}}).value();
  frame.pop_back();
  bench.from_reader(frame);
  BOOST_TEST(bench.log() == "");
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.log() == "error ");
  bench.from_reader(Message{2, Cancelled{"pressed"}});
  BOOST_TEST(bench.log() == "cancelled2 ");
  // In two pieces it is a frame.
  frame = encode(Message{3, Cancelled{"pressed"}}).value();
  bench.from_reader(Bytes(frame.begin(), frame.begin() + 9));
  bench.from_reader(Bytes(frame.begin() + 9, frame.end()));
  BOOST_TEST(bench.log() == "cancelled3 ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_frame_with_an_unknown_message_is_reported) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  bench.from_reader(frame(Bytes{0xA0}));
  bench.from_reader(frame(Bytes{0xFF, 0xFF}));
  BOOST_TEST(bench.log() == "error error ");
}

BOOST_AUTO_TEST_CASE(halted_endpoints_are_cleared_and_used_again) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  bench.loop.from_device(bench.device.admit({wire::usb::HaltEndpoint{0x05, true}}));
  bench.loop.from_device(bench.device.admit({wire::usb::HaltEndpoint{0x85, true}}));
  BOOST_TEST(!bench.device.halted(0x85));
  const std::uint16_t seq = bench.request(Hello{1});
  BOOST_TEST(!bench.device.halted(0x05));
  BOOST_TEST(bench.at_reader() == "hello" + std::to_string(seq) + " ");
  bench.from_reader({seq, HelloAnswer{}});
  BOOST_TEST(bench.log() == "hello_answer" + std::to_string(seq) + " ");
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_fails_for_good_takes_the_link_down) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  bench.request(Hello{1});
  bench.loop.status = [](const Transfer& t) {
    return is_bulk(t, true) ? TransferStatus::kError : TransferStatus::kCompleted;
  };
  bench.from_reader({1, ModeChanged{}});
  const std::string log = bench.log();
  BOOST_TEST(log.find("mode_changed1 ") == 0u);
  BOOST_TEST(log.find("down timeout1 ") != std::string::npos);
  BOOST_TEST(!bench.link.up());
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(an_out_transfer_that_is_never_taken_is_cancelled) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  bench.loop.swallow = [](const Transfer& t) { return is_bulk(t, false); };
  const std::uint16_t seq = bench.request(Hello{1});
  bench.loop.expire_next();  // the request first (3 s), then the transfer (5 s)
  BOOST_TEST(bench.log() == "timeout" + std::to_string(seq) + " ");
  bench.loop.expire_next();
  BOOST_TEST(bench.log() == "error ");
  bench.loop.swallow = nullptr;
  const std::uint16_t next = bench.request(Hello{1});
  BOOST_TEST(bench.at_reader() == "hello" + std::to_string(next) + " ");
}

BOOST_AUTO_TEST_CASE(when_the_reader_leaves_every_open_request_ends) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  const std::uint16_t seq = bench.request(Hello{1});
  bench.loop.detach();
  BOOST_TEST(bench.log() == "down timeout" + std::to_string(seq) + " ");
  const std::uint16_t none = bench.request(Hello{1});
  BOOST_TEST(bench.log() == "timeout" + std::to_string(none) + " ");
  BOOST_TEST(bench.link.respond(1, Done{}).empty());
  BOOST_TEST(bench.log() == "error ");
  bench.loop.attach();
  BOOST_TEST(bench.log() == "up ");
}

BOOST_AUTO_TEST_CASE(a_line_that_does_not_answer_is_down) {
  Bench bench;
  bench.loop.swallow = [](const Transfer& t) {
    return t.type == TransferType::kControl && t.setup.bmRequestType == 0x21;
  };
  bench.loop.attach();
  BOOST_TEST(bench.log() == "");
  bench.loop.expire_next();
  BOOST_TEST(bench.log() == "down ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_encoded_ends_at_once) {
  Bench bench;
  bench.loop.attach();
  bench.log();
  const std::uint16_t seq = bench.request(CheckPasscode{"\xFF"});
  BOOST_TEST(bench.log() == "error timeout" + std::to_string(seq) + " ");
}

BOOST_AUTO_TEST_SUITE_END()
