#include "harness/doctor/show.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::doctor {
namespace {

using verdict::say;
using verdict::Text;

Text word_of(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return {"参考", "info"};
    case Severity::kWarning:
      return {"注意", "warning"};
    case Severity::kProblem:
      return {"問題", "problem"};
  }
  return "?";
}

std::size_t count_of(const std::vector<Finding>& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

Text total(const std::vector<Finding>& findings) {
  if (!needs_doing(findings))
    return say("妨げになるものは見つかりませんでした（{} 項目を調べました、参考 {} 件）",
               "nothing found that is in the way ({} things looked at, {} for information)",
               kChecks.size(), findings.size());
  return say("問題 {} 件、注意 {} 件、参考 {} 件", "problems: {}, warnings: {}, info: {}",
             count_of(findings, Severity::kProblem), count_of(findings, Severity::kWarning),
             count_of(findings, Severity::kInfo));
}

}  // namespace

bool needs_doing(const std::vector<Finding>& findings) {
  return count_of(findings, Severity::kInfo) != findings.size();
}

std::string to_text(const std::vector<Finding>& findings, verdict::Language language) {
  const auto in = [language](const Text& text) { return in_language(text, language); };
  std::string out;
  for (const Finding& finding : findings) {
    out += in(word_of(finding.severity)) + "  " + finding.id;
    if (!finding.subject.empty()) out += "  " + report::one_line(finding.subject);
    out += "\n    " + report::one_line(in(finding.what)) + "\n";
    out += in(Text("    → ", "    -> ")) + report::one_line(in(finding.remedy)) + "\n";
    for (const std::string& command : finding.commands)
      out += "        " + report::one_line(command) + "\n";
    out += "\n";
  }
  return out + in(total(findings)) + "\n";
}

std::string to_json(const std::vector<Finding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const auto texts = [](const Text& text) {
    return nlohmann::ordered_json{{"ja", text.ja}, {"en", text.en}};
  };
  for (const Finding& finding : findings)
    list.push_back({{"id", finding.id},
                    {"severity", to_string(finding.severity)},
                    {"subject", finding.subject},
                    {"what", texts(finding.what)},
                    {"remedy", texts(finding.remedy)},
                    {"commands", finding.commands}});
  using Json = nlohmann::ordered_json;
  const Json all{{"findings", std::move(list)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace uketsuke::doctor
