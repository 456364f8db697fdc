// Text and JSON of a comparison.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/campaign/regress/regress.h"

namespace uketsuke::campaign {
namespace {

using nlohmann::ordered_json;
using verdict::Language;
using verdict::Text;

std::string say(const Text& text, Language language) { return in_language(text, language); }

void add_differences(std::string& out, const RowOutcome& row, Language language,
                     std::size_t lines) {
  std::size_t shown = 0, hidden = 0;
  std::string head;
  for (const Difference& difference : row.differences) {
    std::string next = fmt::format("    {}{}{}:\n", difference.step,
                                   difference.step.empty() ? "" : " ", difference.role);
    for (const std::string& line : difference.lines) {
      if (lines != 0 && shown >= lines) {
        ++hidden;
        continue;
      }
      ++shown;
      if (next != head) out += next;
      head = next;
      out += "      " + line + "\n";
    }
  }
  if (hidden != 0) {
    out += "      " +
           say({fmt::format("(ほか {} 行)", hidden), fmt::format("({} more lines)", hidden)},
               language) +
           "\n";
  }
}

void add_row(std::string& out, const RowOutcome& row, Language language, std::size_t lines) {
  out += fmt::format("{:<9}{}{}{}\n", to_string(row.change), row.name, row.step.empty() ? "" : "  ",
                     row.step);
  if (!row.deviation.empty()) out += fmt::format("    {}\n", row.deviation);
  if (row.verdict_now != row.verdict_before && !row.verdict_now.empty() &&
      !row.verdict_before.empty())
    out += fmt::format("    {} -> {}\n", row.verdict_before, row.verdict_now);
  if (!row.reason.empty()) out += fmt::format("    {}\n", say(row.reason, language));
  for (const Unmet& unmet : row.unmet)
    out += fmt::format("    {} {}: {}\n", unmet.row, unmet.step, say(unmet.what, language));
  add_differences(out, row, language, lines);
}

Text counts(const Comparison& comparison) {
  Text text{fmt::format("リリース {}、{} 件：", comparison.release, comparison.rows.size()),
            fmt::format("release {}, {} rows: ", comparison.release, comparison.rows.size())};
  bool first = true;
  for (const Change change : kAllChanges) {
    const std::size_t count = comparison.count(change);
    if (count == 0 && change != Change::kSame) continue;
    text.ja += fmt::format("{}{} {}", first ? "" : "、", to_string(change), count);
    text.en += fmt::format("{}{} {}", first ? "" : ", ", count, to_string(change));
    first = false;
  }
  return text;
}

ordered_json json_of(const Text& text) { return {{"ja", text.ja}, {"en", text.en}}; }

ordered_json json_of(const RowOutcome& row) {
  ordered_json json{{"name", row.name},
                    {"file", row.file},
                    {"change", to_string(row.change)},
                    {"verdict_before", row.verdict_before},
                    {"verdict_now", row.verdict_now}};
  if (!row.step.empty()) json["step"] = row.step;
  if (!row.deviation.empty()) json["known_deviation"] = row.deviation;
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

std::string text_report(const Comparison& comparison, Language language, std::size_t lines) {
  std::string out;
  for (const RowOutcome& row : comparison.rows)
    if (row.change != Change::kSame) add_row(out, row, language, lines);
  for (const Text& error : comparison.errors)
    out += say({"誤り：", "error: "}, language) + say(error, language) + "\n";
  if (!comparison.missing.empty()) {
    out += say({"手で書き写した期待がないシードの行：",
                "rows of the seed without a hand-written expectation: "},
               language) +
           fmt::format("{}\n", fmt::join(comparison.missing, ", "));
  }
  out += say(counts(comparison), language) + "\n";
  return out + say(pin_statement(), language) + "\n";
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
