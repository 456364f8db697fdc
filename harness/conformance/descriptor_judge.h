// What the rules on descriptors are written with. Private to harness/conformance/descriptor_rules*.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/conformance/descriptor_rules.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance::detail {

using verdict::say;
using verdict::Text;

// A field of Table 5.1-1.
struct Field {
  std::size_t offset, size;
};
inline constexpr Field kBcdCcid{2, 2}, kVoltage{5, 1}, kProtocols{6, 4}, kDefaultClock{10, 4},
    kMaximumClock{14, 4}, kNumClocks{18, 1}, kDataRate{19, 4}, kMaxDataRate{23, 4},
    kNumRates{27, 1}, kMaxIfsdField{28, 4}, kFeatures{40, 4}, kMaxMessage{44, 4},
    kClassGetResponse{48, 1}, kClassEnvelope{49, 1}, kLcdLayout{50, 2}, kPinSupport{52, 1},
    kBusySlots{53, 1};

struct Judge {
  std::string_view case_id;
  bool fails;
  const DescriptorFacts& d;
  const Claims* claims;
  const KnownBadList* known_bad;
  Text seen_elsewhere;
  std::vector<DescriptorFinding> found;

  // What was counted of this symptom: descriptor values of 691 readers in the public collection of
  // libccid (readers/*.txt). Goes with the findings that are added from now on.
  static constexpr int kPublicReaders = 691;
  void seen(int readers, const char* ja, const char* en) {
    seen_elsewhere = {
        fmt::format("公開されているリーダー {} 台のうち {} 台も同様（{}）", kPublicReaders, readers,
                    ja),
        fmt::format("seen elsewhere: {} of {} public readers {}", readers, kPublicReaders, en)};
  }
  DescriptorFinding& add(Text expected, Text got) {
    found.push_back({std::string(case_id),
                     fails,
                     std::move(expected),
                     std::move(got),
                     "",
                     0,
                     {},
                     seen_elsewhere});
    return found.back();
  }
  void add_at(Text expected, Text got, std::string where, std::size_t offset, ByteView of,
              std::size_t size) {
    DescriptorFinding& finding = add(std::move(expected), std::move(got));
    finding.where = std::move(where);
    finding.offset = offset;
    const std::size_t begin = std::min(offset, of.size());
    const std::size_t end = std::min(offset + size, of.size());
    finding.bytes.assign(of.begin() + static_cast<std::ptrdiff_t>(begin),
                         of.begin() + static_cast<std::ptrdiff_t>(end));
  }
  void add_in_configuration(Text expected, Text got, std::size_t offset, std::size_t size) {
    add_at(std::move(expected), std::move(got), "configuration", offset, d.bytes.configuration,
           size);
  }
  void add_field(Text expected, Text got, Field field) {
    add_in_configuration(std::move(expected), std::move(got), d.class_field(field.offset),
                         field.size);
  }
  // Whether the class descriptor reaches the field; if not, that is a finding.
  bool reaches(Field field) {
    if (d.class_bytes.size() >= field.offset + field.size) return true;
    const Text expected("この欄のあるクラス記述子", "a class descriptor with this field");
    if (d.has_class_descriptor) {
      add_in_configuration(expected,
                           say("{} バイトで終わる", "it ends after {} bytes", d.class_bytes.size()),
                           d.class_offset, d.class_bytes.size());
    } else {
      add(expected, {"クラス記述子がない", "there is no class descriptor"});
    }
    return false;
  }
};

inline std::string hex16(unsigned value) { return fmt::format("{:04X}h", value); }
inline std::string hex32(unsigned value) { return fmt::format("{:08X}h", value); }
inline std::string hex8(unsigned value) { return fmt::format("{:02X}h", value); }

using Rule = void (*)(Judge&);
void check_presence(Judge& judge);
void check_position(Judge& judge);
void check_interface_class(Judge& judge);
void check_release(Judge& judge);
void check_busy_slots(Judge& judge);
void check_voltages(Judge& judge);
void check_protocols(Judge& judge);
void check_clocks(Judge& judge);
void check_clock_list(Judge& judge);
void check_rate_list(Judge& judge);
void check_membership(Judge& judge);
void check_ifsd(Judge& judge);
void check_levels(Judge& judge);
void check_apdu_level(Judge& judge);
void check_negotiation(Judge& judge);
void check_message_length(Judge& judge);
void check_room_for_apdu(Judge& judge);
void check_pin_support(Judge& judge);
void check_layout(Judge& judge);
void check_wakeup(Judge& judge);
void check_endpoints(Judge& judge);
void check_activation(Judge& judge);
void check_classes(Judge& judge);
void check_firmware(Judge& judge);
void check_configuration(Judge& judge);
void check_other_speed(Judge& judge);

}  // namespace uketsuke::conformance::detail
