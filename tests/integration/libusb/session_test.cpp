// The CCID driver of the bench over unmodified libusb on an emulated usbfs, the reader and its card
// in another process.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "harness/bench/assets.h"
#include "harness/bench/served_desk.h"
#include "sim/gateway/libusb_route.h"
#include "sim/wire/usb/setup_packet.h"
#include "tests/integration/libusb/live_reader.h"
#include "tests/integration/libusb/usbfs_control.h"

namespace uketsuke {
namespace {

using gateway::LibusbRoute;
using gateway::UsbIds;
using live::LiveReader;
using wire::Bytes;
using wire::usb::TransferStatus;

const UsbIds kOurs{0x1209, 0x0001, ""};

std::unique_ptr<gateway::UsbRoute> libusb(gateway::UsbSelector selector = kOurs) {
  return std::make_unique<LibusbRoute>(std::move(selector));
}

Bytes hex(const char* text) { return wire::from_hex(text).value(); }

// SELECT of JPKI and of its EFs, retry counter, challenge, certificate in long reads, nonsense.
std::vector<Bytes> commands() {
  return {hex("00a4040c0ad392f000260100000001"), hex("00a4020c020018"), hex("00200080"),
          hex("00a4020c020006"), hex("00b0000000"), hex("00b0000000"), hex("00b00100000000"),
          hex("00ca9f7f00"), hex("00fe0000"), hex("00a4040c0ad3921000310001010408")};
}

struct Answers {
  Bytes atr;
  std::vector<Bytes> responses;
};

Answers talk(LiveReader& reader) {
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_REQUIRE(reader.wait([&] { return reader.count<wire::session::CardPresent>() > 0; }));
  Answers answers{reader.connect(), {}};
  for (const Bytes& command : commands()) answers.responses.push_back(reader.transmit(command));
  return answers;
}

// The same reader and card in this process, past every system.
Answers in_process() {
  bench::ServedDeskConfig config;
  config.readers = {"clean_tpdu"};
  bench::ServedDesk desk(*bench::load_assets(UKETSUKE_DATA_FOLDER), config);
  desk.place("hanako");
  auto route = desk.usb(0);
  Answers answers;
  std::thread user([&] {
    LiveReader reader(std::move(route));
    answers = talk(reader);
    reader.end();
    desk.stop();
  });
  desk.run();
  user.join();
  return answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libusb_session)

BOOST_AUTO_TEST_CASE(atr_and_apdus_are_those_that_the_model_gives_in_process) {
  LiveReader reader(libusb());
  const Answers here = talk(reader);
  const Answers there = in_process();
  BOOST_TEST(here.atr.size() > 2U);
  BOOST_TEST(wire::to_hex(here.atr) == wire::to_hex(there.atr));
  BOOST_REQUIRE(here.responses.size() == there.responses.size());
  for (std::size_t i = 0; i < here.responses.size(); ++i) {
    BOOST_TEST_CONTEXT(wire::to_hex(commands()[i])) BOOST_TEST(here.responses[i].size() >= 2U);
    BOOST_TEST(wire::to_hex(here.responses[i]) == wire::to_hex(there.responses[i]));
  }
  BOOST_TEST(wire::to_hex(here.responses.front()) == "9000");
  BOOST_TEST(reader.anomalies.empty());
  BOOST_TEST(reader.twice() == 0);
}

BOOST_AUTO_TEST_CASE(identity_and_speed_are_those_of_the_device) {
  LiveReader reader(libusb(gateway::UsbPlace{1, {1}}));
  BOOST_REQUIRE(reader.wait_ready());
  const gateway::UsbIdentity identity = reader.route().identity();
  BOOST_TEST(identity.route == "usb:1-1");
  BOOST_TEST(identity.idVendor == 0x1209);
  BOOST_TEST(identity.idProduct == 0x0001);
  BOOST_TEST(identity.bcdDevice == 0x0100);
  BOOST_TEST(identity.serial == "UKETSUKE-TPDU");
  BOOST_TEST(identity.port == "1-1");
  BOOST_TEST((reader.description()->speed == wire::usb::Speed::kFull));
}

BOOST_AUTO_TEST_CASE(a_reset_brings_the_same_reader_back_with_the_card_without_power) {
  LiveReader reader(libusb());
  const Answers before = talk(reader);
  reader.reset();
  BOOST_REQUIRE(reader.wait([&] { return reader.attached == 2 && reader.ready(); }));
  BOOST_TEST(reader.detached == 1);
  BOOST_TEST(reader.count<wire::session::ReaderGone>() == 1);
  BOOST_TEST(reader.transmit(hex("00200080")).empty());  // nobody has connected yet
  BOOST_TEST(wire::to_hex(reader.connect()) == wire::to_hex(before.atr));
  BOOST_TEST(reader.twice() == 0);
  BOOST_TEST(reader.failures_en.empty());
}

// USB 2.0, 9.4.5 and 9.4.1: what the system does for us reaches the device.
BOOST_AUTO_TEST_CASE(a_halt_that_is_cleared_through_the_system_is_cleared_at_the_device) {
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  constexpr std::uint8_t kBulkIn = 0x82;
  const auto halted = [&reader] {
    Bytes status;
    BOOST_TEST((reader.control({0x82, 0, 0, kBulkIn, 2}, &status) == TransferStatus::kCompleted));
    return !status.empty() && status[0] == 1;
  };
  BOOST_TEST(!halted());
  // SET_FEATURE(ENDPOINT_HALT) is not the system's business and goes as it is.
  BOOST_TEST((reader.control({0x02, 3, 0, kBulkIn, 0}) == TransferStatus::kCompleted));
  BOOST_TEST(halted());
  BOOST_TEST((reader.control(wire::usb::clear_endpoint_halt(kBulkIn)) ==
              TransferStatus::kCompleted));
  BOOST_TEST(!halted());
  BOOST_TEST(!reader.connect().empty());
}

BOOST_AUTO_TEST_CASE(requests_that_the_device_refuses_are_stalled) {
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_TEST((reader.control(wire::usb::get_descriptor(0x0F, 0, 0, 5)) ==
              TransferStatus::kStalled));
  BOOST_TEST((reader.control({0x01, 11, 7, 0, 0}) != TransferStatus::kCompleted));  // setting 7
  BOOST_TEST((reader.control(wire::usb::set_address(3)) == TransferStatus::kStalled));
  BOOST_TEST((reader.control(wire::usb::set_configuration(1)) == TransferStatus::kCompleted));
  BOOST_TEST(!reader.connect().empty());
}

BOOST_AUTO_TEST_CASE(transfers_that_cannot_be_are_refused_and_the_rest_goes_on) {
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  wire::usb::Transfer nowhere;
  nowhere.bEndpointAddress = 0x8F;
  nowhere.length = 64;
  wire::usb::Transfer too_long;
  too_long.bEndpointAddress = 0x82;
  too_long.length = LibusbRoute::kMaxTransferBytes + 1;
  wire::usb::Transfer isochronous = nowhere;
  isochronous.type = wire::usb::TransferType::kIsochronous;
  for (const auto& transfer : {nowhere, too_long, isochronous}) {
    const std::uint64_t id = reader.submit(transfer);
    BOOST_REQUIRE(reader.wait([&] { return reader.completion(id) != nullptr; }));
    BOOST_TEST((reader.completion(id)->status == TransferStatus::kError));
  }
  BOOST_TEST(!reader.connect().empty());
}

// USB 2.0, 8.7.4: more than there is room for.
BOOST_AUTO_TEST_CASE(an_answer_without_room_is_an_overflow) {
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  wire::usb::Transfer get_slot_status;  // CCID 1.1, 6.1.3
  get_slot_status.bEndpointAddress = 0x01;
  get_slot_status.data = hex("65000000000000000000");
  wire::usb::Transfer answer;
  answer.bEndpointAddress = 0x82;
  answer.length = 5;
  reader.submit(get_slot_status);
  const std::uint64_t id = reader.submit(answer);
  BOOST_REQUIRE(reader.wait([&] { return reader.completion(id) != nullptr; }));
  BOOST_TEST((reader.completion(id)->status == TransferStatus::kOverflow));
}

BOOST_AUTO_TEST_CASE(a_cancelled_transfer_ends_once_whatever_wins) {
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  reader.run_for(100);
  for (bool stale = true; stale;) {  // what those before us did not fetch
    wire::usb::Transfer answer;
    answer.bEndpointAddress = 0x82;
    answer.length = 64;
    const std::uint64_t id = reader.submit(answer);
    reader.run_for(20);
    reader.route().cancel(id);
    BOOST_REQUIRE(reader.wait([&] { return reader.completion(id) != nullptr; }));
    stale = reader.completion(id)->status == TransferStatus::kCompleted;
  }
  int cancelled = 0, completed = 0;
  for (int round = 0; round < 60; ++round) {
    wire::usb::Transfer command;
    command.bEndpointAddress = 0x01;
    command.data = hex("65000000000000000000");
    wire::usb::Transfer answer;
    answer.bEndpointAddress = 0x82;
    answer.length = 64;
    const bool early = round % 2 == 0;  // cancelled before the reader has anything to say
    const std::uint64_t in = reader.submit(answer);
    if (early) reader.route().cancel(in);
    const std::uint64_t out = reader.submit(command);
    if (round % 3 != 0) reader.run_for(round % 3);
    reader.route().cancel(in);
    reader.route().cancel(in);
    reader.route().cancel(in + 1000);  // nobody's
    BOOST_REQUIRE(reader.wait([&] {
      return reader.completion(in) != nullptr && reader.completion(out) != nullptr;
    }));
    const TransferStatus status = reader.completion(in)->status;
    status == TransferStatus::kCompleted ? ++completed : ++cancelled;
    BOOST_TEST((status == TransferStatus::kCompleted || status == TransferStatus::kCancelled));
    if (status == TransferStatus::kCancelled) {  // its answer is still to be fetched
      const std::uint64_t rest = reader.submit(answer);
      BOOST_REQUIRE(reader.wait([&] { return reader.completion(rest) != nullptr; }));
    }
  }
  BOOST_TEST_MESSAGE(cancelled << " cancelled, " << completed << " were faster");
  BOOST_TEST(cancelled > 0);
  BOOST_TEST(completed > 0);
  BOOST_TEST(reader.twice() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke
