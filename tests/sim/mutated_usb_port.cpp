// The interceptor between a host and a channel: what the host sees of a device that deviates.
#include <boost/test/unit_test.hpp>
#include <optional>
#include <vector>

#include "sim/channel/mutated_usb_port.h"
#include "sim/channel/usb_channel.h"

namespace {

using namespace uketsuke;
using namespace wire::usb;
using fault::Mutation;
using fault::MutationPipe;

constexpr std::uint8_t kOut = 0x01, kIn = 0x82, kInterruptIn = 0x83;

// Answers every command of a bulk OUT pipe with 81h and the command's first bytes; a control
// request with two bytes.
class Device : public kernel::Module {
 public:
  Device(kernel::Simulation& simulation, channel::UsbChannel& usb)
      : Module("device", simulation), usb_(usb) {
    listen({&usb.to_device().event()});
  }
  std::uint32_t commands = 0;

 private:
  void wake() override {
    usb_.to_device().drain([this](DeviceEvent event) {
      if (auto* out = std::get_if<OutData>(&event)) {
        ++commands;
        wire::Bytes answer = out->data;
        if (!answer.empty()) answer[0] = 0x81;
        usb_.act(InData{kIn, answer});
      } else if (std::holds_alternative<ControlRequest>(event)) {
        usb_.act(ControlData{{0xAA, 0xBB}});
      }
    });
  }
  channel::UsbChannel& usb_;
};

struct Desk {
  explicit Desk(std::vector<Mutation> mutations)
      : faults(), context{simulation, journal, faults},
        usb(context, {"host",
                      "reader",
                      Speed::kFull,
                      {{kOut, 64, 0, false, "bulk-out"},
                       {kIn, 64, 0, false, "bulk-in"},
                       {kInterruptIn, 8, 10, true, "interrupt"}}}),
        device(simulation, usb), mutator(std::move(mutations), 1, {64, 271}),
        port("port", simulation, usb, mutator, {kOut, kIn, kInterruptIn}) {
    usb.attach();
    run(500'000);
  }
  void run(std::uint64_t us) {
    simulation.run_for(us);
    port.to_host().drain([this](HostEvent event) {
      if (auto* completion = std::get_if<Completion>(&event)) completions.push_back(*completion);
      if (std::holds_alternative<Attached>(event)) attached = true;
    });
  }
  std::uint64_t read(std::uint8_t endpoint = kIn, std::uint32_t room = 512) {
    const bool interrupt = endpoint == kInterruptIn;
    port.submit({++last_id, interrupt ? TransferType::kInterrupt : TransferType::kBulk, endpoint,
                 {}, {}, room});
    return last_id;
  }
  std::uint64_t write(wire::Bytes data) {
    port.submit({++last_id, TransferType::kBulk, kOut, {}, std::move(data), 0});
    return last_id;
  }
  std::optional<Completion> of(std::uint64_t id) const {
    for (const Completion& completion : completions)
      if (completion.id == id) return completion;
    return std::nullopt;
  }

  kernel::Simulation simulation;
  trace::Journal journal;
  fault::Layer faults;
  channel::Context context;
  channel::UsbChannel usb;
  Device device;
  fault::Mutator mutator;
  channel::MutatedUsbPort port;
  std::vector<Completion> completions;
  std::uint64_t last_id = 0;
  bool attached = false;
};

Mutation on(MutationPipe pipe) {
  Mutation mutation;
  mutation.match.pipe = pipe;
  return mutation;
}

const wire::Bytes kStatus{0x65, 0, 0, 0, 0, 0, 9, 0, 0, 0};
const wire::Bytes kStatusAnswer{0x81, 0, 0, 0, 0, 0, 9, 0, 0, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(mutated_usb_port)

BOOST_AUTO_TEST_CASE(without_mutations_it_is_the_port_itself) {
  Desk desk({});
  BOOST_TEST(desk.attached);
  const auto in = desk.read(), out = desk.write(kStatus);
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(in));
  BOOST_TEST(desk.of(in)->data == kStatusAnswer);
  BOOST_TEST(desk.of(out)->actual_length == 10U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_dropped_leaves_the_host_waiting) {
  Mutation drop = on(MutationPipe::kBulkIn);
  drop.drop = true;
  drop.when.count = 1;
  Desk desk({drop});
  const auto in = desk.read();
  desk.write(kStatus);
  desk.run(1'000'000);
  BOOST_TEST(!desk.of(in).has_value());
  desk.write(kStatus);
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(in));
  BOOST_TEST(desk.of(in)->data == kStatusAnswer);
}

BOOST_AUTO_TEST_CASE(an_answer_twice_goes_to_two_reads) {
  Mutation twice = on(MutationPipe::kBulkIn);
  twice.copies = 1;
  Desk desk({twice});
  const auto first = desk.read();
  desk.write(kStatus);
  desk.run(10'000);
  const auto second = desk.read();
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(first));
  BOOST_REQUIRE(desk.of(second));
  BOOST_TEST(desk.of(second)->data == kStatusAnswer);
}

BOOST_AUTO_TEST_CASE(a_made_up_answer_takes_the_place_of_the_device) {
  Mutation swallow = on(MutationPipe::kBulkOut);
  swallow.drop = true;
  swallow.made_up.push_back(
      {MutationPipe::kBulkIn, *fault::parse_template("8100000000{slot}{seq}420000"), 2000});
  Desk desk({swallow});
  const auto in = desk.read(), out = desk.write(kStatus);
  desk.run(1'000);
  BOOST_TEST(desk.of(out)->actual_length == 10U);
  BOOST_TEST(!desk.of(in).has_value());
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(in));
  BOOST_TEST(wire::to_hex(desk.of(in)->data) == "81000000000009420000");
  BOOST_TEST(desk.device.commands == 0U);
}

BOOST_AUTO_TEST_CASE(a_device_that_hangs_is_cancelled_and_comes_back_with_its_plug) {
  Mutation hang = on(MutationPipe::kBulkOut);
  hang.hang = fault::Hang::kAll;
  hang.when.count = 1;
  Desk desk({hang});
  const auto in = desk.read();
  desk.write(kStatus);
  desk.run(10'000);
  desk.port.submit({++desk.last_id, TransferType::kControl, 0, {0xA1, 2, 0, 0, 8}, {}, 8});
  const auto control = desk.last_id;
  const auto second = desk.read();
  desk.run(5'000'000);
  BOOST_TEST(!desk.of(in).has_value());
  BOOST_TEST(!desk.of(control).has_value());
  for (const auto id : {in, control, second}) desk.port.cancel(id);
  desk.run(1'000);
  for (const auto id : {in, control, second}) {
    BOOST_REQUIRE(desk.of(id));
    BOOST_TEST((desk.of(id)->status == TransferStatus::kCancelled));
  }
  desk.usb.detach();
  desk.run(1'000);
  desk.usb.attach();
  desk.run(500'000);
  const auto again = desk.read();
  desk.write(kStatus);
  desk.run(10'000);
  BOOST_TEST(desk.of(again).has_value());
}

BOOST_AUTO_TEST_CASE(control_answers_are_changed_and_refused_by_their_request) {
  Mutation longer = on(MutationPipe::kControlIn);
  longer.match.setup.bRequest = 2;
  longer.edits.push_back({fault::Edit::Kind::kAppend, 0, 0, 1, 0, false,
                          *fault::parse_template("cc")});
  Mutation stall = on(MutationPipe::kControlOut);
  stall.match.setup.bRequest = 3;
  stall.stall = true;
  Desk desk({longer, stall});
  desk.port.submit({1, TransferType::kControl, 0, {0xA1, 2, 0, 0, 8}, {}, 8});
  desk.port.submit({2, TransferType::kControl, 0, {0xA1, 3, 0, 0, 8}, {}, 8});
  desk.port.submit({3, TransferType::kControl, 0, {0xA1, 4, 0, 0, 8}, {}, 8});
  desk.run(10'000);
  BOOST_TEST(wire::to_hex(desk.of(1)->data) == "aabbcc");
  BOOST_TEST((desk.of(2)->status == TransferStatus::kStalled));
  BOOST_TEST(wire::to_hex(desk.of(3)->data) == "aabb");
}

BOOST_AUTO_TEST_CASE(a_message_without_its_empty_packet_comes_with_the_next) {
  Mutation join = on(MutationPipe::kBulkIn);
  join.match.full_packet = true;
  join.join = true;
  Desk desk({join});
  const auto in = desk.read();
  desk.write(wire::Bytes(64, 0x11));
  desk.run(100'000);
  BOOST_TEST(!desk.of(in).has_value());
  desk.write(kStatus);
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(in));
  BOOST_TEST(desk.of(in)->data.size() == 74U);
}

BOOST_AUTO_TEST_CASE(a_late_answer_stays_with_the_device_until_it_is_fetched) {
  Mutation late = on(MutationPipe::kBulkIn);
  late.delay_us = 50'000;
  Desk desk({late});
  const auto first = desk.read();
  desk.write(kStatus);
  desk.run(20'000);
  desk.port.cancel(first);
  desk.run(100'000);
  BOOST_REQUIRE(desk.of(first));
  BOOST_TEST((desk.of(first)->status == TransferStatus::kCancelled));
  const auto second = desk.read();
  desk.run(1'000);
  BOOST_REQUIRE(desk.of(second));
  BOOST_TEST(desk.of(second)->data == kStatusAnswer);
}

BOOST_AUTO_TEST_CASE(what_is_held_goes_behind_the_next_one) {
  Mutation hold = on(MutationPipe::kBulkIn);
  hold.hold = true;
  hold.when.count = 1;
  Desk desk({hold});
  desk.write(kStatus);
  const auto first = desk.read();
  desk.run(10'000);
  desk.write({0x65, 0, 0, 0, 0, 0, 10, 0, 0, 0});
  desk.run(10'000);
  const auto second = desk.read();
  desk.run(10'000);
  BOOST_REQUIRE(desk.of(first));
  BOOST_REQUIRE(desk.of(second));
  BOOST_TEST(desk.of(first)->data[6] == 10);
  BOOST_TEST(desk.of(second)->data[6] == 9);
}

BOOST_AUTO_TEST_SUITE_END()
