// Every kind of fault on every wire: what the receiver gets of three messages, and when.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>

#include "sim/channel/field_channel.h"
#include "sim/channel/folder_channel.h"
#include "sim/channel/later.h"
#include "sim/channel/network_channel.h"
#include "sim/channel/panel_channel.h"
#include "sim/channel/session_channel.h"
#include "sim/channel/usb_channel.h"

namespace {

using namespace uketsuke;
using fault::Kind;
using wire::Bytes;
using Messages = std::vector<Bytes>;

std::string no_words(std::string_view, wire::ByteView) { return {}; }

// One world with one wire. send(n) puts message n on it; got() empties the receiver's mailbox.
struct World {
  explicit World(fault::Rule rule)
      : layer({std::move(rule)}), context{simulation, journal, layer},
        later("later", simulation) {
    layer.on_later([this](std::uint64_t delay_us, fault::Layer::Action action) {
      later.after(delay_us, std::move(action));
    });
  }
  virtual ~World() { simulation.activate(); }
  virtual void send(std::uint8_t number) = 0;
  virtual Messages got() = 0;

  kernel::Simulation simulation;
  trace::Journal journal;
  fault::Layer layer;
  channel::Context context;
  channel::Later later;
};

Bytes payload(std::uint8_t number) { return {0x40, 0x10, number}; }

struct Folder : World {
  explicit Folder(fault::Rule rule) : World(std::move(rule)), wire(context, 1, &no_words) {}
  void send(std::uint8_t number) override {
    wire.write_from_ehr({"req", "name", payload(number)});
  }
  Messages got() override {
    Messages all;
    wire.to_terminal().drain(
        [&](const channel::FolderFile& file) { all.push_back(file.bytes); });
    return all;
  }
  channel::FolderChannel wire;
};

struct Network : World {
  explicit Network(fault::Rule rule)
      : World(std::move(rule)), wire(context, "terminal", {10, 1'000'000'000}, nullptr, nullptr,
                                     nullptr) {}
  void send(std::uint8_t number) override { wire.request({number, payload(number)}); }
  Messages got() override {
    Messages all;
    wire.to_server().drain(
        [&](const wire::network::Request& request) { all.push_back(request.body); });
    return all;
  }
  channel::NetworkChannel wire;
};

struct Session : World {
  explicit Session(fault::Rule rule)
      : World(std::move(rule)), wire(context, "terminal", "reader", channel::SessionTaps{}) {}
  void send(std::uint8_t number) override {
    wire.ask(wire::session::Transmit{0, payload(number)});
  }
  Messages got() override {
    Messages all;
    wire.to_reader().drain([&](const wire::session::Request& request) {
      all.push_back(std::get<wire::session::Transmit>(request).command);
    });
    return all;
  }
  channel::SessionChannel wire;
};

struct Field : World {
  explicit Field(fault::Rule rule)
      : World(std::move(rule)), wire(context, "reader", "slot 0", nullptr, nullptr, nullptr),
        card(simulation) {
    wire.insert(card, wire::field::Medium::kContact, true);
  }
  void send(std::uint8_t number) override {
    wire::field::Burst burst;
    burst.data = payload(number);
    wire.to_card(burst);
  }
  Messages got() override {
    Messages all;
    card.drain([&](const wire::field::ToCard& signal) {
      if (const auto* burst = std::get_if<wire::field::Burst>(&signal)) all.push_back(burst->data);
      removed = removed || std::holds_alternative<wire::field::PowerOff>(signal);
    });
    return all;
  }
  channel::FieldChannel wire;
  channel::FieldSlot::CardMailbox card;
  bool removed = false;
};

struct UsbOut : World {
  explicit UsbOut(fault::Rule rule) : World(std::move(rule)), wire(context, config()) {
    wire.attach();
    simulation.run_for(200'000);
    wire.to_device().clear();
    wire.to_host().clear();
  }
  static channel::UsbConfig config() {
    channel::UsbConfig config;
    config.endpoints.push_back({0x02, 64, 0, false, "bulk-out", nullptr, nullptr});
    config.endpoints.push_back({0x81, 64, 0, false, "bulk-in", nullptr, nullptr});
    return config;
  }
  void send(std::uint8_t number) override {
    wire.submit({number, wire::usb::TransferType::kBulk, 0x02, {}, payload(number), 0});
  }
  Messages got() override {
    Messages all;
    wire.to_device().drain([&](const wire::usb::DeviceEvent& event) {
      if (const auto* out = std::get_if<wire::usb::OutData>(&event)) all.push_back(out->data);
    });
    wire.to_host().drain([&](const wire::usb::HostEvent& event) {
      if (const auto* done = std::get_if<wire::usb::Completion>(&event)) ended.push_back(*done);
      gone = gone || std::holds_alternative<wire::usb::Detached>(event);
    });
    return all;
  }
  channel::UsbChannel wire;
  std::vector<wire::usb::Completion> ended;
  bool gone = false;
};

struct UsbIn : UsbOut {
  explicit UsbIn(fault::Rule rule) : UsbOut(std::move(rule)) {
    for (std::uint64_t id = 1; id <= 6; ++id)
      wire.submit({id, wire::usb::TransferType::kBulk, 0x81, {}, {}, 64});
  }
  void send(std::uint8_t number) override {
    wire.act(wire::usb::InData{0x81, payload(number)});
  }
  Messages got() override {
    UsbOut::got();
    Messages all;
    for (const wire::usb::Completion& done : ended) {
      if (done.status != wire::usb::TransferStatus::kCompleted) continue;
      BOOST_TEST(done.actual_length == done.data.size());
      all.push_back(done.data);
    }
    ended.clear();
    return all;
  }
};

struct Panel : World {
  explicit Panel(fault::Rule rule) : World(std::move(rule)), wire(context, "terminal") {}
  void send(std::uint8_t number) override {
    wire.put(wire::panel::Press{std::string(1, static_cast<char>('a' + number))});
  }
  Messages got() override {
    Messages all;
    wire.to_device().drain([&](const Bytes& bytes) { all.push_back(bytes); });
    return all;
  }
  channel::PanelChannel wire;
};

fault::Rule rule_of(const char* wire, Kind kind) {
  fault::Rule rule;
  rule.wire = wire;
  rule.kind = kind;
  rule.bit = 1;
  rule.delay_us = kind == Kind::kDelay ? 30'000 : 0;
  if (kind == Kind::kMute) rule.count = 0;
  return rule;
}

// Three messages, ten milliseconds apart, and what has come after a tenth of a second.
Messages three(World& world) {
  Messages all;
  const auto take = [&] {
    for (Bytes& one : world.got()) all.push_back(std::move(one));
  };
  for (std::uint8_t number = 1; number <= 3; ++number) {
    world.send(number);
    world.simulation.run_for(10'000);
    take();
  }
  world.simulation.run_for(70'000);
  take();
  return all;
}

Bytes flipped(Bytes bytes) {
  bytes[0] ^= 2;
  return bytes;
}
Bytes cut(Bytes bytes) {
  bytes.pop_back();
  return bytes;
}

template <class Wire>
void every_kind(const char* name) {
  BOOST_TEST_CONTEXT(name) {
    Wire clean(rule_of("nowhere", Kind::kDrop));
    const Messages m = three(clean);
    BOOST_TEST_REQUIRE(m.size() == 3U);
    const auto is = [&](Kind kind, const Messages& expected) {
      Wire world(rule_of(name, kind));
      BOOST_TEST_CONTEXT(to_string(kind)) {
        BOOST_TEST((three(world) == expected));
        BOOST_TEST(world.layer.hits().front() >= 1U);
      }
    };
    is(Kind::kDrop, {m[1], m[2]});
    is(Kind::kDelay, {m[1], m[2], m[0]});
    is(Kind::kDuplicate, {m[0], m[0], m[1], m[2]});
    is(Kind::kCorrupt, {flipped(m[0]), m[1], m[2]});
    is(Kind::kReorder, {m[1], m[0], m[2]});
    is(Kind::kMute, {});
    is(Kind::kShorten, {cut(m[0]), m[1], m[2]});

    // Nothing follows: it comes a second later.
    fault::Rule last = rule_of(name, Kind::kReorder);
    last.first = 3;
    Wire world(last);
    BOOST_TEST((three(world) == Messages{m[0], m[1]}));
    world.simulation.run_for(900'000);
    BOOST_TEST(world.got().empty());
    world.simulation.run_for(100'000);
    BOOST_TEST((world.got() == Messages{m[2]}));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wires)

BOOST_AUTO_TEST_CASE(folder_files) { every_kind<Folder>("folder"); }
BOOST_AUTO_TEST_CASE(network_requests) { every_kind<Network>("network"); }
BOOST_AUTO_TEST_CASE(session_commands) { every_kind<Session>("session"); }
BOOST_AUTO_TEST_CASE(field_bursts) { every_kind<Field>("field"); }
BOOST_AUTO_TEST_CASE(panel_inputs) { every_kind<Panel>("panel"); }
BOOST_AUTO_TEST_CASE(usb_bulk_out) { every_kind<UsbOut>("usb"); }
BOOST_AUTO_TEST_CASE(usb_bulk_in) { every_kind<UsbIn>("usb"); }

BOOST_AUTO_TEST_CASE(session_messages_without_bytes_meet_faults_too) {
  Session world(rule_of("session", Kind::kDrop));
  int connects = 0;
  for (int i = 0; i < 2; ++i) world.wire.ask(wire::session::Connect{0});
  world.wire.to_reader().drain([&](const wire::session::Request&) { ++connects; });
  BOOST_TEST(connects == 1);
}

BOOST_AUTO_TEST_CASE(a_stalled_out_endpoint_refuses_until_it_is_cleared) {
  UsbOut world(rule_of("usb", Kind::kStall));
  BOOST_TEST(three(world).empty());
  BOOST_TEST_REQUIRE(world.ended.size() == 3U);
  for (const auto& done : world.ended)
    BOOST_TEST((done.status == wire::usb::TransferStatus::kStalled));
  world.wire.act(wire::usb::HaltEndpoint{0x02, false});
  BOOST_TEST(three(world).size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_stalled_in_endpoint_refuses_all_that_wait) {
  UsbIn world(rule_of("usb", Kind::kStall));
  world.send(1);
  world.simulation.run_for(10'000);
  world.UsbOut::got();
  BOOST_TEST(world.ended.size() == 6U);
  for (const auto& done : world.ended)
    BOOST_TEST((done.status == wire::usb::TransferStatus::kStalled));
}

BOOST_AUTO_TEST_CASE(a_plug_that_was_pulled_is_plugged_in_again_when_the_fault_is_over) {
  fault::Rule rule = rule_of("usb", Kind::kDetach);
  rule.for_us = 1'000'000;
  UsbOut world(rule);
  world.send(1);
  BOOST_TEST(!world.wire.attached());
  world.simulation.run_for(999'000);
  world.got();
  BOOST_TEST(world.gone);
  BOOST_TEST(!world.wire.attached());
  world.simulation.run_for(2'000);
  BOOST_TEST(world.wire.attached());
}

BOOST_AUTO_TEST_CASE(a_plug_stays_out_when_nothing_ends_the_fault) {
  UsbOut world(rule_of("usb", Kind::kDetach));
  world.send(1);
  world.simulation.run_for(60'000'000);
  BOOST_TEST(!world.wire.attached());
}

BOOST_AUTO_TEST_CASE(a_card_that_was_pulled_is_back_when_the_fault_is_over) {
  fault::Rule rule = rule_of("field", Kind::kDetach);
  rule.until_step = 2;
  Field world(rule);
  world.send(1);
  world.got();
  BOOST_TEST(world.removed);
  BOOST_TEST(!world.wire.occupied());
  world.layer.begin_step(2);
  BOOST_TEST(world.wire.occupied());
}

BOOST_AUTO_TEST_SUITE_END()
