#include "harness/conformance/folded.h"

#include <map>
#include <tuple>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {

std::vector<FoldedFinding> folded(const std::vector<Finding>& findings) {
  const auto key = [](const Finding& finding) {
    return std::tie(finding.warning, finding.file, finding.line, finding.rule, finding.expected.ja,
                    finding.expected.en, finding.got.ja, finding.got.en);
  };
  std::map<decltype(key(findings.front())), std::size_t> places;
  std::vector<FoldedFinding> told;
  for (const Finding& finding : findings) {
    const auto [place, is_new] = places.emplace(key(finding), told.size());
    if (is_new) told.push_back({&finding, 0, {}});
    FoldedFinding& one = told[place->second];
    ++one.times;
    if (finding.trace_line != 0) one.trace_lines.push_back(finding.trace_line);
  }
  return told;
}

std::vector<FoldedText> folded(const std::vector<Text>& texts) {
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
  std::vector<FoldedText> told;
  for (const Text& text : texts) {
    const auto [place, is_new] = places.emplace(std::pair{text.ja, text.en}, told.size());
    if (is_new) told.push_back({&text, 0});
    ++told[place->second].times;
  }
  return told;
}

Text times_text(std::size_t times) {
  return times <= 1 ? Text() : verdict::say("（{} 回）", " ({} times)", times);
}

}  // namespace uketsuke::conformance
