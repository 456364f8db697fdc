// The rules on where descriptors lie, on the interface, its endpoints and the configuration.
// CCID 1.1, 5.1 and 5.2; USB 2.0, 5.8.3 and 9.6.
#include <set>

#include "harness/conformance/descriptor_judge.h"

namespace uketsuke::conformance::detail {

using wire::usb::TransferType;

namespace {

constexpr std::size_t kInterfaceSize = 9, kEndpointSize = 7;
constexpr std::size_t kWholeHead = 9;  // of a configuration
constexpr std::size_t kAttributesAt = 7;

// Bulk-only or control-only interfaces of integrated circuit cards with a USB contact (ICCD).
bool is_iccd(const DescriptorFacts& d) {
  return d.interface &&
         (d.interface->bInterfaceProtocol == 1 || d.interface->bInterfaceProtocol == 2) &&
         d.endpoint(TransferType::kBulk, false) == nullptr;
}

bool is_bulk_packet(std::uint16_t size, wire::usb::Speed speed) {
  if (speed == wire::usb::Speed::kHigh) return size == 512;
  return size == 8 || size == 16 || size == 32 || size == 64;
}

void check_endpoint_values(Judge& judge) {
  std::set<std::uint8_t> addresses;
  for (const LocatedEndpoint& endpoint : judge.d.endpoints) {
    const std::uint8_t address = endpoint.descriptor.bEndpointAddress;
    if ((address & 0x0FU) == 0 || !addresses.insert(address).second)
      judge.add_in_configuration(
          {"0でない、一つずつ違うエンドポイント番号", "endpoint numbers that are not 0 and differ"},
          hex8(address), endpoint.offset + 2, 1);
    if (endpoint.type() == TransferType::kBulk &&
        !is_bulk_packet(endpoint.packet(), judge.d.bytes.speed))
      judge.add_in_configuration(
          judge.d.bytes.speed == wire::usb::Speed::kHigh
              ? Text("512バイトのバルクパケット", "bulk packets of 512 bytes")
              : Text("8、16、32、64バイトのバルクパケット",
                     "bulk packets of 8, 16, 32 or 64 bytes"),
          std::to_string(endpoint.packet()), endpoint.offset + 4, 2);
  }
}

}  // namespace

void check_presence(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  const Text expected("54バイト、種別21hのクラス記述子",
                      "a class descriptor of 54 bytes, type 21h");
  if (!d.has_class_descriptor) {
    if (d.broken)
      judge.add_in_configuration(expected,
                                 say("{} バイト目の bLength {} で途切れる",
                                     "the descriptors break off at byte {}, bLength {}",
                                     d.broken->offset, d.broken->bLength),
                                 d.broken->offset, 1);
    else
      judge.add(expected, {"ない", "none"});
    return;
  }
  judge.seen(5, "種別がFFh", "carry type FFh");
  if (d.ccid.bDescriptorType != wire::ccid::kClassDescriptorType)
    judge.add_in_configuration(expected, say("種別 {}", "type {}", hex8(d.ccid.bDescriptorType)),
                               d.class_field(1), 1);
  judge.seen_elsewhere = {};
  if (d.ccid.bLength != wire::ccid::kClassDescriptorLength)
    judge.add_in_configuration(expected, say("bLength {}", "bLength {}", d.ccid.bLength),
                               d.class_offset, 1);
  else if (d.class_bytes.size() < wire::ccid::kClassDescriptorLength)
    judge.add_in_configuration(
        expected, say("{} バイトで終わる", "it ends after {} bytes", d.class_bytes.size()),
        d.class_offset, d.class_bytes.size());
}

void check_position(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  const Text expected("インターフェース記述子の直後のクラス記述子",
                      "the class descriptor right after the interface descriptor");
  if (!d.has_class_descriptor) {
    judge.add(expected, {"クラス記述子がない", "there is no class descriptor"});
  } else if (d.class_after_endpoint) {
    judge.add_in_configuration(expected, {"エンドポイントの後", "it stands behind an endpoint"},
                               d.class_offset, 2);
    judge.found.back().seen_elsewhere = {
        "同様の公開リーダー：O2Micro、REINER SCT、blutronics",
        "seen elsewhere: O2Micro, REINER SCT and blutronics readers"};
  } else if (d.class_after_other) {
    judge.add_in_configuration(expected, {"別の記述子の後", "another descriptor stands before it"},
                               d.class_offset, 2);
  }
}

void check_interface_class(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  if (!d.interface) {
    judge.add({"クラス0Bhのインターフェース", "an interface of class 0Bh"},
              {"リーダーのインターフェースがない", "there is no interface of a reader"});
    return;
  }
  const auto look = [&](const char* name, unsigned value, unsigned expected, std::size_t at) {
    if (value != expected)
      judge.add_in_configuration(Text(std::string(name) + " " + hex8(expected)), hex8(value),
                                 d.interface_offset + at, 1);
  };
  judge.seen(24, "クラスがFFh", "are of class FFh");
  look("bInterfaceClass", d.interface->bInterfaceClass, wire::ccid::kInterfaceClass, 5);
  judge.seen(6, "サブクラスが0でない", "have a subclass other than 0");
  look("bInterfaceSubClass", d.interface->bInterfaceSubClass, 0, 6);
  judge.seen_elsewhere = {};
  if (!is_iccd(d)) look("bInterfaceProtocol", d.interface->bInterfaceProtocol, 0, 7);
}

void check_wakeup(Judge& judge) {
  if (!judge.reaches(kFeatures)) return;
  if ((judge.d.ccid.dwFeatures & wire::ccid::kWakeUp) == 0) return;
  if (judge.d.configuration &&
      (judge.d.configuration->bmAttributes & wire::usb::kRemoteWakeup) != 0)
    return;
  judge.add_in_configuration({"dwFeatures 100000h があるので、bmAttributes のビット5が1",
                              "bit 5 of bmAttributes, since dwFeatures has 100000h"},
                             judge.d.configuration
                                 ? Text("bmAttributes " + hex8(judge.d.configuration->bmAttributes))
                                 : Text("構成記述子がない", "there is no configuration descriptor"),
                             kAttributesAt, 1);
}

void check_endpoints(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  if (is_iccd(d)) return;
  const Text expected("bulk-OUT と bulk-IN が一つずつ、interrupt-IN は多くても一つ",
                      "one bulk-OUT, one bulk-IN and at most one interrupt-IN");
  unsigned out = 0, in = 0, interrupt = 0, other = 0;
  for (const LocatedEndpoint& endpoint : d.endpoints) {
    const bool bulk = endpoint.type() == TransferType::kBulk;
    if (bulk)
      ++(endpoint.in() ? in : out);
    else
      ++(endpoint.type() == TransferType::kInterrupt && endpoint.in() ? interrupt : other);
  }
  if (out != 1 || in != 1 || interrupt > 1 || other != 0)
    judge.add_in_configuration(
        expected,
        say("bulk-OUT {}、bulk-IN {}、interrupt-IN {}、その他 {}",
            "bulk-OUT {}, bulk-IN {}, interrupt-IN {}, other {}", out, in, interrupt, other),
        d.interface_offset, kInterfaceSize);
  if (d.interface && d.interface->bNumEndpoints != d.endpoints.size())
    judge.add_in_configuration(say("bNumEndpoints {}", "bNumEndpoints {}", d.endpoints.size()),
                               std::to_string(d.interface->bNumEndpoints), d.interface_offset + 4,
                               1);
  check_endpoint_values(judge);
  const bool claimed =
      judge.claims != nullptr && judge.claims->interrupt == true && judge.claims->removable();
  if (claimed && interrupt == 0) {
    judge.seen(65, "interrupt-IN がない", "have no interrupt-IN");
    judge.add({"申告された挿抜の通知のための interrupt-IN",
               "an interrupt-IN endpoint for the notifications that are claimed"},
              {"ない", "none"});
  }
}

void check_firmware(Judge& judge) {
  if (judge.known_bad == nullptr || !judge.d.device) return;
  const auto& device = *judge.d.device;
  const KnownBadFirmware* entry =
      judge.known_bad->find(device.idVendor, device.idProduct, device.bcdDevice);
  if (entry == nullptr) return;
  judge.add_at(say("{} は bcdDevice {} 以上", "of {} bcdDevice {} or later", entry->product,
                   hex16(entry->fixed_in)),
               hex16(device.bcdDevice), "device", 12, judge.d.bytes.device, 2);
  judge.found.back().seen_elsewhere =
      say("不具合が知られている版：{}", "known to be faulty: {}", judge.known_bad->source);
}

void check_configuration(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  if (!d.device)
    judge.add_at({"18バイトの機器記述子", "a device descriptor of 18 bytes"},
                 say("{} バイト", "{} bytes", d.bytes.device.size()), "device", 0, d.bytes.device,
                 d.bytes.device.size());
  if (!d.configuration) {
    judge.add_in_configuration({"構成記述子", "a configuration descriptor"},
                               say("{} バイト", "{} bytes", d.bytes.configuration.size()), 0,
                               kWholeHead);
    return;
  }
  if (d.configuration->wTotalLength != d.bytes.configuration.size())
    judge.add_in_configuration(say("wTotalLength {}（届いた長さ）",
                                   "wTotalLength {} (what arrived)", d.bytes.configuration.size()),
                               std::to_string(d.configuration->wTotalLength), 2, 2);
  if (d.broken)
    judge.add_in_configuration(
        {"構成の終わりまで続く記述子", "descriptors up to the end"},
        say("bLength {} で途切れる", "they break off at bLength {}", d.broken->bLength),
        d.broken->offset, 1);
  std::set<std::uint8_t> numbers;
  for (const Located& descriptor : d.chain) {
    if (descriptor.bDescriptorType ==
            static_cast<std::uint8_t>(wire::usb::DescriptorType::INTERFACE) &&
        descriptor.bytes.size() > 2)
      numbers.insert(descriptor.bytes[2]);
  }
  if (numbers.size() != d.configuration->bNumInterfaces)
    judge.add_in_configuration(say("bNumInterfaces {}", "bNumInterfaces {}", numbers.size()),
                               std::to_string(d.configuration->bNumInterfaces), 4, 1);
}

// USB 2.0, 9.6.2 and 9.6.4: a device that can do both speeds describes the other one too, with the
// same interface and class descriptor; packet sizes and intervals differ.
void check_other_speed(Judge& judge) {
  const DescriptorFacts& d = judge.d;
  const bool both = !d.bytes.qualifier.empty() || !d.bytes.other_speed_configuration.empty();
  if (!both && d.bytes.speed == wire::usb::Speed::kFull) return;
  const Bytes& other = d.bytes.other_speed_configuration;
  if (d.bytes.qualifier.empty())
    judge.add({"機器修飾記述子", "a device qualifier"}, {"ない", "none"});
  if (other.empty()) {
    judge.add({"もう一方の速度の構成", "the configuration of the other speed"}, {"ない", "none"});
    return;
  }
  ReaderBytes bytes;
  bytes.configuration = other;
  // The head of this one is of another type; everything behind it reads the same.
  const DescriptorFacts found = read_descriptors(std::move(bytes));
  if (found.class_bytes != d.class_bytes)
    judge.add_at({"同じクラス記述子", "the same class descriptor"}, {"違う", "another one"},
                 "other speed configuration", found.class_offset, other, found.class_bytes.size());
  if (found.endpoints.size() != d.endpoints.size())
    judge.add_at(say("{} 個のエンドポイント", "{} endpoints", d.endpoints.size()),
                 std::to_string(found.endpoints.size()), "other speed configuration",
                 found.interface_offset, other, kInterfaceSize);
  for (std::size_t i = 0; i < std::min(found.endpoints.size(), d.endpoints.size()); ++i) {
    const auto& one = d.endpoints[i].descriptor;
    const auto& two = found.endpoints[i].descriptor;
    if (one.bEndpointAddress != two.bEndpointAddress || one.bmAttributes != two.bmAttributes)
      judge.add_at({"同じエンドポイント", "the same endpoint"}, hex8(two.bEndpointAddress),
                   "other speed configuration", found.endpoints[i].offset, other, kEndpointSize);
  }
}

}  // namespace uketsuke::conformance::detail
