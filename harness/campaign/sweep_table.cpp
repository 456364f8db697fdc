// The table of a sweep: wires and kinds down, what it came to across, and what the words mean.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "harness/campaign/sweep.h"
#include "harness/report/text.h"

namespace uketsuke::campaign {
namespace {

using verdict::Language;
using verdict::Text;

struct Column {
  Text heading, meaning;
  bool allowed = true;
  std::function<std::uint64_t(const Counts&)> count;
};

struct Words {
  Text heading, meaning;
};

Words words_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUntouched:
      return {{"無変化", "untouched"},
              {"故障がメッセージを変えなかった (空のものは欠けない)",
               "the fault changed no message (an empty one cannot be shortened)"}};
    case Outcome::kRecovered:
      return {{"回復", "recovered"},
              {"記録も画面も結局は故障なしと同じ", "in the end everything is as without the fault"}};
    case Outcome::kRefused:
      return {{"拒否", "refused"}, {"役割の一つが拒否した", "a role refused"}};
    case Outcome::kReported:
      return {{"報告", "reported"}, {"受け手か人が気付いた", "a receiver or a person noticed"}};
    case Outcome::kWrongRecord:
      return {{"誤記録", "wrong"},
              {"故障なしではない記録がある、またはあるはずの記録がない",
               "a record that there is not without the fault, or one that is missing"}};
    case Outcome::kDoubleRecord:
      return {{"二重", "double"}, {"同じ記録が一つ多い", "one record too many of the same"}};
    case Outcome::kWrongPerson:
      return {{"別人", "person"}, {"別人の記録", "a record for another person"}};
    case Outcome::kSilent:
      return {{"無報告", "silent"},
              {"期待に反し、誰も気付かない", "expectations fail and nobody noticed"}};
    case Outcome::kHang:
      return {{"待ち続け", "hang"},
              {"誰かが機器を待ち続ける", "somebody waits for a machine without end"}};
    case Outcome::kInvariant:
      return {{"不変条件", "invariant"},
              {"常に成り立つはずのことが破れた", "what holds in every run is broken"}};
    case Outcome::kCrash: return {{"異常", "crash"}, {"実行自体の失敗", "the run itself failed"}};
  }
  return {"?", "?"};
}

// Columns that have something to say.
std::vector<Column> columns_of(const Counts& all) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const Words words = words_of(outcome);
    if (all.of[i] != 0)
      columns.push_back({words.heading, words.meaning, is_allowed(outcome),
                         [i](const Counts& counts) { return counts.of[i]; }});
    if (outcome == Outcome::kReported && all.listed != 0)
      columns.push_back({{"一覧済", "listed"},
                         {"誰も気付きようがないと故障の一覧 (undetectable) が理由付きで挙げるもの",
                          "named with its reason under undetectable: of the file of faults, as "
                          "nobody can notice it"},
                         true,
                         [](const Counts& counts) { return counts.listed; }});
  }
  return columns;
}

Text gloss(const std::string& word) {
  static const std::map<std::string, std::string> kWords{
      {"usb", "端末とリーダー"},     {"field", "リーダーとカード"}, {"session", "カード命令"},
      {"panel", "画面と人"},         {"folder", "連携フォルダー"},  {"network", "システム回線"},
      {"drop", "消失"},              {"delay", "遅延"},             {"duplicate", "重複"},
      {"corrupt", "ビット反転"},     {"reorder", "順序逆転"},       {"mute", "以後消失"},
      {"detach", "切り離し"},        {"shorten", "末尾欠け"},       {"stall", "機器の拒否"}};
  const auto found = kWords.find(word);
  return {found == kWords.end() ? word : fmt::format("{} ({})", word, found->second), word};
}

std::string padded(const std::string& text, std::size_t width, bool left = false) {
  const std::size_t own = report::columns_of(text);
  const std::string space(width > own ? width - own : 0, ' ');
  return left ? text + space : space + text;
}

class Grid {
 public:
  Grid(std::vector<Column> columns, Language language)
      : columns_(std::move(columns)), language_(language) {}
  void widen(const std::string& name) {
    names_ = std::max(names_, report::columns_of(name));
  }
  std::string head() const {
    std::string groups(names_ + kWidth, ' '), names = groups;
    const std::string points = in_language({"点", "points"}, language_);
    names = std::string(names_, ' ') + padded(points, kWidth);
    bool first = true, allowed = true;
    for (const Column& column : columns_) {
      const bool begins = first || column.allowed != allowed;
      const std::string group =
          !begins          ? std::string()
          : column.allowed ? in_language({"許される", "allowed"}, language_)
                           : in_language({"許されない", "NOT ALLOWED"}, language_);
      groups += begins ? " | " + padded(group, kWidth, true) : padded("", kWidth);
      names += (begins ? " | " : "") + padded(in_language(column.heading, language_), kWidth);
      first = false;
      allowed = column.allowed;
    }
    while (!groups.empty() && groups.back() == ' ') groups.pop_back();
    return groups + "\n" + names + "\n";
  }
  std::string line(const std::string& name, const Counts& counts) const {
    std::string text = padded(name, names_, true) + padded(fmt::to_string(counts.points()), kWidth);
    bool first = true, allowed = true;
    for (const Column& column : columns_) {
      if (first || column.allowed != allowed) text += " | ";
      text += padded(fmt::to_string(column.count(counts)), kWidth);
      first = false;
      allowed = column.allowed;
    }
    return text + "\n";
  }

 private:
  static constexpr std::size_t kWidth = 11;
  std::vector<Column> columns_;
  Language language_;
  std::size_t names_ = 8;
};

}  // namespace

std::string table(const SweepReport& report, Language language) {
  if (language == Language::kBoth)
    return table(report, Language::kJapanese) + "\n" + table(report, Language::kEnglish);
  const Counts all = report.all();
  const std::vector<Column> columns = columns_of(all);
  Grid grid(columns, language);
  const auto name_of = [&](const std::pair<std::string, std::string>& name) {
    return in_language(gloss(name.first), language) + " " +
           in_language(gloss(name.second), language);
  };
  for (const auto& [name, counts] : report.counts) grid.widen(name_of(name));
  std::string text = grid.head();
  for (const auto& [name, counts] : report.counts) text += grid.line(name_of(name), counts);
  text += grid.line(in_language({"計", "all"}, language), all);
  for (const Column& column : columns)
    text += fmt::format("  {}{}{}\n", in_language(column.heading, language),
                        in_language({"：", ": "}, language),
                        in_language(column.meaning, language));
  return text;
}

}  // namespace uketsuke::campaign
