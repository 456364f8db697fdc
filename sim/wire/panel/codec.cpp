#include "sim/wire/panel/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace uketsuke::wire::panel {
namespace {

constexpr std::uint16_t kHighestScore = 1000;

class Line {
 public:
  Line& word(std::string_view text) {
    if (!bytes_.empty()) bytes_.push_back('\t');
    for (const char c : text) {
      const char* escape = c == '\t'   ? "\\t"
                           : c == '\n' ? "\\n"
                           : c == '\r' ? "\\r"
                           : c == '\\' ? "\\\\"
                                       : nullptr;
      if (escape == nullptr) {
        bytes_.push_back(static_cast<std::uint8_t>(c));
      } else {
        bytes_.insert(bytes_.end(),
                      {static_cast<std::uint8_t>(escape[0]), static_cast<std::uint8_t>(escape[1])});
      }
    }
    return *this;
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

struct Words {
  std::vector<std::string> text;
  std::vector<std::size_t> offset;
};

Result<Words> split(ByteView bytes) {
  Words words;
  words.text.emplace_back();
  words.offset.push_back(0);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t plain = std::min(text.find_first_of("\t\\", i), text.size());
    words.text.back().append(text, i, plain - i);
    i = plain;
    if (i == text.size()) break;
    if (text[i] == '\t') {
      words.text.emplace_back();
      words.offset.push_back(i + 1);
    } else {
      if (i + 1 == text.size()) return DecodeError{DecodeErrc::kTooShort, i, "escape"};
      const char next = text[++i];
      const char meant = next == 't'    ? '\t'
                         : next == 'n'  ? '\n'
                         : next == 'r'  ? '\r'
                         : next == '\\' ? '\\'
                                        : '\0';
      if (meant == '\0') return DecodeError{DecodeErrc::kBadValue, i, "escape"};
      words.text.back() += meant;
    }
  }
  return words;
}

Result<void> expect_words(const Words& words, std::size_t count, std::size_t size) {
  if (words.text.size() < count) return DecodeError{DecodeErrc::kTooShort, size, "word"};
  if (words.text.size() > count)
    return DecodeError{DecodeErrc::kTooLong, words.offset[count], "word"};
  return {};
}

Result<std::uint16_t> score_of(const Words& words) {
  const std::string& text = words.text[1];
  std::uint16_t score = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  if (error != std::errc() || end != text.data() + text.size() || score > kHighestScore)
    return DecodeError{DecodeErrc::kBadValue, words.offset[1], "score"};
  return score;
}

// What is wrong with an output; empty: nothing.
std::optional<DecodeError> why_no_output(const Words& words, std::size_t size) {
  if (words.text[0] == "refused") {
    const auto right = expect_words(words, 3, size);
    return right ? std::nullopt : std::optional<DecodeError>(right.error());
  }
  if (words.text[0] != "display") return DecodeError{DecodeErrc::kUnknownType, 0, "output"};
  if (words.text.size() < 3 || words.text.size() % 2 == 0)
    return DecodeError{DecodeErrc::kTooShort, size, "word"};
  for (std::size_t i = 3; i < words.text.size(); i += 2) {
    const std::string& name = words.text[i];
    if (name.empty() || (name[0] != '=' && name[0] != '!'))
      return DecodeError{DecodeErrc::kBadValue, words.offset[i], "name"};
  }
  return std::nullopt;
}

}  // namespace

Bytes encode(const Input& input) {
  if (const auto* press = std::get_if<Press>(&input))
    return Line().word("press").word(press->control).take();
  if (const auto* enter = std::get_if<Enter>(&input))
    return Line().word("enter").word(enter->control).word(enter->text).take();
  if (const auto* tick = std::get_if<Tick>(&input))
    return Line().word("tick").word(tick->control).word(tick->on ? "on" : "off").take();
  if (const auto* face = std::get_if<ShowFace>(&input))
    return Line().word("show_face").word(std::to_string(face->score)).take();
  return Line()
      .word("card_face_seen")
      .word(std::get<CardFaceSeen>(input).verification_number_b)
      .take();
}

Bytes encode(const Output& output) {
  if (const auto* refused = std::get_if<Refused>(&output))
    return Line().word("refused").word(refused->control).word(refused->reason).take();
  const auto& display = std::get<Display>(output);
  Line line;
  line.word("display").word(display.screen).word(display.message);
  for (const auto& [name, value] : display.values) line.word("=" + name).word(value);
  for (const auto& [name, value] : display.secrets) line.word("!" + name).word(value);
  return line.take();
}

Result<Input> decode_input(ByteView bytes) {
  const auto words = split(bytes);
  if (!words) return words.error();
  const std::string& what = words->text[0];
  const std::size_t count = what == "enter" || what == "tick" ? 3 : 2;
  if (what != "press" && what != "enter" && what != "tick" && what != "show_face" &&
      what != "card_face_seen")
    return DecodeError{DecodeErrc::kUnknownType, 0, "input"};
  if (const auto right = expect_words(*words, count, bytes.size()); !right) return right.error();
  if (what == "press") return Input{Press{words->text[1]}};
  if (what == "enter") return Input{Enter{words->text[1], words->text[2]}};
  if (what == "card_face_seen") return Input{CardFaceSeen{words->text[1]}};
  if (what == "show_face") {
    const auto score = score_of(*words);
    if (!score) return score.error();
    return Input{ShowFace{*score}};
  }
  if (words->text[2] != "on" && words->text[2] != "off")
    return DecodeError{DecodeErrc::kBadValue, words->offset[2], "on or off"};
  return Input{Tick{words->text[1], words->text[2] == "on"}};
}

Result<Output> decode_output(ByteView bytes) {
  const auto words = split(bytes);
  if (!words) return words.error();
  if (const auto wrong = why_no_output(*words, bytes.size())) return *wrong;
  const std::vector<std::string>& text = words->text;
  if (text[0] == "refused") return Output{Refused{text[1], text[2]}};
  Display display{text[1], text[2], {}, {}};
  for (std::size_t i = 3; i < text.size(); i += 2)
    (text[i][0] == '=' ? display.values : display.secrets)[text[i].substr(1)] = text[i + 1];
  return Output{std::move(display)};
}

std::string describe_input(ByteView bytes) {
  const auto input = decode_input(bytes);
  if (!input) return fmt::format("undecodable: {}", to_string(input.error()));
  if (const auto* press = std::get_if<Press>(&*input)) return "press " + press->control;
  if (const auto* enter = std::get_if<Enter>(&*input))
    return fmt::format("enter {} ****", enter->control);
  if (const auto* tick = std::get_if<Tick>(&*input))
    return fmt::format("tick {} {}", tick->control, tick->on ? "on" : "off");
  if (const auto* face = std::get_if<ShowFace>(&*input))
    return fmt::format("show_face {}", face->score);
  return "card_face_seen ****";
}

std::string describe_output(ByteView bytes) {
  const auto words = split(bytes);
  if (!words) return fmt::format("undecodable: {}", to_string(words.error()));
  if (const auto wrong = why_no_output(*words, bytes.size()))
    return fmt::format("undecodable: {}", to_string(*wrong));
  return fmt::format("{} {} {}", words->text[0], words->text[1], words->text[2]);
}

}  // namespace uketsuke::wire::panel
