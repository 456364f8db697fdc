#include "sim/guard/judgement.h"

#include <fmt/format.h>

namespace uketsuke::guard {

Judgement refused(std::string_view what_ja, std::string_view what_en, std::string_view why_ja,
                  std::string_view why_en) {
  return {fmt::format("{}：{}：{}", kNotReleasedJa, what_ja, why_ja),
          fmt::format("{}: {}: {}", kNotReleasedEn, what_en, why_en)};
}

}  // namespace uketsuke::guard
