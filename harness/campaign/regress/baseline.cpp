#include "harness/campaign/regress/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

namespace uketsuke::campaign {
namespace {

constexpr std::string_view kHead = "uketsuke baseline 1";
constexpr const char* kAbout =
    "# シードに対する当方のモデルを固定するもので、厚生労働省のシステムを固定するものではない。\n"
    "# This pins our model of the seed, not the ministry's system.\n"
    "# Written by `uketsuke regress --accept`; read its diff before you commit it.\n"
    "#   = NAME ROLE       lines of one role during one step, written once\n"
    "#   w KEY WORDS       words of a screen (device/screen) or message (device:message)\n"
    "#   s NAME LABEL: MS  a step: how long it took, and the names of its blocks\n"
    "#   @ SCENARIO        and the names of its steps\n";
constexpr std::size_t kNameLength = 6;  // 31 bits

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 14695981039346656037ULL) {
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

std::string text_of(const Block& block) {
  std::string text = block.role + "\n";
  for (const std::string& line : block.lines) text += line + "\n";
  return text;
}

std::string short_name(std::uint64_t hash) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  hash ^= hash >> 32U;
  std::string name;
  for (std::size_t i = 0; i < kNameLength; ++i, hash /= kDigits.size())
    name += kDigits[hash % kDigits.size()];
  return name;
}

// Names by content: what several rows have is written once.
class Names {
 public:
  // The name, and whether it is new.
  std::pair<std::string, bool> of(const std::string& text) {
    std::uint64_t hash = fnv1a(text);
    while (true) {
      std::string name = short_name(hash);
      const auto [entry, added] = texts_.emplace(name, text);
      if (added || entry->second == text) return {std::move(name), added};
      hash = fnv1a("again", hash);
    }
  }

 private:
  std::unordered_map<std::string, std::string> texts_;
};

// A scenario lies in FOLDER/ID.yaml, mostly: then the folder says it.
std::string file_of(std::string_view folder, std::string_view row_name) {
  return fmt::format("{}/{}.yaml", folder, row_name.substr(0, row_name.find('[')));
}

void check_line(std::string_view line) {
  if (line.find_first_of("\r\n") != std::string_view::npos)
    throw BaselineError("a line with a line end in it");
}

void add_block(std::string& out, const std::string& name, const Block& block) {
  out += fmt::format("\n= {} {}\n", name, block.role);
  for (const std::string& line : block.lines) {
    check_line(line);
    out += " " + line + "\n";
  }
}

struct Text {
  std::string blocks, steps, rows;
};

void add_row(const Behaviour& row, Names& names, Text& text) {
  std::string& out = text.rows;
  for (const std::string* line : {&row.name, &row.file, &row.verdict, &row.rests_on})
    check_line(*line);
  const std::string folder = row.file.substr(0, row.file.rfind('/'));
  out += fmt::format("\n@ {}\n in {}\n", row.name,
                     row.file == file_of(folder, row.name) ? folder : row.file);
  if (row.verdict != "pass") out += fmt::format(" verdict {}\n", row.verdict);
  if (!row.rests_on.empty()) out += fmt::format(" rests on {}\n", row.rests_on);
  for (const std::string& finding : row.findings) {
    check_line(finding);
    out += fmt::format(" finding {}\n", finding);
  }
  out += " ";
  for (const StepBehaviour& step : row.steps) {
    check_line(step.label);
    std::string line =
        fmt::format("{}: {}.{:03}", step.label, step.took_us / 1000, step.took_us % 1000);
    for (const Block& block : step.blocks) {
      const auto [name, is_new] = names.of(text_of(block));
      if (is_new) add_block(text.blocks, name, block);
      line += " " + name;
    }
    const auto [name, is_new] = names.of(line);
    if (is_new) text.steps += fmt::format("s {} {}\n", name, line);
    out += " " + name;
  }
  out += "\n";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Baseline parse() {
    if (!next() || line_ != kHead) fail(fmt::format("no \"{}\"", kHead));
    while (next()) take();
    return std::move(baseline_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw BaselineError(fmt::format("line {}: {}", number_, what));
  }

  bool next() {
    if (text_.empty()) return false;
    const std::size_t end = text_.find('\n');
    line_ = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++number_;
    return true;
  }

  // Takes away a beginning.
  bool begins(std::string_view with) {
    if (line_.substr(0, with.size()) != with) return false;
    line_.remove_prefix(with.size());
    return true;
  }

  std::string_view word() {
    const std::size_t end = std::min(line_.find(' '), line_.size());
    const std::string_view word = line_.substr(0, end);
    line_.remove_prefix(std::min(line_.size(), end + 1));
    return word;
  }

  void take() {
    if (line_.empty() || line_[0] == '#') return;
    if (begins("release ")) {
      baseline_.release = line_;
    } else if (begins("w ")) {
      const std::string key(word());
      baseline_.words[key] = line_;
    } else if (begins("= ")) {
      const auto [block, is_new] = blocks_.try_emplace(std::string(word()));
      if (!is_new) fail("block " + block->first + " twice");
      block_ = &block->second;
      block_->role = line_;
      in_row_ = false;
    } else if (begins("s ")) {
      const std::string name(word());
      if (!steps_.emplace(name, step()).second) fail("step " + name + " twice");
    } else if (begins("@ ")) {
      if (!names_.emplace(line_).second) fail("row " + std::string(line_) + " twice");
      baseline_.rows.push_back({});
      row().name = line_;
      row().verdict = "pass";
      in_row_ = true;
    } else if (in_row_) {
      take_of_row();
    } else if (block_ != nullptr && begins(" ")) {
      block_->lines.emplace_back(line_);
    } else {
      fail("neither block nor row");
    }
  }

  Behaviour& row() { return baseline_.rows.back(); }

  void take_of_row() {
    if (begins("  ")) {
      while (!line_.empty()) {
        const std::string name(word());
        const auto found = steps_.find(name);
        if (found == steps_.end()) fail("no step " + name);
        row().steps.push_back(found->second);
      }
    } else if (begins(" in ")) {
      const bool whole = line_.find(".yaml") != std::string_view::npos;
      row().file = whole ? std::string(line_) : file_of(line_, row().name);
    } else if (begins(" verdict ")) {
      row().verdict = line_;
    } else if (begins(" rests on ")) {
      row().rests_on = line_;
    } else if (begins(" finding ")) {
      row().findings.emplace_back(line_);
    } else {
      fail("not a line of a row");
    }
  }

  StepBehaviour step() {
    StepBehaviour step;
    const std::size_t colon = line_.find(": ");
    if (colon == std::string_view::npos) fail("no label");
    step.label = line_.substr(0, colon);
    line_.remove_prefix(colon + 2);
    step.took_us = time(word());
    while (!line_.empty()) {
      const std::string name(word());
      const auto block = blocks_.find(name);
      if (block == blocks_.end()) fail("no block " + name);
      step.blocks.push_back(block->second);
    }
    return step;
  }

  // "2175.533": milliseconds.
  std::uint64_t time(std::string_view text) const {
    std::uint64_t ms = 0, us = 0;
    const char* end = text.data() + text.size();
    const auto whole = std::from_chars(text.data(), end, ms);
    if (whole.ec != std::errc() || end - whole.ptr != 4 || *whole.ptr != '.') fail("not a time");
    const auto rest = std::from_chars(whole.ptr + 1, end, us);
    if (rest.ec != std::errc() || rest.ptr != end) fail("not a time");
    return ms * 1000 + us;
  }

  std::string_view text_, line_;
  std::size_t number_ = 0;
  Baseline baseline_;
  std::unordered_map<std::string, Block> blocks_;
  std::unordered_map<std::string, StepBehaviour> steps_;
  std::unordered_set<std::string> names_;  // of rows
  Block* block_ = nullptr;
  bool in_row_ = false;
};

}  // namespace

bool operator==(const Block& left, const Block& right) {
  return left.role == right.role && left.lines == right.lines;
}

const Block* StepBehaviour::find(std::string_view role) const {
  for (const Block& block : blocks)
    if (block.role == role) return &block;
  return nullptr;
}

std::vector<Line> in_order(const StepBehaviour& step) {
  std::vector<Line> lines;
  const Block* order = step.find("order");
  if (order == nullptr || order->lines.empty()) return lines;
  std::map<std::string_view, std::size_t> taken;
  std::string_view rest = order->lines.front();
  while (!rest.empty()) {
    std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    std::size_t count = 1;
    if (const std::size_t star = word.find('*'); star != std::string_view::npos) {
      std::from_chars(word.data() + star + 1, word.data() + word.size(), count);
      word = word.substr(0, star);
    }
    const Block* block = step.find(word);
    if (block == nullptr) continue;
    std::size_t& next = taken[word];
    for (; count > 0 && next < block->lines.size(); --count, ++next)
      lines.push_back({block->role, block->lines[next]});
  }
  return lines;
}

const Behaviour* Baseline::find(std::string_view name) const {
  for (const Behaviour& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

std::string write_baseline(const Baseline& baseline) {
  Text text;
  Names names;
  for (const Behaviour& row : baseline.rows) add_row(row, names, text);
  std::string out = fmt::format("{}\n{}\nrelease {}\n", kHead, kAbout, baseline.release);
  out += "\n";
  for (const auto& [key, words] : baseline.words) {
    check_line(words);
    out += fmt::format("w {} {}\n", key, words);
  }
  return out + text.blocks + "\n" + text.steps + text.rows;
}

Baseline parse_baseline(std::string_view text) { return Parser(text).parse(); }

}  // namespace uketsuke::campaign
