// What a guard says of something that is about to be sent: it passes, or why not.
#pragma once

#include <string>
#include <string_view>

namespace uketsuke::guard {

// Passes if both texts are empty. A refusal names the command and the reason, never bytes of it; it
// begins "対象外：カードは使用許可されていない" / "not applicable: card not released".
struct Judgement {
  std::string ja, en;
  bool passes() const { return en.empty(); }
  explicit operator bool() const { return passes(); }
};

inline constexpr std::string_view kNotReleasedJa = "対象外：カードは使用許可されていない";
inline constexpr std::string_view kNotReleasedEn = "not applicable: card not released";

inline Judgement passes() { return {}; }
// what: "VERIFY"; why: "the card is a production card".
Judgement refused(std::string_view what_ja, std::string_view what_en, std::string_view why_ja,
                  std::string_view why_en);

}  // namespace uketsuke::guard
