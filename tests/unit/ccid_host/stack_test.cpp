// The host's driver against the models of reader and card: everything between session and
// application.
#include <boost/test/unit_test.hpp>
#include <queue>

#include "models/ccid_function/ccid_function.h"
#include "models/iso7816/card_contact.h"
#include "sim/wire/iso7816/apdu.h"
#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/ccid_host/reader_bench.h"

using namespace uketsuke;
using namespace uketsuke::wire::session;
namespace ccid = wire::ccid;
namespace field = wire::field;
using wire::Bytes;

namespace {

// The application: READ BINARY gives Le bytes counting up, everything else its data and 9000.
Bytes application(const Bytes& command) {
  const auto apdu = wire::iso7816::decode_command(command);
  if (!apdu) return {0x67, 0x00};
  Bytes answer;
  if (apdu->ins == 0xB0) {
    for (std::uint32_t i = 0; i < apdu->ne; ++i) answer.push_back(static_cast<std::uint8_t>(i));
  } else if (apdu->ne > 0) {
    answer.assign(apdu->data.begin(), apdu->data.end());
  }
  answer.insert(answer.end(), {0x90, 0x00});
  return answer;
}

struct Stack {
  Stack(std::uint32_t dwFeatures, std::uint32_t dwMaxMessage, const char* atr)
      : function(parameters(dwFeatures, dwMaxMessage)),
        card(config(atr)),
        device(device_parameters(dwFeatures, dwMaxMessage), {&function}),
        host({}, {&reader}),
        loop(host, device) {
    loop.after = [this] { settle(); };
  }
  static ccid_function::Parameters parameters(std::uint32_t dwFeatures, std::uint32_t max) {
    ccid_function::Parameters p;
    p.descriptor.dwFeatures = dwFeatures;
    p.descriptor.dwMaxCCIDMessageLength = max;
    return p;
  }
  static usb_device::DeviceParameters device_parameters(std::uint32_t dwFeatures,
                                                        std::uint32_t max) {
    usb_device::DeviceParameters p = ReaderBench::parameters(dwFeatures, max, true, 1);
    p.functions[0].interfaces[0].class_descriptors = {
        encode(parameters(dwFeatures, max).descriptor)};
    return p;
  }
  static iso7816::ContactConfig config(const char* atr) {
    iso7816::ContactConfig c;
    c.cold_atr = hex(atr);
    c.clock_hz = 4'000'000;
    return c;
  }

  // What function and card want done; repeats until nobody wants anything at this instant.
  void settle() {
    for (auto effects = function.take_effects(); !effects.empty();
         effects = function.take_effects()) {
      for (const ccid_function::ReaderEffect& effect : effects) {
        if (const auto* to = std::get_if<ccid_function::ToField>(&effect)) to_card(to->signal);
        if (const auto* s = std::get_if<wire::StartTimer>(&effect)) {
          reader_timers[s->id] = loop.now + s->duration_us;
        }
        if (const auto* s = std::get_if<wire::StopTimer>(&effect)) reader_timers.erase(s->id);
      }
    }
  }
  void to_card(const field::ToCard& signal) {
    if (const auto* burst = std::get_if<field::Burst>(&signal)) return later(*burst, true);
    if (const auto* on = std::get_if<field::PowerOn>(&signal)) from_card(card.handle(*on));
    if (const auto* warm = std::get_if<field::WarmReset>(&signal)) from_card(card.handle(*warm));
    if (const auto* off = std::get_if<field::PowerOff>(&signal)) from_card(card.handle(*off));
  }
  void later(const field::Burst& burst, bool to) {
    const wire::Micros length = burst.data.size() * std::uint64_t{burst.character_ns} / 1000;
    bursts.emplace(loop.now + length, std::make_pair(to, burst));
  }
  void from_card(const iso7816::CardActions& actions) {
    for (const iso7816::CardAction& action : actions) {
      if (const auto* burst = std::get_if<field::Burst>(&action)) later(*burst, false);
      if (const auto* s = std::get_if<wire::StartTimer>(&action)) {
        card_timers[s->id] = loop.now + s->duration_us;
      }
      if (const auto* s = std::get_if<wire::StopTimer>(&action)) card_timers.erase(s->id);
      if (const auto* command = std::get_if<iso7816::Command>(&action)) {
        from_card(card.handle(iso7816::Respond{application(command->command_apdu), work_us}));
      }
    }
  }
  void to_reader(const ccid_function::ReaderEvent& event) {
    loop.from_device(device.admit(function.handle(event)));
    settle();
  }
  // The next thing in time; false: nothing left to happen.
  bool step() {
    const auto earliest = [](const auto& timers) {
      return std::min_element(timers.begin(), timers.end(),
                              [](auto& a, auto& b) { return a.second < b.second; });
    };
    constexpr wire::Micros kNever = ~wire::Micros{0};
    const auto r = earliest(reader_timers);
    const auto c = earliest(card_timers);
    const auto h = earliest(loop.timers);
    const wire::Micros tb = bursts.empty() ? kNever : bursts.begin()->first;
    const wire::Micros tr = r == reader_timers.end() ? kNever : r->second;
    const wire::Micros tc = c == card_timers.end() ? kNever : c->second;
    const wire::Micros th = h == loop.timers.end() ? kNever : h->second;
    const wire::Micros first = std::min({tb, tr, tc, th});
    if (first == kNever) return false;
    loop.now = first;
    if (first == tb) {
      const auto [to, burst] = bursts.begin()->second;
      bursts.erase(bursts.begin());
      if (to) {
        from_card(card.handle(burst));
      } else {
        to_reader(ccid_function::FromField{0, burst});
      }
    } else if (first == tc) {
      const std::uint32_t id = c->first;
      card_timers.erase(c);
      from_card(card.handle(wire::TimerExpired{id}));
    } else if (first == tr) {
      const std::uint32_t id = r->first;
      reader_timers.erase(r);
      to_reader(wire::TimerExpired{id});
    } else {
      loop.expire_next();
    }
    return true;
  }
  std::string ask(const Request& request) {
    loop.from_host(host.admit(0, reader.handle(request)));
    std::string text;
    for (int i = 0; i < 200'000 && text.empty(); ++i) {
      settle();
      for (const ccid_host::HostEvent& event : reader.take_events()) {
        if (const auto* a = std::get_if<ccid_host::Anomaly>(&event)) text += "!" + a->what + " ";
        const auto* e = std::get_if<Event>(&event);
        if (e == nullptr) continue;
        if (const auto* done = std::get_if<Connected>(e)) {
          text += done->protocol == Protocol::kT1 ? "T=1" : "T=0";
        }
        if (const auto* done = std::get_if<Response>(e)) text += wire::to_hex(done->response);
        if (std::holds_alternative<Disconnected>(*e)) text += "disconnected";
        if (const auto* f = std::get_if<Failed>(e)) text += "failed: " + f->what;
      }
      if (text.empty() && !step()) return "nothing happens";
    }
    return text;
  }
  void start() {
    loop.attach();
    to_reader(ccid_function::FromField{0, field::Inserted{}});
  }

  ccid_function::CcidFunction function;
  iso7816::CardContact card;
  ccid_host::Reader reader;
  usb_device::Device device;
  usb_host::Host host;
  Loop loop;
  wire::Micros work_us = 0;
  std::multimap<wire::Micros, std::pair<bool, field::Burst>> bursts;
  std::map<std::uint32_t, wire::Micros> reader_timers, card_timers;
};

struct Level {
  const char* name;
  std::uint32_t features, max_message;
};
constexpr std::uint32_t kAuto = ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;
const Level kLevels[] = {
    {"TPDU by hand", ccid::kTpduLevel, 271},
    {"TPDU, PPS by the reader", ccid::kTpduLevel | ccid::kAutoPps | ccid::kAutoVoltage, 271},
    {"TPDU, negotiation and IFSD by the reader", ccid::kTpduLevel | kAuto | ccid::kAutoIfsd, 271},
    {"short", ccid::kShortApduLevel | kAuto, 271},
    {"extended", ccid::kExtendedApduLevel | kAuto, 271},
    {"extended, large", ccid::kExtendedApduLevel | kAuto, 65554},
};
const char* const kCards[] = {
    "3be000ff8131fe4514",                      // T=1
    "3bda13ff8131fb468012392f31c173c601c03b",  // T=1, TA1 = 13
    "3b00",                                    // T=0
};

std::string counting(std::size_t n) {
  Bytes b;
  for (std::size_t i = 0; i < n; ++i) b.push_back(static_cast<std::uint8_t>(i));
  return wire::to_hex(b);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_host_stack)

BOOST_AUTO_TEST_CASE(every_level_and_card_gives_the_same_answers) {
  for (const Level& level : kLevels) {
    for (const char* atr : kCards) {
      BOOST_TEST_CONTEXT(level.name << ", card " << atr) {
        Stack stack(level.features, level.max_message, atr);
        const bool t1 = std::string_view(atr) != "3b00";
        stack.start();
        stack.reader.take_events();
        const std::string protocol = t1 ? "T=1" : "T=0";
        const std::string connected = stack.ask(Connect{});
        BOOST_TEST(connected == protocol);
        if (connected != protocol) continue;
        BOOST_TEST(stack.ask(Transmit{0, hex("00a4000c")}) == "9000");              // case 1
        BOOST_TEST(stack.ask(Transmit{0, hex("00b0000005")}) == "00010203049000");  // case 2
        BOOST_TEST(stack.ask(Transmit{0, hex("00b0000000")}) == counting(256) + "9000");
        BOOST_TEST(stack.ask(Transmit{0, hex("00d6000003aabbcc")}) == "9000");          // case 3
        BOOST_TEST(stack.ask(Transmit{0, hex("8088000003aabbcc00")}) == "aabbcc9000");  // case 4
        BOOST_TEST(stack.ask(Reset{0, Disposition::kReset}) == protocol);
        BOOST_TEST(stack.ask(Transmit{0, hex("00b0000005")}) == "00010203049000");
        const bool extended = level.features & (ccid::kExtendedApduLevel | ccid::kTpduLevel);
        if (extended && t1) {
          BOOST_TEST(stack.ask(Transmit{0, hex("00b00000000400")}) == counting(1024) + "9000");
          Bytes longer = hex("00d6000000012c");
          longer.resize(longer.size() + 300, 0x5A);
          BOOST_TEST(stack.ask(Transmit{0, longer}) == "9000");
        }
        BOOST_TEST(stack.ask(Disconnect{}) == "disconnected");
      }
    }
  }
}

// A PPS request is four bytes long, like a T=0 command without P3; the reader must not take it for
// one.
BOOST_AUTO_TEST_CASE(pps_of_the_host_reaches_a_t0_card) {  // ISO/IEC 7816-3:2006, 9
  for (const Level& level : kLevels) {
    BOOST_TEST_CONTEXT(level.name) {
      Stack stack(level.features, level.max_message, "3b1013");  // T=0, TA1 = 13
      stack.start();
      stack.reader.take_events();
      const std::string connected = stack.ask(Connect{});
      BOOST_TEST(connected == "T=0");
      if (connected != "T=0") continue;
      BOOST_TEST(stack.ask(Transmit{0, hex("00b0000005")}) == "00010203049000");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_card_that_computes_for_long_is_waited_for) {
  for (const Level& level : kLevels) {
    for (const char* atr : {kCards[0], kCards[2]}) {
      BOOST_TEST_CONTEXT(level.name << ", card " << atr) {
        Stack stack(level.features, level.max_message, atr);
        stack.start();
        stack.reader.take_events();
        stack.ask(Connect{});
        stack.work_us = 20'000'000;
        BOOST_TEST(stack.ask(Transmit{0, hex("00b0000002")}) == "00019000");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_card_pulled_in_the_middle_ends_the_request) {
  for (const Level& level : kLevels) {
    BOOST_TEST_CONTEXT(level.name) {
      Stack stack(level.features, level.max_message, kCards[0]);
      stack.start();
      stack.ask(Connect{});
      stack.reader.take_events();
      stack.work_us = 5'000'000;
      stack.loop.from_host(
          stack.host.admit(0, stack.reader.handle(Request{Transmit{0, hex("00b0000002")}})));
      for (int i = 0; i < 3; ++i) stack.step();
      stack.to_reader(ccid_function::FromField{0, field::Removed{}});
      int failed = 0, absent = 0;
      for (int i = 0; i < 100; ++i) {
        for (const auto& event : stack.reader.take_events()) {
          const auto* e = std::get_if<Event>(&event);
          if (e == nullptr) continue;
          failed += std::holds_alternative<Failed>(*e);
          absent += std::holds_alternative<CardAbsent>(*e);
          BOOST_TEST(!std::holds_alternative<Response>(*e));
        }
        if (!stack.step()) break;
      }
      BOOST_TEST(failed == 1);
      BOOST_TEST(absent == 1);
      BOOST_TEST(stack.loop.timers.empty());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
