// Every profile behind the host driver, with cards: set-up and exchanges of all lengths.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <map>

#include "harness/bench/reader_file.h"
#include "models/ccid_host/reader.h"
#include "models/generic_reader/generic_reader.h"
#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_contactless.h"
#include "models/usb_host/host.h"
#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::bench {
namespace {

namespace usb = wire::usb;
namespace field = wire::field;
namespace session = wire::session;
using wire::Bytes;
using wire::Micros;

// Host, cable, reader, cards and time in one loop.
struct Desk {
  explicit Desk(generic_reader::Profile profile)
      : reader(std::move(profile)), host({}, {&driver}),
        packet(reader.profile().speed == usb::Speed::kHigh ? 512 : 64) {
    take(host.handle(usb::HostEvent(usb::Attached{reader.profile().speed})));
  }
  void insert(std::uint8_t slot) {
    const auto medium = reader.profile().ccid.slots[slot].medium;
    if (medium == field::Medium::kContactless) {
      contactless[slot] = std::make_unique<iso7816::CardContactless>(iso7816::ContactlessConfig{});
    } else {
      iso7816::ContactConfig config;
      config.cold_atr = wire::from_hex("3bda13ff8131fb46801239 2f31c173c601c03b").value();
      contact[slot] = std::make_unique<iso7816::CardContact>(config);
    }
    tell(ccid_function::FromField{slot, field::Inserted{medium}});
    run();
  }
  // The last event that ended the request.
  session::Event ask(const session::Request& request) {
    ended.clear();
    take(host.admit(0, driver.handle(request)));
    for (int i = 0; i < 100000 && ended.empty() && step(); ++i) {}
    BOOST_REQUIRE(!ended.empty());
    return ended.back();
  }
  std::string transmit(std::uint8_t slot, const Bytes& command) {
    const auto event = ask(session::Transmit{slot, command});
    const auto* response = std::get_if<session::Response>(&event);
    return response != nullptr ? wire::to_hex(response->response) : "failed";
  }
  void run() {
    const Micros end = now + 2'000'000;
    while (!pending.empty() && pending.begin()->first <= end) step();
  }
  bool step() {
    if (pending.empty()) return false;
    now = pending.begin()->first;
    const auto work = std::move(pending.begin()->second);
    pending.erase(pending.begin());
    work();
    return true;
  }

  void at(Micros delay, std::function<void()> work) { pending.emplace(now + delay, work); }
  void timer(std::uint32_t key, Micros duration, std::function<void()> expired) {
    const auto mark = ++timers[key];
    at(duration, [=] { if (timers[key] == mark) expired(); });
  }
  void take(const usb_host::HostActions& actions) {
    for (const auto& action : actions) {
      if (const auto* transfer = std::get_if<usb::Transfer>(&action)) {
        at(10, [this, t = *transfer] { submit(t); });
      } else if (const auto* cancel = std::get_if<usb_host::CancelTransfer>(&action)) {
        at(1, [this, id = cancel->id] { complete({id, usb::TransferStatus::kCancelled, {}, 0}); });
      } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
        timer(start->id, start->duration_us,
              [this, id = start->id] { take(host.handle(wire::TimerExpired{id})); });
      } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
        ++timers[stop->id];
      } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
        reader_actions(reader.handle(usb::DeviceEvent(usb::BusReset{})));
        at(1, [this] {
          take(host.handle(usb::HostEvent(usb::Attached{reader.profile().speed})));
        });
      }
    }
    for (const auto& event : driver.take_events()) {
      if (const auto* anomaly = std::get_if<ccid_host::Anomaly>(&event)) {
        anomalies.push_back(anomaly->what);
        continue;
      }
      const auto& e = std::get<session::Event>(event);
      const bool status = std::holds_alternative<session::ReaderArrived>(e) ||
                          std::holds_alternative<session::CardPresent>(e) ||
                          std::holds_alternative<session::CardAbsent>(e);
      if (!status) ended.push_back(e);
    }
  }
  void submit(const usb::Transfer& t) {
    if (t.type == usb::TransferType::kControl) {
      control = t;
      reader_actions(reader.handle(usb::DeviceEvent(usb::ControlRequest{t.setup, t.data})));
    } else if ((t.bEndpointAddress & 0x80) != 0) {
      waiting[t.bEndpointAddress].push_back(t.id);
      deliver(t.bEndpointAddress);
    } else {
      const bool ends_short = t.data.size() % packet != 0;
      const auto actions = reader.handle(
          usb::DeviceEvent(usb::OutData{t.bEndpointAddress, t.data, ends_short}));
      complete({t.id, usb::TransferStatus::kCompleted, {},
                static_cast<std::uint32_t>(t.data.size())});
      reader_actions(actions);
    }
  }
  void complete(const usb::Completion& completion) {
    for (auto& [endpoint, ids] : waiting) {
      ids.erase(std::remove(ids.begin(), ids.end(), completion.id), ids.end());
    }
    take(host.handle(usb::HostEvent(completion)));
  }
  void deliver(std::uint8_t endpoint) {
    while (!waiting[endpoint].empty() && !queued[endpoint].empty()) {
      const auto id = waiting[endpoint].front();
      const Bytes data = queued[endpoint].front();
      queued[endpoint].pop_front();
      complete({id, usb::TransferStatus::kCompleted, data,
                static_cast<std::uint32_t>(data.size())});
    }
  }
  void tell(const ccid_function::ReaderEvent& event) { reader_actions(reader.handle(event)); }
  void reader_actions(const generic_reader::Actions& actions) {
    for (const auto& action : actions) {
      if (const auto* device = std::get_if<usb::DeviceAction>(&action)) {
        device_action(*device);
      } else {
        effect(std::get<ccid_function::ReaderEffect>(action));
      }
    }
  }
  void device_action(const usb::DeviceAction& action) {
    if (const auto* in = std::get_if<usb::InData>(&action)) {
      queued[in->bEndpointAddress].push_back(in->data);
      at(10, [this, endpoint = in->bEndpointAddress] { deliver(endpoint); });
      return;
    }
    usb::Completion done{control.id, usb::TransferStatus::kCompleted, {}, 0};
    if (const auto* data = std::get_if<usb::ControlData>(&action)) {
      done.data = data->data;
      done.data.resize(std::min<std::size_t>(done.data.size(), control.setup.wLength));
      done.actual_length = static_cast<std::uint32_t>(done.data.size());
    } else if (std::holds_alternative<usb::ControlStall>(action)) {
      done.status = usb::TransferStatus::kStalled;
    } else if (!std::holds_alternative<usb::ControlStatus>(action)) {
      return;
    }
    at(10, [this, done] { complete(done); });
  }
  void effect(const ccid_function::ReaderEffect& e) {
    constexpr std::uint32_t kReader = 0x1000000;
    if (const auto* to = std::get_if<ccid_function::ToField>(&e)) {
      at(100, [this, t = *to] {
        std::visit([&](const auto& s) { card_event(t.slot, iso7816::CardEvent(s)); }, t.signal);
      });
    } else if (const auto* start = std::get_if<wire::StartTimer>(&e)) {
      timer(kReader + start->id, start->duration_us,
            [this, id = start->id] { tell(wire::TimerExpired{id}); });
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&e)) {
      ++timers[kReader + stop->id];
    }
  }
  void card_event(std::uint8_t slot, const iso7816::CardEvent& event) {
    if (contact.count(slot) != 0) card_actions(slot, contact[slot]->handle(event));
    if (contactless.count(slot) != 0) card_actions(slot, contactless[slot]->handle(event));
  }
  void card_actions(std::uint8_t slot, const iso7816::CardActions& actions) {
    const std::uint32_t base = 0x2000000 + 0x10000U * slot;
    for (const auto& action : actions) {
      if (const auto* burst = std::get_if<field::Burst>(&action)) {
        at(100, [this, slot, b = *burst] { tell(ccid_function::FromField{slot, b}); });
      } else if (const auto* command = std::get_if<iso7816::Command>(&action)) {
        Bytes answer = wire::iso7816::decode_command(command->command_apdu).value().data;
        answer.push_back(0x90);
        answer.push_back(0x00);
        card_event(slot, iso7816::Respond{answer, 10});
      } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
        timer(base + start->id, start->duration_us, [this, slot, id = start->id] {
          card_event(slot, wire::TimerExpired{id});
        });
      } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
        ++timers[base + stop->id];
      }
    }
  }

  generic_reader::GenericReader reader;
  ccid_host::Reader driver;
  usb_host::Host host;
  std::size_t packet;
  Micros now = 0;
  usb::Transfer control;
  std::map<std::uint8_t, std::vector<std::uint64_t>> waiting;
  std::map<std::uint8_t, std::deque<Bytes>> queued;
  std::map<std::uint8_t, std::unique_ptr<iso7816::CardContact>> contact;
  std::map<std::uint8_t, std::unique_ptr<iso7816::CardContactless>> contactless;
  std::map<std::uint32_t, std::uint64_t> timers;
  std::multimap<Micros, std::function<void()>> pending;
  std::vector<session::Event> ended;
  std::vector<std::string> anomalies;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_end_to_end)

BOOST_AUTO_TEST_CASE(the_host_reaches_a_card_through_every_profile) {
  using wire::iso7816::CommandApdu;
  for (const auto& [name, profile] :
       load_reader_files(std::string(UKETSUKE_SOURCE_DIR) + "/scenarios/readers")) {
    const bool extended = (profile.ccid.descriptor.dwFeatures & 0x00040000) != 0;
    for (std::uint8_t slot = 0; slot < profile.ccid.slots.size(); ++slot) {
      BOOST_TEST_CONTEXT(name << " slot " << int{slot}) {
        Desk desk(profile);
        desk.run();
        BOOST_REQUIRE(desk.driver.ready());
        desk.insert(slot);
        const auto connected = desk.ask(session::Connect{slot});
        const auto* failed = std::get_if<session::Failed>(&connected);
        BOOST_REQUIRE_MESSAGE(failed == nullptr, (failed != nullptr ? failed->what : ""));
        BOOST_TEST(std::get<session::Connected>(connected).atr[0] == 0x3B);
        for (const std::size_t size : {1u, 43u, 44u, 45u, 108u, 239u, 240u, 255u, 600u, 2000u}) {
          if (size > 255 && !extended) continue;
          Bytes data(size);
          for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i * 3);
          const auto apdu = size > 255 ? CommandApdu::case4_extended(0, 0xEC, 0, 0, data, 65536)
                                       : CommandApdu::case4_short(0, 0xEC, 0, 0, data, 256);
          const Bytes command = wire::iso7816::encode_command(apdu).value();
          BOOST_TEST(desk.transmit(slot, command) == wire::to_hex(data) + "9000");
        }
        const auto again = desk.ask(session::Reset{slot, session::Disposition::kReset});
        BOOST_TEST(std::holds_alternative<session::Connected>(again));
        BOOST_TEST(desk.transmit(slot, {0x00, 0xA4, 0x00, 0x00}) == "9000");
        BOOST_TEST(desk.anomalies.empty());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::bench
