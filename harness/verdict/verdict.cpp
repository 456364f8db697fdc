#include "harness/verdict/verdict.h"

namespace uketsuke::verdict {

bool operator==(const Text& left, const Text& right) {
  return left.ja == right.ja && left.en == right.en;
}
bool operator!=(const Text& left, const Text& right) { return !(left == right); }
Text operator+(Text left, const Text& right) {
  left.ja += right.ja;
  left.en += right.en;
  return left;
}

std::string_view to_string(Language language) {
  switch (language) {
    case Language::kJapanese: return "ja";
    case Language::kEnglish: return "en";
    case Language::kBoth: return "both";
  }
  return "?";
}

std::optional<Language> language_from(std::string_view name) {
  for (const auto language : {Language::kJapanese, Language::kEnglish, Language::kBoth}) {
    if (name == to_string(language)) return language;
  }
  return std::nullopt;
}

std::string in_language(const Text& text, Language language) {
  if (text.ja.empty()) return text.en;
  if (text.en.empty()) return text.ja;
  if (language == Language::kJapanese) return text.ja;
  if (language == Language::kEnglish || text.ja == text.en) return text.en;
  return text.ja + " / " + text.en;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNone: return "none";
    case Verdict::kPass: return "pass";
    case Verdict::kInconc: return "inconc";
    case Verdict::kFail: return "fail";
    case Verdict::kError: return "error";
  }
  return "?";
}

std::optional<Verdict> verdict_from(std::string_view name) {
  for (const auto verdict : kAllVerdicts) {
    if (name == to_string(verdict)) return verdict;
  }
  return std::nullopt;
}

Text describe(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNone: return {"判定なし", "not judged"};
    case Verdict::kPass: return {"逸脱なし", "no deviation found"};
    case Verdict::kInconc: return {"判定不能", "inconclusive"};
    case Verdict::kFail: return {"逸脱あり", "deviation found"};
    case Verdict::kError: return {"試験環境の異常", "error of bench or harness"};
  }
  return "?";
}

}  // namespace uketsuke::verdict
