#include "harness/conformance/enumerate.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "harness/verdict/format.h"
#include "sim/wire/usb/descriptor.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::conformance {
namespace {

using namespace wire::usb;
using verdict::say;

constexpr std::uint8_t kAddress = 1;
constexpr std::uint8_t kDevice = 1, kConfiguration = 2, kString = 3, kQualifier = 6,
                       kOtherSpeed = 7;
constexpr std::uint16_t kEnglish = 0x0409;
constexpr std::uint16_t kDeviceBytes = 18, kConfigurationHead = 9, kQualifierBytes = 10;
constexpr wire::Micros kAddressUs = 2'000;  // USB 2.0, 9.2.6.3: 2 ms after SET_ADDRESS
constexpr std::uint8_t kClassIn = 0xA1, kGetClocks = 0x02, kGetRates = 0x03;  // CCID 5.3.2, 5.3.3

using Perform = std::function<Reply(const Deed&)>;

class Host {
 public:
  Host(Perform perform, bool gives_address)
      : perform_(std::move(perform)), gives_address_(gives_address) {}

  Enumerated configure() {
    Enumerated all;
    all.bytes.device = descriptor(kDevice, 0, 0, kDeviceBytes, all.problem);
    if (!all.problem.empty()) return all;
    if (gives_address_) {
      const Reply reply = control(set_address(kAddress));
      if (!done(reply, "SET_ADDRESS", all.problem)) return all;
      perform_(WaitDeed{kAddressUs});
    }
    const Bytes head = descriptor(kConfiguration, 0, 0, kConfigurationHead, all.problem);
    if (!all.problem.empty()) return all;
    std::uint16_t total = kConfigurationHead;
    if (head.size() >= 4) total = static_cast<std::uint16_t>(head[2] | head[3] << 8);
    all.bytes.configuration = descriptor(kConfiguration, 0, 0, total, all.problem);
    if (!all.problem.empty()) return all;
    const std::uint8_t value = all.bytes.configuration.size() > 5 ? all.bytes.configuration[5] : 1;
    done(control(set_configuration(value)), "SET_CONFIGURATION", all.problem);
    return all;
  }
  void tell_more(Enumerated& all) {
    Text ignored;
    all.bytes.qualifier = descriptor(kQualifier, 0, 0, kQualifierBytes, ignored);
    const Bytes other = descriptor(kOtherSpeed, 0, 0, kConfigurationHead, ignored);
    if (other.size() >= 4) {
      all.bytes.other_speed_configuration = descriptor(
          kOtherSpeed, 0, 0, static_cast<std::uint16_t>(other[2] | other[3] << 8), ignored);
    }
    strings(all.bytes);
    const DescriptorFacts facts = read_descriptors(all.bytes);
    if (!facts.has_class_descriptor || !facts.interface) return;
    list(all.bytes.clock_frequencies, all.bytes.clocks_stalled, kGetClocks,
         facts.interface->bInterfaceNumber);
    list(all.bytes.data_rates, all.bytes.rates_stalled, kGetRates,
         facts.interface->bInterfaceNumber);
  }

 private:
  Reply control(const SetupPacket& setup) {
    ControlDeed deed;
    deed.setup = setup;
    return perform_(deed);
  }
  static bool done(const Reply& reply, const char* request, Text& problem) {
    if (reply.ended == Ended::kDone) return true;
    problem = say("{}：{}", "{}: {}", request, to_string(reply.ended));
    return false;
  }
  Bytes descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t language,
                   std::uint16_t length, Text& problem) {
    const Reply reply = control(get_descriptor(type, index, language, length));
    done(reply, "GET_DESCRIPTOR", problem);
    return reply.ended == Ended::kDone ? reply.data : Bytes{};
  }
  void strings(ReaderBytes& bytes) {
    Text ignored;
    if (bytes.device.size() < kDeviceBytes) return;
    for (const std::size_t at : {std::size_t{14}, std::size_t{15}, std::size_t{16}}) {
      const std::uint8_t index = bytes.device[at];
      if (index == 0) continue;
      const auto text = decode_string(descriptor(kString, index, kEnglish, 255, ignored));
      if (text) bytes.strings[index] = to_utf8(*text);
    }
  }
  void list(std::optional<Bytes>& bytes, bool& stalled, std::uint8_t request,
            std::uint8_t interface) {
    SetupPacket setup{kClassIn, request, 0, interface, static_cast<std::uint16_t>(kMaxListBytes)};
    const Reply reply = control(setup);
    stalled = reply.ended == Ended::kStalled;
    if (reply.ended == Ended::kDone) bytes = reply.data;
  }

  Perform perform_;
  bool gives_address_;
};

}  // namespace

Enumerated enumerate(Run& run) {
  Host host([&run](const Deed& deed) { return run.perform(deed); }, !run.desk().has_address());
  Enumerated all = host.configure();
  all.bytes.speed = run.desk().speed();
  return all;
}

Enumerated identify(Desk& desk) {
  Host host([&desk](const Deed& deed) { return desk.perform(deed); }, !desk.has_address());
  const Reply plugged = desk.perform(PlugDeed{});
  Enumerated all;
  if (plugged.ended != Ended::kDone) {
    all.problem = plugged.text.empty() ? Text(std::string(to_string(plugged.ended))) : plugged.text;
    return all;
  }
  all = host.configure();
  all.bytes.speed = desk.speed();
  if (all.problem.empty()) host.tell_more(all);
  return all;
}

}  // namespace uketsuke::conformance
