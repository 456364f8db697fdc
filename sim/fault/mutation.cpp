#include "sim/fault/mutation.h"

#include <array>
#include <charconv>
#include <utility>

namespace uketsuke::fault {
namespace {

constexpr std::array<std::string_view, kMutationPipes> kPipeNames{
    "control_out", "control_in", "bulk_out", "bulk_in",
    "interrupt",   "field_down", "field_up", "field_signal"};

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

wire::DecodeError bad(std::size_t at, std::string_view what) {
  return {wire::DecodeErrc::kBadValue, at, what};
}

// "{slot}", "{seq}", "{command:7}": what is between the braces.
std::optional<TemplateByte> byte_of_command(std::string_view name) {
  using Kind = TemplateByte::Kind;
  if (name == "slot") return TemplateByte{Kind::kSlot, 0};
  if (name == "seq") return TemplateByte{Kind::kSeq, 0};
  constexpr std::string_view kPrefix = "command:";
  if (name.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  const std::string_view number = name.substr(kPrefix.size());
  unsigned value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec != std::errc() || result.ptr != number.data() + number.size() || value > 255)
    return std::nullopt;
  return TemplateByte{Kind::kOfCommand, static_cast<std::uint8_t>(value)};
}

}  // namespace

std::string_view to_string(MutationPipe pipe) {
  return kPipeNames[static_cast<std::size_t>(pipe)];
}

std::optional<MutationPipe> mutation_pipe_from(std::string_view text) {
  for (std::size_t i = 0; i < kPipeNames.size(); ++i)
    if (kPipeNames[i] == text) return static_cast<MutationPipe>(i);
  return std::nullopt;
}

bool is_field(MutationPipe pipe) { return pipe >= MutationPipe::kFieldDown; }

bool goes_down(MutationPipe pipe) {
  return pipe == MutationPipe::kControlOut || pipe == MutationPipe::kBulkOut ||
         pipe == MutationPipe::kFieldDown || pipe == MutationPipe::kFieldSignal;
}

wire::Result<std::vector<PatternByte>> parse_pattern(std::string_view text) {
  std::vector<PatternByte> pattern;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == ':') {
      if (digits % 2 != 0) return bad(i, "a byte has two digits");
      continue;
    }
    const int value = nibble(c);
    if (value < 0 && c != '?') return bad(i, "a hexadecimal digit or ? is expected");
    if (digits % 2 == 0) pattern.push_back({0, 0});
    PatternByte& byte = pattern.back();
    byte.value = static_cast<std::uint8_t>(byte.value << 4 | (value < 0 ? 0 : value));
    byte.mask = static_cast<std::uint8_t>(byte.mask << 4 | (value < 0 ? 0x0 : 0xF));
    ++digits;
  }
  if (digits % 2 != 0) return bad(text.size(), "a byte has two digits");
  return pattern;
}

bool matches(const Pattern& pattern, wire::ByteView bytes) {
  const std::int64_t begin =
      pattern.at < 0 ? static_cast<std::int64_t>(bytes.size()) + pattern.at : pattern.at;
  if (begin < 0 || static_cast<std::uint64_t>(begin) + pattern.bytes.size() > bytes.size())
    return false;
  for (std::size_t i = 0; i < pattern.bytes.size(); ++i) {
    const std::uint8_t byte = bytes[static_cast<std::size_t>(begin) + i];
    if (((byte ^ pattern.bytes[i].value) & pattern.bytes[i].mask) != 0) return false;
  }
  return true;
}

wire::Result<std::vector<TemplateByte>> parse_template(std::string_view text) {
  std::vector<TemplateByte> bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == ':') {
      ++i;
    } else if (text[i] == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) return bad(i, "} is missing");
      const auto byte = byte_of_command(text.substr(i + 1, end - i - 1));
      if (!byte) return bad(i, "{slot}, {seq} or {command:N} is expected");
      bytes.push_back(*byte);
      i = end + 1;
    } else {
      const int high = nibble(text[i]);
      const int low = i + 1 < text.size() ? nibble(text[i + 1]) : -1;
      if (high < 0 || low < 0) return bad(i, "two hexadecimal digits are expected");
      bytes.push_back(
          {TemplateByte::Kind::kLiteral, static_cast<std::uint8_t>(high << 4 | low)});
      i += 2;
    }
  }
  return bytes;
}

std::string problem_of(const Mutation& mutation) {
  const bool field = is_field(mutation.match.pipe);
  if (field && (mutation.hold || mutation.join)) return "hold and join: not on the field wire";
  if (field && (mutation.stall || mutation.hang != Hang::kNo))
    return "stall and hang: only on the usb wire";
  if (!field && (!mutation.parity.empty() || mutation.hide_parity))
    return "parity: only on the field wire";
  if (mutation.when.every == 0) return "every: at least 1";
  for (const MadeUp& made : mutation.made_up) {
    if (goes_down(made.pipe) || is_field(made.pipe) != field)
      return "a made-up message goes to the host on usb, to the reader on the field";
    if (made.pipe == MutationPipe::kControlIn &&
        (mutation.match.pipe != MutationPipe::kControlOut || !mutation.drop))
      return "a made-up control answer takes the place of the request";
  }
  const bool nothing = mutation.edits.empty() && !mutation.drop && !mutation.stall &&
                       !mutation.hold && !mutation.join && mutation.copies == 0 &&
                       mutation.delay_us == 0 && mutation.hang == Hang::kNo &&
                       mutation.parity.empty() && !mutation.hide_parity && mutation.made_up.empty();
  return nothing ? "the rule does nothing" : "";
}

}  // namespace uketsuke::fault
