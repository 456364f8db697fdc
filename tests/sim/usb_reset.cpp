// A USB wire whose host gives up what it has asked: the next request gets its own answer, never
// that of the request before (USB 2.0, 8.5.3; 9.1.1.3).
#include <boost/test/unit_test.hpp>

#include "sim/channel/usb_channel.h"
#include "sim/wire/usb/setup_packet.h"

namespace {

using namespace uketsuke;
using namespace wire::usb;

// A device that stalls requests for descriptors and does all others, each at once.
struct Desk {
  Desk() : layer(std::vector<fault::Rule>{}), context{simulation, journal, layer},
           wire(context, channel::UsbConfig{}) {
    wire.attach();
    run(200'000);
    BOOST_REQUIRE(!seen.empty());
    seen.clear();
  }
  ~Desk() { simulation.activate(); }

  void run(wire::Micros us) {
    for (wire::Micros left = us; left > 0; --left) {
      simulation.run_for(1);
      wire.to_device().drain([this](const DeviceEvent& event) {
        const DeviceEvent whole = channel::UsbChannel::unpacked(event);
        if (const auto* request = std::get_if<ControlRequest>(&whole)) {
          ++requests;
          const bool describes = request->setup.bRequest ==
                                 static_cast<std::uint8_t>(StandardRequest::GET_DESCRIPTOR);
          wire.act(describes ? DeviceAction{ControlStall{}} : DeviceAction{ControlStatus{}});
        }
      });
      wire.to_host().drain([this](const HostEvent& event) { seen.push_back(event); });
    }
  }
  void ask(std::uint64_t id, const SetupPacket& setup) {
    Transfer transfer;
    transfer.id = id;
    transfer.type = TransferType::kControl;
    transfer.setup = setup;
    transfer.length = setup.wLength;
    wire.submit(transfer);
  }
  TransferStatus end_of(std::uint64_t id) const {
    int ends = 0;
    TransferStatus status = TransferStatus::kTimedOut;
    for (const HostEvent& event : seen) {
      const auto* completion = std::get_if<Completion>(&event);
      if (completion == nullptr || completion->id != id) continue;
      ++ends;
      status = completion->status;
    }
    BOOST_TEST(ends == 1);
    return status;
  }

  kernel::Simulation simulation;
  trace::Journal journal;
  fault::Layer layer;
  channel::Context context;
  channel::UsbChannel wire;
  std::vector<HostEvent> seen;
  int requests = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(usb_reset)

BOOST_AUTO_TEST_CASE(after_a_reset_nobody_answers_what_was_asked_before) {
  Desk desk;
  desk.ask(1, get_descriptor(1, 0, 0, 18));
  desk.wire.reset();  // while it is on its way
  desk.ask(2, set_address(1));
  desk.run(1000);
  BOOST_TEST((desk.end_of(1) == TransferStatus::kCancelled));
  BOOST_TEST((desk.end_of(2) == TransferStatus::kCompleted));
  BOOST_TEST(desk.requests == 1);
}

BOOST_AUTO_TEST_CASE(a_request_that_was_given_up_does_not_answer_the_next) {
  Desk desk;
  desk.ask(1, get_descriptor(1, 0, 0, 18));
  desk.wire.cancel(1);
  desk.ask(2, set_address(1));
  desk.run(1000);
  BOOST_TEST((desk.end_of(1) == TransferStatus::kCancelled));
  BOOST_TEST((desk.end_of(2) == TransferStatus::kCompleted));
  BOOST_TEST(desk.requests == 1);
}

BOOST_AUTO_TEST_SUITE_END()
