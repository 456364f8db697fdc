// Verdicts and how they combine. Architecture, "Verdicts": none < pass < inconc < fail < error,
// combined monotonically; "not applicable" and warnings stand beside the verdict, never in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uketsuke::verdict {

// What a program says to people, in both languages. A text that exists only once (a number, bytes,
// an identifier, a name on a screen) is the same in both.
struct Text {
  std::string ja;
  std::string en;

  Text() = default;
  Text(std::string both) : ja(both), en(std::move(both)) {}  // NOLINT: meant to be implicit
  Text(const char* both) : ja(both), en(both) {}             // NOLINT: meant to be implicit
  Text(std::string japanese, std::string english)
      : ja(std::move(japanese)), en(std::move(english)) {}

  bool empty() const { return ja.empty() && en.empty(); }
};
bool operator==(const Text& left, const Text& right);
bool operator!=(const Text& left, const Text& right);
Text operator+(Text left, const Text& right);  // each language after its own

// Japanese, English or both on one line ("ja / en"; once if they are equal).
enum class Language { kJapanese, kEnglish, kBoth };
std::string_view to_string(Language language);                  // "ja", "en", "both"
std::optional<Language> language_from(std::string_view name);  // of the same words
std::string in_language(const Text& text, Language language);  // never empty if one of them is not

enum class Verdict : std::uint8_t {
  kNone,    // nothing was judged; at the end of a run an error of the harness
  kPass,    // no deviation found
  kInconc,  // could not be judged
  kFail,    // a deviation was found
  kError,   // the bench or the harness failed
};
constexpr Verdict kAllVerdicts[] = {Verdict::kNone, Verdict::kPass, Verdict::kInconc,
                                    Verdict::kFail, Verdict::kError};

std::string_view to_string(Verdict verdict);  // "none", "pass", "inconc", "fail", "error"
std::optional<Verdict> verdict_from(std::string_view name);
Text describe(Verdict verdict);  // for reports; pass is "no deviation found", not "conformity"

// The greater of the two: once failed, nothing makes it pass again.
constexpr Verdict combine(Verdict left, Verdict right) { return left < right ? right : left; }

}  // namespace uketsuke::verdict
