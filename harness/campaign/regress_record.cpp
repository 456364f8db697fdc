#include "harness/campaign/regress_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::campaign {
namespace {

using wire::oqs::Seconds;

// A line that comes after so long a silence was not caused by the line before: a time ran out, or a
// person went on. How long the silence was is part of the line.
constexpr std::uint64_t kSilenceNs = 2'500'000'000;
constexpr std::size_t kTimeLength = 14;  // yyyyMMddHHmmss
constexpr Seconds kNowTolerance = 2;     // wires take their time

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Moments of the run itself become "<now>": they move with every change of a timing, and dates that
// mean something stay.
std::string without_now(std::string text, Seconds now) {
  for (std::size_t i = 0; i + kTimeLength <= text.size(); ++i) {
    if (!is_digit(text[i]) || (i > 0 && is_digit(text[i - 1]))) continue;
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - i != kTimeLength) {
      i = end;
      continue;
    }
    const auto time = wire::oqs::seconds_of(std::string_view(text).substr(i, kTimeLength));
    if (time && *time >= now - kNowTolerance && *time <= now + kNowTolerance)
      text.replace(i, kTimeLength, "<now>");
  }
  return text;
}

std::string value_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const auto& item : value) out += (out.empty() ? "" : ",") + value_text(item);
  return out;
}

// {"op":"x","a":"b"} -> "x a=b"
std::string network_text(const std::string& decoded) {
  const auto json = nlohmann::ordered_json::parse(decoded, nullptr, false);
  if (!json.is_object()) return decoded;
  std::string out = json.value("op", "");
  for (const auto& [key, value] : json.items())
    if (key != "op") out += fmt::format(" {}={}", key, value_text(value));
  return out;
}

// "request 3 hello version=1" -> "request hello version=1": numbers only count.
std::string link_text(const std::string& decoded) {
  const std::size_t first = decoded.find(' ');
  if (first == std::string::npos) return decoded;
  const std::size_t second = decoded.find(' ', first + 1);
  const std::string number = decoded.substr(first + 1, second - first - 1);
  if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit)) return decoded;
  return decoded.substr(0, first) +
         (second == std::string::npos ? std::string() : decoded.substr(second));
}

// "... seq=12 ...": which command it is counts, not its number.
std::string without_sequence(std::string text) {
  const std::size_t at = text.find("seq=");
  if (at == std::string::npos) return text;
  std::size_t end = at + 4;
  while (end < text.size() && text[end] != ' ') ++end;
  return text.erase(at, end - at);
}

std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  if (hash == 0) hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

void trim(std::string& text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
}

bool is_link(const trace::Pipe& pipe) { return pipe.name.rfind("link bulk", 0) == 0; }

std::string message_text(const trace::Pipe& pipe, std::string decoded) {
  if (pipe.wire == "panel" && pipe.to == "people") {
    return decoded.rfind("display ", 0) == 0 ? "shows" + decoded.substr(7) : decoded;
  }
  if (pipe.wire == "panel") return fmt::format("on {}: {}", pipe.to, decoded);
  if (pipe.wire == "network")
    return fmt::format("{} {}: {}", pipe.name == "request" ? "asks" : "answers", pipe.to,
                       network_text(decoded));
  if (pipe.wire == "session")
    return fmt::format("{} {}", pipe.name == "command" ? "commands" : "responds", decoded);
  if (pipe.wire == "folder") return "writes " + decoded;
  return "link " + link_text(decoded);
}

std::string text_of(const wire::panel::Text& text) { return text.ja + " / " + text.en; }

std::string source_of(const std::string& seed, const std::string& assumption) {
  if (seed.empty() && assumption.empty()) return {};
  return fmt::format(" ({}{}{})", seed, seed.empty() || assumption.empty() ? "" : ", ", assumption);
}

constexpr std::string_view word_of(wire::panel::Control::Kind kind) {
  switch (kind) {
    case wire::panel::Control::Kind::kButton:
      return "button";
    case wire::panel::Control::Kind::kField:
      return "field";
    case wire::panel::Control::Kind::kSecretField:
      return "secret_field";
    case wire::panel::Control::Kind::kTick:
      return "tick";
  }
  return "?";
}

std::string words_of(const wire::panel::Screen& screen) {
  std::string out = text_of(screen.title) + source_of(screen.seed, screen.assumption);
  for (const wire::panel::Control& control : screen.controls) {
    out += fmt::format("; {} {} {}{}", word_of(control.kind), control.id, text_of(control.label),
                       source_of(control.seed, control.assumption));
    if (!control.aliases.empty()) out += fmt::format(" = {}", fmt::join(control.aliases, ", "));
  }
  return out;
}

// Whose lines came one after the other, and how many.
using Order = std::vector<std::pair<std::string, std::size_t>>;

// "people terminal*3 backend"
std::string order_text(const Order& order) {
  std::string out;
  for (const auto& [role, count] : order) {
    if (!out.empty()) out += ' ';
    out += count == 1 ? role : fmt::format("{}*{}", role, count);
  }
  return out;
}

}  // namespace

std::string row_name(const verdict::ScenarioResult& result) {
  return result.variant.empty() ? result.id : fmt::format("{}[{}]", result.id, result.variant);
}

void Recorder::attach(bench::RunSettings& settings) {
  settings.at_step = [this](bench::World& world, const verdict::StepResult* step) {
    step_over(world, step);
  };
  settings.at_end = [this](bench::World& world) {
    if (world.journal().size() > next_) collect(world, "end");
  };
}

std::string Recorder::label_of(const verdict::StepResult& step) const {
  if (step.index >= scenario_.steps.size()) {
    const std::size_t check = step.index - scenario_.steps.size();
    if (check < scenario_.then.size()) return "then " + scenario_.then[check].name;
  }
  return step.seed_id.empty() ? fmt::format("step {}", step.index + 1) : step.seed_id;
}

void Recorder::step_over(bench::World& world, const verdict::StepResult* step) {
  collect(world, step == nullptr ? "desk" : label_of(*step));
}

void Recorder::add_line(StepBehaviour& step, std::string_view role, std::string line) {
  trim(line);
  for (Block& block : step.blocks)
    if (block.role == role) return block.lines.push_back(std::move(line));
  step.blocks.push_back({std::string(role), {std::move(line)}});
}

void Recorder::add_words(std::string_view device, std::string_view line) {
  const wire::panel::ScreenSet* set = catalog_.screens_of(device);
  if (set == nullptr) return;
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string_view screen = line.substr(0, blank);
  const std::string_view message = line.substr(std::min(line.size(), blank + 1));
  std::string key = fmt::format("{}/{}", device, screen);
  const auto* shown = set->find_screen(screen);
  behaviour_.words.emplace(std::move(key), shown == nullptr ? "no words" : words_of(*shown));
  if (message.empty()) return;
  key = fmt::format("{}:{}", device, message);
  const auto* told = set->find_message(message);
  behaviour_.words.emplace(
      std::move(key),
      told == nullptr ? "no words" : text_of(told->text) + source_of(told->seed, told->assumption));
}

void Recorder::collect(bench::World& world, std::string label) {
  const trace::Journal& journal = world.journal();
  const std::uint64_t now_us = world.simulation().now_us();
  const Seconds start = world.now() - static_cast<Seconds>(now_us / 1'000'000);
  StepBehaviour step;
  step.label = std::move(label);
  step.took_us = now_us - last_us_;
  last_us_ = now_us;
  Wire usb, field;
  Order order;
  for (; next_ < journal.size(); ++next_) {
    const trace::Entry entry = journal.entry(next_);
    const std::uint64_t silence_ns = entry.time_ns - std::min(entry.time_ns, last_line_ns_);
    last_line_ns_ = entry.time_ns;
    std::string line;
    std::string role;
    if (entry.pipe == nullptr) {
      const bool act = entry.event == "act";
      role = act ? "people" : std::string(entry.role);
      line = fmt::format("{} {}", act ? entry.role : entry.event, entry.text);
    } else if (const trace::Pipe& pipe = *entry.pipe;
               (pipe.wire == "usb" && !is_link(pipe)) || pipe.wire == "field") {
      Wire& wire = pipe.wire == "usb" ? usb : field;
      ++wire.messages;
      wire.digest = mixed(wire.digest, pipe.from + without_sequence(journal.decoded(next_)));
      wire.digest = mixed(wire.digest, fmt::format("{} {}", entry.bytes.size(), entry.remark));
      continue;
    } else {
      role = pipe.wire == "session" ? "session" : pipe.from;
      line = message_text(pipe, journal.decoded(next_));
      trim(line);
      if (line.rfind("shows ", 0) == 0) add_words(pipe.from, std::string_view(line).substr(6));
      if (!entry.remark.empty()) line += fmt::format(" <{}>", entry.remark);
    }
    const auto at = start + static_cast<Seconds>(entry.time_ns / 1'000'000'000);
    line = without_now(std::move(line), at);
    if (silence_ns >= kSilenceNs) line += fmt::format(" (after {} ms)", silence_ns / 1'000'000);
    if (order.empty() || order.back().first != role) order.emplace_back(role, 0);
    ++order.back().second;
    add_line(step, role, std::move(line));
  }
  const auto add_wire = [&](const char* name, const Wire& wire) {
    if (wire.messages == 0) return;
    add_line(step, "wires",
             fmt::format("{} {} messages, digest {:08x}", name, wire.messages,
                         static_cast<std::uint32_t>(wire.digest ^ wire.digest >> 32U)));
  };
  add_wire("usb", usb);
  add_wire("field", field);
  if (!order.empty()) step.blocks.push_back({"order", {order_text(order)}});
  behaviour_.steps.push_back(std::move(step));
}

Behaviour Recorder::take(const verdict::ScenarioResult& result) {
  behaviour_.name = row_name(result);
  behaviour_.file = result.file;
  behaviour_.verdict = verdict::is_not_applicable(result) ? "not_applicable"
                                                          : std::string(to_string(result.verdict));
  behaviour_.rests_on = fmt::format("{}", fmt::join(result.assumptions, " "));
  for (const verdict::Text& warning : result.warnings) behaviour_.findings.push_back(warning.en);
  for (std::string& finding : behaviour_.findings)
    std::replace(finding.begin(), finding.end(), '\n', ' ');
  return std::move(behaviour_);
}

}  // namespace uketsuke::campaign
