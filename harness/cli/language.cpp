#include "harness/cli/language.h"

#include <cstdlib>

namespace uketsuke::cli {

verdict::Language language_of_environment() {
  for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text = value;
    const bool is_japanese =
        text.substr(0, 2) == "ja" && (text.size() == 2 || text[2] == '_' || text[2] == '.');
    return is_japanese ? verdict::Language::kJapanese : verdict::Language::kEnglish;
  }
  return verdict::Language::kEnglish;
}

}  // namespace uketsuke::cli
