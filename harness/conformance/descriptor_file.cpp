#include "harness/conformance/descriptor_file.h"

#include <charconv>
#include <map>
#include <vector>

#include "harness/input/input_file.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using verdict::Text;

constexpr std::uint8_t kDeviceType = 1;
constexpr unsigned kMaxString = 255;

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  ReaderBytes read() {
    while (!text_.empty()) {
      ++line_;
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      std::string_view content = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      const std::size_t comment = content.find('#');
      if (comment != std::string_view::npos && content.substr(0, 7) != "string ")
        content = content.substr(0, comment);
      take(trimmed(content));
    }
    split_raw();
    if (bytes_.configuration.empty() && bytes_.device.empty())
      fail({"記述子がありません", "there is no descriptor"});
    return std::move(bytes_);
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    const char* const kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  }
  [[noreturn]] void fail(Text message) const {
    throw yaml::Error(yaml::Problem{{name_, line_, 0}, std::move(message)});
  }

  void take(std::string_view content) {
    if (content.empty()) return;
    const std::size_t colon = content.find(':');
    const std::string_view key = trimmed(content.substr(0, colon));
    // "12:01:00": bytes, not a key.
    const bool bytes = colon == std::string_view::npos ||
                       (colon == 2 && digit(content[0]) >= 0 && digit(content[1]) >= 0);
    if (bytes) return hex(content, *target_);
    value(key, trimmed(content.substr(colon + 1)));
  }

  void value(std::string_view key, std::string_view content) {
    const std::map<std::string_view, Bytes*> kBytes = {
        {"device", &bytes_.device},
        {"configuration", &bytes_.configuration},
        {"other_speed", &bytes_.other_speed_configuration},
        {"qualifier", &bytes_.qualifier}};
    if (const auto found = kBytes.find(key); found != kBytes.end()) {
      target_ = found->second;
      return hex(content, *target_);
    }
    if (key == "clocks") return list(content, bytes_.clock_frequencies, bytes_.clocks_stalled);
    if (key == "rates") return list(content, bytes_.data_rates, bytes_.rates_stalled);
    if (key == "speed" && (content == "full" || content == "high")) {
      bytes_.speed = content == "high" ? wire::usb::Speed::kHigh : wire::usb::Speed::kFull;
      return;
    }
    unsigned index = 0;
    const std::string_view number = key.substr(0, 7) == "string " ? key.substr(7) : "";
    const auto result = std::from_chars(number.data(), number.data() + number.size(), index);
    if (!number.empty() && result.ec == std::errc() && index <= kMaxString) {
      bytes_.strings[static_cast<std::uint8_t>(index)] = std::string(content);
      return;
    }
    fail(say("「{}」は分かりません", "{} is not known here", yaml::shortened(key)) +
         yaml::hint(key, {"device", "configuration", "other_speed", "qualifier", "clocks", "rates",
                          "speed: full", "speed: high", "string 1"}));
  }

  void list(std::string_view content, std::optional<Bytes>& bytes, bool& stalled) {
    if (content == "stalled") {
      stalled = true;
      return;
    }
    bytes.emplace();
    target_ = &*bytes;
    hex(content, *bytes);
  }

  void hex(std::string_view content, Bytes& into) const {
    for (std::size_t i = 0; i < content.size();) {
      const char letter = content[i];
      if (letter == ' ' || letter == '\t' || letter == ',' || letter == ':') {
        ++i;
        continue;
      }
      if (content.substr(i, 2) == "0x" || content.substr(i, 2) == "0X") {
        i += 2;
        continue;
      }
      if (i + 1 >= content.size() || digit(letter) < 0 || digit(content[i + 1]) < 0)
        fail(say("16進数2桁ずつで書きます：{}", "pairs of hex digits are expected: {}",
                 yaml::shortened(content.substr(i), 20)));
      into.push_back(static_cast<std::uint8_t>(digit(letter) * 16 + digit(content[i + 1])));
      i += 2;
    }
  }

  // Hex without a key: a device descriptor may stand before the configuration.
  void split_raw() {
    if (raw_.empty()) return;
    const std::size_t length = wire::usb::kDeviceDescriptorLength;
    if (raw_.size() >= length && raw_[0] == length && raw_[1] == kDeviceType) {
      const auto middle = raw_.begin() + static_cast<std::ptrdiff_t>(length);
      bytes_.device.assign(raw_.begin(), middle);
      raw_.erase(raw_.begin(), middle);
    }
    if (bytes_.configuration.empty()) bytes_.configuration = std::move(raw_);
  }

  std::string_view text_;
  const std::string& name_;
  int line_ = 0;
  ReaderBytes bytes_;
  Bytes raw_;
  Bytes* target_ = &raw_;
};

}  // namespace

ReaderBytes read_descriptor_text(std::string_view text, const std::string& name) {
  return Parser(text, name).read();
}

ReaderBytes load_descriptor_file(const std::string& path) {
  const auto refuse = [&path](Text message) {
    throw yaml::Error(yaml::Problem{{path, 0, 0}, std::move(message)});
  };
  Text why;
  const auto read = input::read_file_or_stdin(path, kMaxDescriptorFile, why);
  if (!read) refuse(std::move(why));
  const std::string& text = *read;
  if (text.find_first_of(std::string_view("\0\1\2\3\4\5\6\x7f", 8)) != std::string::npos)
    refuse(say("バイナリーのファイルです。16 進の文字にします（od -An -tx1 -v {0} > {0}.hex）",
               "a binary file; hex is expected (od -An -tx1 -v {0} > {0}.hex)", path));
  return read_descriptor_text(text, path);
}

}  // namespace uketsuke::conformance
