#include "harness/conformance/claims.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/conformance/claims_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using verdict::Text;

bool any(const std::vector<SlotClaim>& slots, const char* medium) {
  return std::any_of(slots.begin(), slots.end(),
                     [medium](const SlotClaim& slot) { return slot.medium == medium; });
}

// A claim and the fact that has to agree with it.
class Comparison {
 public:
  Comparison(const DescriptorFacts& descriptors, std::vector<DescriptorFinding>& found)
      : facts_(facts_of(descriptors)), found_(found) {}

  template <class T>
  void same(const char* key, const std::optional<T>& claimed, const char* fact) {
    if (claimed) expect(key, Value(*claimed), facts_.at(fact), fact);
  }
  void bit(const char* key, const std::optional<bool>& claimed, const char* field,
           std::int64_t mask) {
    if (!claimed) return;
    const std::int64_t value = std::get<std::int64_t>(facts_.at(field));
    if (((value & mask) != 0) != *claimed)
      tell(key, *claimed, Text(fmt::format("{} {:X}h", field, value)));
  }
  // A name as drafts have it; a device without that string contradicts nothing.
  void name(const char* key, const std::string& claimed, std::uint8_t index, const char* field,
            const std::map<std::uint8_t, std::string>& strings) {
    const auto found = strings.find(index);
    if (printable_name(claimed).empty() || index == 0 || found == strings.end()) return;
    const std::string real = printable_name(found->second);
    if (!real.empty()) expect(key, Value(printable_name(claimed)), Value(real), field);
  }
  void warn(const char* key, Text expected, Text got) {
    found_.push_back(
        {std::string("claims/") + key, false, std::move(expected), std::move(got), "", 0, {}, {}});
  }
  void expect(const char* key, const Value& claimed, const Value& real, const char* fact) {
    if (claimed != real)
      tell(key, claimed,
           say("記述子では {} が {}", "{} is {} in the descriptors", fact, to_string(real)));
  }

 private:
  void tell(const char* key, const Value& claimed, Text got) {
    found_.push_back({std::string("claims/") + key,
                      true,
                      say("申告どおりの {}（{}）", "{} as claimed ({})", key, to_string(claimed)),
                      std::move(got),
                      "",
                      0,
                      {},
                      {}});
  }
  const Facts facts_;
  std::vector<DescriptorFinding>& found_;
};

}  // namespace

bool Claims::contact() const { return slots.empty() || any(slots, "contact"); }
bool Claims::contactless() const { return any(slots, "contactless"); }
bool Claims::removable() const {
  return slots.empty() || std::any_of(slots.begin(), slots.end(),
                                      [](const SlotClaim& slot) { return slot.removable; });
}
std::optional<bool> Claims::pinpad() const {
  if (!pin_verify && !pin_modify) return std::nullopt;
  return pin_verify.value_or(false) || pin_modify.value_or(false);
}

namespace {

// "1.02", "v1.0.2" -> 0102h (USB 2.0, 9.6.1: JJ.M.N); none: no number of that form.
std::optional<std::uint16_t> bcd_of(std::string text) {
  if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.erase(0, 1);
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '.') {
      parts.emplace_back();
    } else if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
      parts.back() += c;
    } else {
      return std::nullopt;
    }
  }
  const bool two = parts.size() == 2 && parts[1].size() == 2;
  const bool three = parts.size() == 3 && parts[1].size() == 1 && parts[2].size() == 1;
  if ((!two && !three) || parts[0].empty() || parts[0].size() > 2) return std::nullopt;
  const std::string digits = parts[0] + parts[1] + (three ? parts[2] : "");
  return static_cast<std::uint16_t>(std::stoul(digits, nullptr, 16));
}

void check_device(const Claims& claims, const DescriptorFacts& descriptors, Comparison& compare) {
  if (!descriptors.device) return;
  const wire::usb::DeviceDescriptor& device = *descriptors.device;
  const auto& strings = descriptors.bytes.strings;
  compare.name("vendor", claims.vendor, device.iManufacturer, "iManufacturer", strings);
  compare.name("product", claims.product, device.iProduct, "iProduct", strings);
  const auto hex = [](unsigned value) { return Value(fmt::format("{:04x}", value)); };
  if (claims.vendor_id)
    compare.expect("usb/vendor_id", hex(*claims.vendor_id), hex(device.idVendor), "idVendor");
  if (claims.product_id)
    compare.expect("usb/product_id", hex(*claims.product_id), hex(device.idProduct), "idProduct");
  if (claims.firmware.empty()) return;
  const auto version = bcd_of(claims.firmware);
  const std::string real =
      fmt::format("{:x}.{:02x}", device.bcdDevice >> 8U, device.bcdDevice & 0xFFU);
  if (!version) {
    compare.warn("firmware", {"bcdDevice と比べられる版（例 1.02）",
                              "a version that can be held against bcdDevice (1.02)"},
                 say("{}（記述子の bcdDevice は {}）", "{} (bcdDevice in the descriptors is {})",
                     printable_name(claims.firmware), real));
  } else if (*version != device.bcdDevice) {
    compare.expect("firmware", Value(claims.firmware), Value(real), "bcdDevice");
  }
}

// A face-auth reader has a way for its own messages beside CCID (A-18: CDC-ACM).
void check_face(const Claims& claims, const DescriptorFacts& descriptors, Comparison& compare) {
  constexpr std::uint8_t kInterfaceType = 4, kCdc = 0x02;
  if (!claims.face.value_or(false)) return;
  for (const Located& one : descriptors.chain)
    if (one.bDescriptorType == kInterfaceType && one.bytes.size() > 5 && one.bytes[5] == kCdc)
      return;
  compare.warn("face/reader",
               {"顔認証の結果を送る CDC-ACM のインターフェース（仮定 A-18）",
                "a CDC-ACM interface for what a face-auth reader tells (assumption A-18)"},
               {"記述子にない", "the descriptors have none"});
}

}  // namespace

std::vector<DescriptorFinding> check_claims(const Claims& claims,
                                            const DescriptorFacts& descriptors) {
  std::vector<DescriptorFinding> found;
  Comparison compare(descriptors, found);
  check_device(claims, descriptors, compare);
  check_face(claims, descriptors, compare);
  if (claims.reader_class) {
    const bool ccid = descriptors.interface &&
                      descriptors.interface->bInterfaceClass == wire::ccid::kInterfaceClass;
    compare.expect("class", Value(*claims.reader_class),
                   Value(std::string(ccid ? "ccid" : "class_ff")), "bInterfaceClass");
  }
  if (!claims.slots.empty())
    compare.expect("slots", Value(static_cast<std::int64_t>(claims.slots.size())),
                   Value(static_cast<std::int64_t>(descriptors.slots())), "bMaxSlotIndex + 1");
  compare.same("max_slots_busy", claims.max_slots_busy, "bMaxCCIDBusySlots");
  compare.same("protocols/T=0", claims.t0, "t0");
  compare.same("protocols/T=1", claims.t1, "t1");
  compare.bit("voltages/5V", claims.volts_5, "bVoltageSupport", wire::ccid::kVoltage5V);
  compare.bit("voltages/3V", claims.volts_3, "bVoltageSupport", wire::ccid::kVoltage3V);
  compare.bit("voltages/1.8V", claims.volts_1_8, "bVoltageSupport", wire::ccid::kVoltage1V8);
  compare.same("exchange_level", claims.exchange_level, "level");
  compare.same("auto/parameters", claims.auto_parameters, "auto_params");
  compare.same("auto/activation", claims.auto_activation, "auto_activation");
  compare.same("auto/voltage", claims.auto_voltage, "auto_voltage");
  compare.same("auto/clock", claims.auto_clock, "auto_clock");
  compare.same("auto/baud", claims.auto_baud, "auto_baud");
  compare.same("auto/negotiation", claims.auto_negotiation, "auto_params_negotiation");
  compare.same("auto/pps", claims.auto_pps, "auto_pps");
  compare.same("auto/ifsd", claims.auto_ifsd, "auto_ifsd");
  compare.same("pin/verify", claims.pin_verify, "pin_verify");
  compare.same("pin/modify", claims.pin_modify, "pin_modify");
  compare.same("interrupt", claims.interrupt, "interrupt");
  compare.same("wakeup", claims.wakeup, "wakeup");
  compare.same("clock_stop", claims.clock_stop, "clock_stop");
  compare.same("nad", claims.nad, "nad");
  const std::int64_t layout = descriptors.ccid.wLcdLayout;
  if (claims.display)
    compare.expect("display", Value(*claims.display), Value(layout != 0), "wLcdLayout");
  if (claims.display_lines)
    compare.expect("display/lines", Value(*claims.display_lines), Value(layout >> 8), "wLcdLayout");
  if (claims.display_columns)
    compare.expect("display/columns", Value(*claims.display_columns), Value(layout & 0xFF),
                   "wLcdLayout");
  if (claims.usb_speed)
    compare.expect(
        "usb/speed", Value(*claims.usb_speed),
        Value(std::string(std::get<bool>(facts_of(descriptors).at("high_speed_capable")) ? "high"
                                                                                         : "full")),
        "speed");
  compare.same("usb/self_powered", claims.self_powered, "self_powered");
  compare.same("usb/serial", claims.has_serial, "has_serial");
  return found;
}

Facts facts_of(const Claims& claims) {
  Facts facts;
  const std::pair<const char*, const std::optional<bool>*> kStated[] = {
      {"t0", &claims.t0},
      {"t1", &claims.t1},
      {"auto_params", &claims.auto_parameters},
      {"auto_parameters", &claims.auto_parameters},
      {"auto_activation", &claims.auto_activation},
      {"auto_voltage", &claims.auto_voltage},
      {"auto_clock", &claims.auto_clock},
      {"auto_baud", &claims.auto_baud},
      {"auto_params_negotiation", &claims.auto_negotiation},
      {"auto_pps", &claims.auto_pps},
      {"auto_ifsd", &claims.auto_ifsd},
      {"pin_verify", &claims.pin_verify},
      {"pin_modify", &claims.pin_modify},
      {"interrupt", &claims.interrupt},
      {"wakeup", &claims.wakeup},
      {"clock_stop", &claims.clock_stop},
      {"nad", &claims.nad},
      {"self_powered", &claims.self_powered},
      {"has_serial", &claims.has_serial}};
  for (const auto& [name, value] : kStated)
    if (*value) facts[name] = **value;
  if (claims.exchange_level) facts["level"] = *claims.exchange_level;
  if (claims.usb_speed) facts["high_speed_capable"] = *claims.usb_speed == "high";
  if (!claims.slots.empty()) {
    facts["slots"] = static_cast<std::int64_t>(claims.slots.size());
    facts["bMaxSlotIndex"] = static_cast<std::int64_t>(claims.slots.size()) - 1;
  }
  if (claims.max_slots_busy) facts["bMaxCCIDBusySlots"] = *claims.max_slots_busy;
  if (claims.pin_verify && claims.pin_modify)
    facts["bPINSupport"] =
        std::int64_t{(*claims.pin_verify ? 1 : 0) + (*claims.pin_modify ? 2 : 0)};
  facts["bInterfaceClass"] =
      std::int64_t{claims.reader_class == "class_ff" ? 0xFF : wire::ccid::kInterfaceClass};
  add_claims(claims, facts);
  return facts;
}

Claims claims_of(const Facts& facts) {
  const auto fact = [&facts](const char* name) -> std::optional<bool> {
    const auto found = facts.find(name);
    if (found == facts.end()) return std::nullopt;
    const bool* truth = std::get_if<bool>(&found->second);
    return truth != nullptr ? std::optional<bool>(*truth) : std::nullopt;
  };
  Claims claims;
  claims.pin_verify = fact("claimed_pin_verify");
  claims.pin_modify = fact("claimed_pin_modify");
  claims.display = fact("claimed_display");
  claims.interrupt = fact("claimed_interrupt");
  if (fact("removable") == false) claims.slots = {{"contact", false, false}};
  return claims;
}

void add_claims(const Claims& claims, Facts& facts) {
  const auto fact = [&facts](const char* name) {
    const auto found = facts.find(name);
    const bool* truth = found == facts.end() ? nullptr : std::get_if<bool>(&found->second);
    return truth != nullptr && *truth;
  };
  const auto number = [&facts](const char* name) {
    const auto found = facts.find(name);
    const auto* value = found == facts.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return value != nullptr ? *value : 0;
  };
  const bool ccid = number("bInterfaceClass") == wire::ccid::kInterfaceClass;
  facts["class"] = claims.reader_class.value_or(ccid ? "ccid" : "class_ff");
  facts["contact"] = claims.contact();
  facts["contactless"] = claims.contactless();
  facts["removable"] = claims.removable();
  facts["motor"] = std::any_of(claims.slots.begin(), claims.slots.end(),
                               [](const SlotClaim& slot) { return slot.motor; });
  for (std::size_t i = 0; i < claims.slots.size(); ++i)
    facts["medium_" + std::to_string(i)] = claims.slots[i].medium;
  if (claims.pin_verify) facts["claimed_pin_verify"] = *claims.pin_verify;
  if (claims.pin_modify) facts["claimed_pin_modify"] = *claims.pin_modify;
  if (claims.display) facts["claimed_display"] = *claims.display;
  if (claims.interrupt) facts["claimed_interrupt"] = *claims.interrupt;
  facts["pinpad"] = claims.pinpad().value_or(fact("pin_verify") || fact("pin_modify"));
  facts["display"] = claims.display.value_or(number("wLcdLayout") != 0);
  facts["escape_vendor"] = claims.escape_vendor.value_or(false);
  facts["max_slots_busy"] = claims.max_slots_busy.value_or(number("bMaxCCIDBusySlots"));
  facts["face"] = claims.face.value_or(false);
  facts["face_visual_mode"] = claims.face_visual_mode.value_or(false);
  facts["face_passcode"] = claims.face_passcode.value_or(false);
  facts["face_consent_screens"] = claims.face_consent_screens.value_or(false);
  facts["face_next_gen"] = claims.face_next_gen.value_or(false);
  facts["confirmed"] = claims.confirmed;
  for (const char* pack : {"2020", "2025"})
    facts[std::string("pack_") + pack] =
        std::find(claims.requirement_packs.begin(), claims.requirement_packs.end(), pack) !=
        claims.requirement_packs.end();
}

}  // namespace uketsuke::conformance
