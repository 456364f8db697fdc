// claims.yaml, drafted from descriptors.
#include <algorithm>
#include <utility>

#include "harness/conformance/claims_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

constexpr std::size_t kMaxName = 120;  // bytes

// How many bytes the UTF-8 letter at `at` has; 0: it is none, or a control character.
std::size_t letter_at(const std::string& text, std::size_t at) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7F ? 1 : 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  std::uint32_t letter = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
    letter = letter << 6U | (byte(at + i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = letter >= 0xD800 && letter <= 0xDFFF;
  const bool no_letter =
      letter < 0xA0 || surrogate || letter > 0x10FFFF || (letter & 0xFFFEU) == 0xFFFE;
  return letter < kLeast[length] || no_letter ? 0 : length;
}

// A device's string as a YAML scalar in double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable_name(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Draft {
 public:
  explicit Draft(const DescriptorFacts& descriptors)
      : d_(descriptors), facts_(facts_of(descriptors)) {}

  std::string text() {
    head();
    names();
    reader();
    features();
    rest();
    return std::move(out_);
  }

 private:
  void comment(const char* ja, const char* en) { out_ += fmt::format("# {}\n# {}\n", ja, en); }
  // indent, "key: value", and where it is from.
  void line(const char* indent, const std::string& content, const std::string& from) {
    out_ += fmt::format("{}{}{}{}\n", indent, content, from.empty() ? "" : "  # ", from);
  }
  std::string fact(const char* name) const { return to_string(facts_.at(name)); }
  bool truth(const char* name) const { return std::get<bool>(facts_.at(name)); }
  static std::string features_bit(const char* bit) { return fmt::format("dwFeatures {}", bit); }

  void head() {
    comment(
        "申告書（ICS）の下書き。値は記述子から取り、行末に元の欄を示す。",
        "Draft of the claims (ICS). Values are from descriptors; each line ends with its field.");
    comment(
        "メーカーは全行を確かめ、直し、confirmed を true にする。記述子と違う申告は不合格になる。",
        "The vendor checks every line, corrects it and sets confirmed to true. A claim that the "
        "descriptors contradict fails.");
    comment("「要確認」の値は記述子では分からない。",
            "What says \"please check\" no descriptor tells.");
    out_ += "uketsuke_claims: 1\nconfirmed: false\n";
  }

  void name(const char* key, std::uint8_t index, const char* field) {
    const auto found = d_.bytes.strings.find(index);
    const bool there = index != 0 && found != d_.bytes.strings.end();
    line("", fmt::format("{}: {}", key, quoted(there ? found->second : "")),
         there ? field : "要確認 / please check");
  }
  void names() {
    const auto device = d_.device.value_or(wire::usb::DeviceDescriptor{});
    name("vendor", device.iManufacturer, "iManufacturer");
    name("product", device.iProduct, "iProduct");
    const std::string version =
        fmt::format("{:x}.{:02x}", device.bcdDevice >> 8U, device.bcdDevice & 0xFFU);
    line("", fmt::format("firmware: \"{}\"", d_.device ? version : ""),
         d_.device ? "bcdDevice" : "要確認 / please check");
  }

  void reader() {
    const wire::ccid::ClassDescriptor& c = d_.ccid;
    out_ += "reader:\n";
    const bool ccid = d_.interface && d_.interface->bInterfaceClass == wire::ccid::kInterfaceClass;
    line("  ", std::string("class: ") + (ccid ? "ccid" : "class_ff"), "bInterfaceClass");
    line("  ", "slots:", "bMaxSlotIndex");
    for (unsigned i = 0; i < d_.slots(); ++i)
      line("    ", "- {medium: contact, removable: true, motor: false}",
           "要確認：contact、contactless、sam / please check");
    if (c.bMaxCCIDBusySlots > 0)
      line("  ", "max_slots_busy: " + fact("bMaxCCIDBusySlots"), "bMaxCCIDBusySlots");
    list("protocols", {{"T=0", truth("t0")}, {"T=1", truth("t1")}}, "dwProtocols");
    const auto volts = [&c](std::uint8_t bit) { return (c.bVoltageSupport & bit) != 0; };
    list("voltages",
         {{"5V", volts(wire::ccid::kVoltage5V)},
          {"3V", volts(wire::ccid::kVoltage3V)},
          {"1.8V", volts(wire::ccid::kVoltage1V8)}},
         "bVoltageSupport");
    line("  ", "exchange_level: " + fact("level"), "dwFeatures 10000h, 20000h, 40000h");
  }
  void list(const char* key, const std::vector<std::pair<const char*, bool>>& words,
            const char* from) {
    std::string text;
    for (const auto& [word, there] : words)
      if (there) text += (text.empty() ? "" : ", ") + std::string(word);
    line("  ", fmt::format("{}: [{}]", key, text), from);
  }

  void features() {
    out_ += "  auto:\n";
    const std::pair<const char*, std::pair<const char*, const char*>> kBits[] = {
        {"parameters", {"auto_params", "02h"}}, {"activation", {"auto_activation", "04h"}},
        {"voltage", {"auto_voltage", "08h"}},   {"clock", {"auto_clock", "10h"}},
        {"baud", {"auto_baud", "20h"}},         {"negotiation", {"auto_params_negotiation", "40h"}},
        {"pps", {"auto_pps", "80h"}},           {"ifsd", {"auto_ifsd", "400h"}}};
    for (const auto& [key, bit] : kBits)
      line("    ", fmt::format("{}: {}", key, fact(bit.first)), features_bit(bit.second));
    out_ += "  pin:\n";
    line("    ", "verify: " + fact("pin_verify"), "bPINSupport 01h");
    line("    ", "modify: " + fact("pin_modify"), "bPINSupport 02h");
    const unsigned layout = d_.ccid.wLcdLayout;
    const bool whole = layout >> 8U != 0 && (layout & 0xFFU) != 0;
    line("  ",
         whole ? fmt::format("display: {{lines: {}, columns: {}}}", layout >> 8U, layout & 0xFFU)
               : std::string(layout != 0 ? "display: true" : "display: false"),
         "wLcdLayout");
    line("  ", "interrupt: " + fact("interrupt"), "interrupt-IN");
    line("  ", "wakeup: " + fact("wakeup"), features_bit("100000h"));
    line("  ", "clock_stop: " + fact("clock_stop"), features_bit("100h"));
    line("  ", "nad: " + fact("nad"), features_bit("200h"));
    line("  ", "escape_vendor: false", "要確認：独自の Escape / please check: Escape of your own");
  }

  void rest() {
    out_ += "usb:\n";
    if (d_.device) {
      line("  ", fmt::format("vendor_id: \"{:04x}\"", d_.device->idVendor), "idVendor");
      line("  ", fmt::format("product_id: \"{:04x}\"", d_.device->idProduct), "idProduct");
    }
    line("  ", std::string("speed: ") + (truth("high_speed_capable") ? "high" : "full"),
         "device qualifier");
    line("  ", "self_powered: " + fact("self_powered"), "bmAttributes 40h");
    line("  ", "serial: " + fact("has_serial"), "iSerialNumber");
    out_ += "face:\n";
    const char* const kCheck = "要確認 / please check";
    line("  ", "reader: false",
         "要確認：顔認証付きカードリーダー / please check: a face-auth reader");
    for (const char* key : {"visual_mode", "passcode", "consent_screens", "next_gen"})
      line("  ", std::string(key) + ": false", kCheck);
    line("", "requirement_packs: []", "要確認：\"2020\"、\"2025\" / please check");
  }

  const DescriptorFacts& d_;
  const Facts facts_;
  std::string out_;
};

}  // namespace

std::string printable_name(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = letter_at(text, i);
    if (out.size() + length > kMaxName) break;
    out.append(text, i, length);
    i += std::max<std::size_t>(length, 1);
  }
  const std::size_t first = out.find_first_not_of(' ');
  return first == std::string::npos ? "" : out.substr(first, out.find_last_not_of(' ') - first + 1);
}

std::string draft_claims(const DescriptorFacts& descriptors) { return Draft(descriptors).text(); }

}  // namespace uketsuke::conformance
