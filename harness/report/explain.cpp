#include <fmt/format.h>

#include "harness/report/report.h"
#include "harness/report/text.h"

namespace uketsuke::report {
namespace {

using verdict::Language;
using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

class Lines {
 public:
  explicit Lines(Language language) : language_(language) {}

  void add(int indent, const Text& label, const Text& content) {
    if (content.empty()) return;
    const auto parts = lines_of(content);
    if (parts.size() == 1) return add(indent, in_language(label, language_) + ": " + parts[0]);
    add(indent, in_language(label, language_) + ":");
    for (const auto& part : parts) add(indent + 2, part);
  }
  void add(int indent, const std::string& content) {
    text_.append(static_cast<std::size_t>(indent), ' ');
    text_ += one_line(content) + "\n";
  }
  std::string take() { return std::move(text_); }
  Language language() const { return language_; }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
      if (c == '\n') {
        parts.emplace_back();
      } else {
        parts.back().push_back(c);
      }
    }
    return parts;
  }
  // Both languages line by line, where they have the same lines.
  std::vector<std::string> lines_of(const Text& content) const {
    const auto ja = split(content.ja);
    const auto en = split(content.en);
    if (ja.size() != en.size()) return split(in_language(content, language_));
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < ja.size(); ++i) {
      parts.push_back(in_language(Text(ja[i], en[i]), language_));
    }
    return parts;
  }

  Language language_;
  std::string text_;
};

std::string place(const StepResult& step, const ScenarioResult& result) {
  std::string text = step.file.empty() ? result.file : step.file;
  if (step.line != 0) text += ":" + std::to_string(step.line);
  return text;
}

void explain_step(Lines& lines, const StepResult& step, const ScenarioResult& result) {
  std::string head = step.seed_id.empty() ? "#" + std::to_string(step.index + 1) : step.seed_id;
  if (!step.who.empty()) head += " " + cut(step.who, kWhoColumns);
  head += ": " + in_language(step.title, lines.language());
  head += " [" + in_language(describe(step.verdict), lines.language()) + "]";
  lines.add(4, head);
  lines.add(6, {"実施の証言", "attested by"}, Text(step.attested_by));
  lines.add(6, {"場所", "at"}, Text(place(step, result)));
  lines.add(6, {"期待", "expected"}, step.expected);
  lines.add(6, {"観測", "observed"}, step.observed);
  if (step.wire_tail.empty()) return;
  lines.add(6, in_language({"直前の電文", "last messages on the wire"}, lines.language()) + ":");
  for (const auto& message : step.wire_tail) lines.add(8, message);
}

constexpr std::size_t kLeastColumns = 20;  // of a name, on a narrow terminal

}  // namespace

std::string headline(const ScenarioResult& result, Language language, std::size_t columns) {
  const std::string_view word = is_not_applicable(result) ? "n/a" : to_string(result.verdict);
  std::string line = fmt::format("{:<7}", word) + cut(full_name(result), kNameColumns);
  const std::string title = in_language(result.title, language);
  if (!title.empty()) line += "  " + one_line(title);
  const std::string tail = fmt::format(" ({:.1f} ms)", static_cast<double>(result.wall_us) / 1000);
  if (columns > columns_of(tail) + kLeastColumns) line = cut(line, columns - columns_of(tail));
  return line + tail;
}

std::string explain(const ScenarioResult& result, Language language) {
  Lines lines(language);
  if (!result.script.empty())
    lines.add(4, in_language(verdict::script_mark(), language) + ": " + result.script);
  lines.add(4, {"理由", "reason"}, result.reason);
  lines.add(4, {"対象外の理由", "not applicable because"}, result.not_applicable);
  for (const auto& step : result.steps) {
    if (step.verdict > Verdict::kPass) explain_step(lines, step, result);
  }
  for (const auto& warning : result.warnings) lines.add(4, {"警告", "warning"}, warning);
  if (!result.assumptions.empty() && result.verdict > Verdict::kPass) {
    std::string all;
    for (const auto& assumption : result.assumptions) all += (all.empty() ? "" : ", ") + assumption;
    lines.add(4, {"判定が依拠した仮定", "assumptions it rests on"}, Text(all));
  }
  return lines.take();
}

}  // namespace uketsuke::report
