// A control request of which a fault has left less than a setup packet (USB 2.0, 9.3: 8 bytes): no
// device gets it, and the host is told.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <vector>

#include "sim/gateway/usb_gateway_module.h"
#include "sim/wire/usb/setup_packet.h"

namespace {

using namespace uketsuke;
using namespace wire::usb;

constexpr std::uint32_t kSetup = 8;

// Keeps what reaches it, and does it at once.
class Route : public gateway::UsbRoute {
 public:
  explicit Route(std::vector<Transfer>& got) : got_(got) {}
  void start(Report report) override {
    report_ = std::move(report);
    report_(HostEvent{Attached{Speed::kFull}});
  }
  void submit(Transfer transfer) override {
    got_.push_back(transfer);
    report_(HostEvent{Completion{transfer.id, TransferStatus::kCompleted, {}, 0}});
  }
  void cancel(std::uint64_t) override {}
  void reset() override {}
  gateway::UsbIdentity identity() const override { return {}; }

 private:
  std::vector<Transfer>& got_;
  Report report_;
};

fault::Rule shortens(std::uint32_t bytes) {
  fault::Rule rule;
  rule.wire = "usb";
  rule.pipe = "control out";
  rule.kind = fault::Kind::kShorten;
  rule.bytes = bytes;
  return rule;
}

struct Desk {
  explicit Desk(std::uint32_t missing)
      : layer({shortens(missing)}), context{simulation, journal, layer},
        usb("usb", context, inbox, std::make_unique<Route>(got), guard, {}) {
    usb.start();
    simulation.pace({}, inbox);
    simulation.run_until([this] { return usb.attached(); }, 1'000'000);
    usb.to_host().drain([](const HostEvent&) {});
  }
  ~Desk() {
    simulation.activate();
    inbox->close();
  }
  TransferStatus ask(std::uint64_t id) {
    Transfer transfer;
    transfer.id = id;
    transfer.type = TransferType::kControl;
    transfer.setup = get_descriptor(1, 0, 0, 18);
    transfer.length = 18;
    usb.submit(transfer);
    std::vector<Completion> ends;
    simulation.run_until(
        [&] {
          usb.to_host().drain([&](const HostEvent& event) {
            if (const auto* end = std::get_if<Completion>(&event)) ends.push_back(*end);
          });
          return !ends.empty();
        },
        simulation.now_us() + 1'000'000);
    BOOST_REQUIRE(ends.size() == 1);
    BOOST_TEST(ends.front().id == id);
    return ends.front().status;
  }

  std::vector<Transfer> got;
  std::shared_ptr<kernel::Inbox> inbox = std::make_shared<kernel::Inbox>();
  kernel::Simulation simulation;
  trace::Journal journal;
  fault::Layer layer;
  channel::Context context;
  guard::CcidGuard guard;
  gateway::UsbGatewayModule usb;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_setup)

BOOST_AUTO_TEST_CASE(a_shortened_setup_packet_is_an_error_and_reaches_nobody) {
  for (std::uint32_t missing = 1; missing <= kSetup; ++missing) {
    Desk desk(missing);
    BOOST_TEST((desk.ask(1) == TransferStatus::kError), missing << " bytes are missing");
    BOOST_TEST(desk.got.empty());
    // The next one is whole.
    BOOST_TEST((desk.ask(2) == TransferStatus::kCompleted));
    BOOST_REQUIRE(desk.got.size() == 1);
    BOOST_TEST((encode(desk.got.front().setup) == encode(get_descriptor(1, 0, 0, 18))));
  }
}

BOOST_AUTO_TEST_SUITE_END()
