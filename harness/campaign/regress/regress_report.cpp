// Text and JSON of a comparison.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/campaign/regress/regress.h"
#include "harness/verdict/format.h"

namespace uketsuke::campaign {
namespace {

using nlohmann::ordered_json;
using verdict::Language;
using verdict::say;
using verdict::Text;

constexpr std::size_t kNamesShown = 5;

std::string in(const Text& text, Language language) { return in_language(text, language); }

// One thing to tell about a row. Equal keys: the same thing in several rows.
struct Item {
  std::string key, text;
};

// Without "FILE:LINE:COLUMN" and the row of the examples: the same mistake stands in many files.
std::string without_place(std::string_view line) {
  const std::size_t place = line.find(".yaml:"), colon = line.find(": ");
  if (place != std::string_view::npos && colon != std::string_view::npos && place < colon)
    line.remove_prefix(colon);
  for (const std::string_view row : {" (examples, row ", "（examples の"})
    line = line.substr(0, line.rfind(row));
  return std::string(line);
}

// A line each: of several mistakes one may stand in many files.
void add_reasons(std::vector<Item>& items, const RowOutcome& row, Language language) {
  const std::string reason = in(row.reason, language);
  const Text word = row.verdict_now == "error" ? Text("誤り：", "error: ") : Text();
  for (std::size_t begin = 0; begin < reason.size();) {
    const std::size_t end = std::min(reason.find('\n', begin), reason.size());
    const std::string line = reason.substr(begin, end - begin);
    items.push_back({without_place(line), fmt::format("    {}{}\n", in(word, language), line)});
    begin = end + 1;
  }
}

Item item_of(const Difference& difference, Language language, std::size_t most) {
  // Words are shown by many steps and differ in all of them.
  const bool has_step = !difference.step.empty() && difference.role != "words";
  Item item{fmt::format("{} {}\n", has_step ? difference.step : "", difference.role), {}};
  item.text = fmt::format("    {}{}{}:\n", has_step ? difference.step : "", has_step ? " " : "",
                          difference.role);
  std::size_t count = 0;
  for (const std::string& line : difference.lines) {
    item.key += line + "\n";
    if (most == 0 || count++ < most) item.text += "      " + line + "\n";
  }
  if (most != 0 && count > most) {
    item.text += in(say("      （ほか {} 行）\n", "      ({} more lines)\n", count - most), language);
  }
  return item;
}

Item item_of(const RowOutcome& row, Language language) {
  Text text = say("{}：{}", "{}: {}", row.deviation, row.deviation_reason);
  if (row.change == Change::kXpass) {
    text = text + say("（known_deviations.yaml の {} を取り除いてください）",
                      " (take the entry {} out of known_deviations.yaml)", row.deviation);
  }
  const std::string line = fmt::format("    {}\n", in(text, language));
  return {line, line};
}

// Of a row that ended early now: what comes after that is not there, and that it failed is told.
bool follows(const Difference& difference, const RowOutcome& row) {
  if (row.verdict_before != "pass" || row.verdict_now == "pass") return false;
  const std::string& role = difference.role;
  return role == "verdict" || role == "step" || role == "rests on" || role == "findings";
}

std::vector<Item> items_of(const RowOutcome& row, Language language, std::size_t lines) {
  std::vector<Item> items;
  if (!row.deviation.empty()) items.push_back(item_of(row, language));
  const bool told = row.verdict_now == "error" && !row.reason.empty();
  if (!told && row.verdict_now != row.verdict_before && !row.verdict_now.empty() &&
      !row.verdict_before.empty()) {
    const std::string line = fmt::format("    {} -> {}\n", row.verdict_before, row.verdict_now);
    items.push_back({line, line});
  }
  add_reasons(items, row, language);
  for (const Unmet& unmet : row.unmet) {
    const std::string line =
        fmt::format("    {}: {}\n", place_of(unmet), in(unmet.what, language));
    items.push_back({line, line});
  }
  for (const Difference& difference : row.differences)
    if (!follows(difference, row)) items.push_back(item_of(difference, language, lines));
  if (items.empty()) items.push_back({});  // that it is new or gone says all
  return items;
}

// What is told once, and the rows that it is told of.
struct Told {
  std::vector<const RowOutcome*> rows;
  std::string text;  // of the first of them
};

std::vector<Told> told_of(const Comparison& comparison, Language language, std::size_t lines) {
  std::vector<Told> items;
  std::map<std::string, std::size_t> by_key;
  for (const RowOutcome& row : comparison.rows) {
    if (row.change == Change::kSame) continue;
    for (Item& item : items_of(row, language, lines)) {
      const std::string key = fmt::format("{}\n{}", to_string(row.change), item.key);
      const auto [found, added] = by_key.emplace(key, items.size());
      if (added) items.push_back({{}, std::move(item.text)});
      auto& rows = items[found->second].rows;
      if (rows.empty() || rows.back() != &row) rows.push_back(&row);
    }
  }
  // Things that are told of the same rows stand together; what most rows have comes first.
  std::vector<Told> told;
  std::map<std::vector<const RowOutcome*>, std::size_t> by_rows;
  for (Told& item : items) {
    const auto [found, added] = by_rows.emplace(item.rows, told.size());
    if (added) {
      told.push_back(std::move(item));
    } else {
      told[found->second].text += item.text;
    }
  }
  std::stable_sort(told.begin(), told.end(), [](const Told& left, const Told& right) {
    return left.rows.size() > right.rows.size();
  });
  return told;
}

std::string name_of(const RowOutcome& row) {
  return row.name + (row.step.empty() ? "" : "  " + row.step);
}

void add(std::string& out, const Told& told, Language language) {
  const RowOutcome& first = *told.rows.front();
  const std::string word = in(word_of(first.change), language);
  if (told.rows.size() == 1) {
    out += fmt::format("{:<9}{}\n", word + " ", name_of(first)) + told.text;
    return;
  }
  const bool differs = !told.text.empty();
  const Text head = differs ? say("{} 件で同じ相違：", "same difference in {} rows:",
                                  told.rows.size())
                            : say("{} 件：", "{} rows:", told.rows.size());
  out += fmt::format("{:<9}{}\n", word + " ", in(head, language));
  for (std::size_t i = 0; i < told.rows.size() && i < kNamesShown; ++i)
    out += fmt::format("  {}\n", name_of(*told.rows[i]));
  if (told.rows.size() > kNamesShown) {
    out += in(say("  ほか {} 件（すべて regress.json にあります）\n",
                  "  and {} more (regress.json has them all)\n", told.rows.size() - kNamesShown),
              language);
  }
  out += told.text;
}

ordered_json json_of(const Text& text) { return {{"ja", text.ja}, {"en", text.en}}; }

ordered_json json_of(const RowOutcome& row) {
  ordered_json json{{"name", row.name},
                    {"file", row.file},
                    {"change", to_string(row.change)},
                    {"verdict_before", row.verdict_before},
                    {"verdict_now", row.verdict_now}};
  if (!row.step.empty()) json["step"] = row.step;
  if (!row.deviation.empty()) {
    json["known_deviation"] = row.deviation;
    json["known_deviation_reason"] = json_of(row.deviation_reason);
  }
  if (!row.reason.empty()) json["reason"] = json_of(row.reason);
  for (const Unmet& unmet : row.unmet)
    json["unmet"].push_back(
        {{"row", unmet.row}, {"step", unmet.step}, {"what", json_of(unmet.what)}});
  for (const Difference& difference : row.differences)
    json["differences"].push_back(
        {{"step", difference.step}, {"role", difference.role}, {"lines", difference.lines}});
  return json;
}

}  // namespace

Text counts_of(const Comparison& comparison) {
  Text text;
  for (const Change change : kAllChanges) {
    const std::size_t count = comparison.count(change);
    if (count == 0 && change != Change::kSame) continue;
    const Text gap = text.empty() ? Text() : Text("、", ", ");
    text = text + gap + say("{} {}", "{1} {0}", word_of(change), count);
  }
  return text;
}

Text shortly(const std::vector<std::string>& names) {
  if (names.size() <= kNamesShown) return fmt::format("{}", fmt::join(names, ", "));
  const std::vector<std::string> first(names.begin(), names.begin() + kNamesShown);
  return say("{} ほか {} 件", "{} and {} more", fmt::format("{}", fmt::join(first, ", ")),
             names.size() - kNamesShown);
}

std::string text_report(const Comparison& comparison, Language language,
                        const TextLimits& limits) {
  std::string out;
  const std::vector<Told> told = told_of(comparison, language, limits.lines);
  const std::size_t shown =
      limits.places == 0 ? told.size() : std::min(limits.places, told.size());
  for (std::size_t i = 0; i < shown; ++i) add(out, told[i], language);
  if (shown < told.size()) {
    out += in(say("ほかに {} 箇所の相違（regress.txt にあります）\n",
                  "{} more places differ (in regress.txt)\n", told.size() - shown),
              language);
  }
  for (const Text& error : comparison.errors)
    out += in(Text("誤り：", "error: ") + error, language) + "\n";
  if (!comparison.missing.empty()) {
    out += in(say("手で書き写した期待がないシードの行：{}",
                  "rows of the seed without a hand-written expectation: {}",
                  shortly(comparison.missing)),
              language) +
           "\n";
  }
  out += in(say("リリース {}、{} 件：{}", "release {}, {} rows: {}", comparison.release,
                comparison.rows.size(), counts_of(comparison)),
            language) +
         "\n";
  return out + in(pin_statement(), language) + "\n";
}

std::string json_report(const Comparison& comparison, const std::string& version) {
  ordered_json json{{"uketsuke", version},
                    {"statement", json_of(pin_statement())},
                    {"release", comparison.release},
                    {"complete", comparison.complete},
                    {"differs", comparison.differs()}};
  for (const Change change : kAllChanges)
    json["counts"][std::string(to_string(change))] = comparison.count(change);
  json["errors"] = ordered_json::array();
  for (const Text& error : comparison.errors) json["errors"].push_back(json_of(error));
  json["rows_without_expectation"] = comparison.missing;
  json["rows"] = ordered_json::array();
  for (const RowOutcome& row : comparison.rows) json["rows"].push_back(json_of(row));
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace uketsuke::campaign
