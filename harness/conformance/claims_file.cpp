#include "harness/conformance/claims_file.h"

#include <algorithm>
#include <charconv>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using verdict::Text;

const std::vector<std::string> kMedia{"contact", "contactless", "sam"};
const std::vector<std::string> kLevels{"character", "tpdu", "short", "extended"};
const std::vector<std::string> kClasses{"ccid", "class_ff"};
const std::vector<std::string> kSpeeds{"full", "high"};
const std::vector<std::string> kPacks{"2020", "2025"};
constexpr std::int64_t kMaxByte = 0xFF;

std::string one_of(const yaml::Node& node, const std::vector<std::string>& words) {
  const std::string word = node.as_string();
  if (std::find(words.begin(), words.end(), word) == words.end())
    yaml::fail(node, say("ここには使えません：{}", "not possible here: {}", yaml::shortened(word)) +
                         yaml::hint(word, words));
  return word;
}

void take(yaml::Mapping& map, const char* key, std::optional<bool>& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}
void take(yaml::Mapping& map, const char* key, std::optional<std::string>& target,
          const std::vector<std::string>& words) {
  if (const yaml::Node node = map.find(key)) target = one_of(node, words);
}
void take(yaml::Mapping& map, const char* key, std::string& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_string();
}

// "1209"
void take_id(yaml::Mapping& map, const char* key, std::optional<std::uint16_t>& target) {
  const yaml::Node node = map.find(key);
  if (!node) return;
  const std::string digits = node.as_string();
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 4 || error != std::errc() || rest != end)
    yaml::fail(node, say("{}：16 進数4桁が必要です（\"1209\"）",
                         "{}: four hexadecimal digits are expected here (\"1209\")",
                         yaml::shortened(digits)));
  target = static_cast<std::uint16_t>(value);
}

// A list of words: each is claimed or, since the list is there, denied.
void take_list(yaml::Mapping& map, const char* key, const std::vector<std::string>& words,
               const std::vector<std::optional<bool>*>& targets) {
  const yaml::Node node = map.find(key);
  if (!node) return;
  for (std::optional<bool>* target : targets) *target = false;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string word = one_of(node.at(i), words);
    const auto found = std::find(words.begin(), words.end(), word);
    *targets[static_cast<std::size_t>(found - words.begin())] = true;
  }
}

SlotClaim load_slot(const yaml::Node& node) {
  yaml::Mapping map(node);
  SlotClaim slot;
  slot.medium = one_of(map.require("medium"), kMedia);
  if (const yaml::Node key = map.find("removable")) slot.removable = key.as_bool();
  if (const yaml::Node key = map.find("motor")) slot.motor = key.as_bool();
  map.done();
  return slot;
}

void load_auto(const yaml::Node& node, Claims& claims) {
  yaml::Mapping map(node);
  take(map, "parameters", claims.auto_parameters);
  take(map, "activation", claims.auto_activation);
  take(map, "voltage", claims.auto_voltage);
  take(map, "clock", claims.auto_clock);
  take(map, "baud", claims.auto_baud);
  take(map, "negotiation", claims.auto_negotiation);
  take(map, "pps", claims.auto_pps);
  take(map, "ifsd", claims.auto_ifsd);
  map.done();
}

// `false`, or {lines: 2, columns: 16}.
void load_display(const yaml::Node& node, Claims& claims) {
  if (node.is_scalar()) {
    claims.display = node.as_bool();
    return;
  }
  yaml::Mapping map(node);
  claims.display = true;
  claims.display_lines = map.require("lines").as_int(1, kMaxByte);
  claims.display_columns = map.require("columns").as_int(1, kMaxByte);
  map.done();
}

void load_slots(const yaml::Node& slots, Claims& claims) {
  if (slots.size() > kMaxSlots || slots.size() == 0)
    yaml::fail(slots, say("スロットは1から{}です", "there are 1 to {} slots", kMaxSlots));
  for (std::size_t i = 0; i < slots.size(); ++i) claims.slots.push_back(load_slot(slots.at(i)));
}

void load_reader(const yaml::Node& node, Claims& claims) {
  yaml::Mapping map(node);
  take(map, "class", claims.reader_class, kClasses);
  if (const yaml::Node slots = map.find("slots")) load_slots(slots, claims);
  if (const yaml::Node busy = map.find("max_slots_busy"))
    claims.max_slots_busy = busy.as_int(1, kMaxByte);
  take_list(map, "protocols", {"T=0", "T=1"}, {&claims.t0, &claims.t1});
  take_list(map, "voltages", {"5V", "3V", "1.8V"},
            {&claims.volts_5, &claims.volts_3, &claims.volts_1_8});
  take(map, "exchange_level", claims.exchange_level, kLevels);
  if (const yaml::Node features = map.find("auto")) load_auto(features, claims);
  if (const yaml::Node pin = map.find("pin")) {
    yaml::Mapping fields(pin);
    take(fields, "verify", claims.pin_verify);
    take(fields, "modify", claims.pin_modify);
    fields.done();
  }
  if (const yaml::Node display = map.find("display")) load_display(display, claims);
  take(map, "interrupt", claims.interrupt);
  take(map, "wakeup", claims.wakeup);
  take(map, "clock_stop", claims.clock_stop);
  take(map, "nad", claims.nad);
  take(map, "escape_vendor", claims.escape_vendor);
  map.done();
}

void load_face(const yaml::Node& node, Claims& claims) {
  yaml::Mapping map(node);
  take(map, "reader", claims.face);
  take(map, "visual_mode", claims.face_visual_mode);
  take(map, "passcode", claims.face_passcode);
  take(map, "consent_screens", claims.face_consent_screens);
  take(map, "next_gen", claims.face_next_gen);
  map.done();
}

Claims load(const yaml::Document& file) {
  yaml::Mapping top(file.root());
  top.require("uketsuke_claims").as_int(1, 1);
  Claims claims;
  if (const yaml::Node node = top.find("confirmed")) claims.confirmed = node.as_bool();
  take(top, "vendor", claims.vendor);
  take(top, "product", claims.product);
  take(top, "firmware", claims.firmware);
  if (const yaml::Node node = top.find("reader")) load_reader(node, claims);
  if (const yaml::Node node = top.find("usb")) {
    yaml::Mapping map(node);
    take_id(map, "vendor_id", claims.vendor_id);
    take_id(map, "product_id", claims.product_id);
    take(map, "speed", claims.usb_speed, kSpeeds);
    take(map, "self_powered", claims.self_powered);
    take(map, "serial", claims.has_serial);
    map.done();
  }
  if (const yaml::Node node = top.find("face")) load_face(node, claims);
  if (const yaml::Node packs = top.find("requirement_packs")) {
    for (std::size_t i = 0; i < packs.size(); ++i)
      claims.requirement_packs.push_back(one_of(packs.at(i), kPacks));
  }
  top.done();
  return claims;
}

}  // namespace

Claims load_claims(const std::string& path) { return load(yaml::load_file(path)); }
Claims load_claims_text(std::string_view text, const std::string& name) {
  return load(yaml::load_text(text, name));
}

}  // namespace uketsuke::conformance
