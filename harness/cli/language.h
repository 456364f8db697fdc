// In which language the program speaks.
#pragma once

#include "harness/verdict/verdict.h"

namespace uketsuke::cli {

// LC_ALL, LC_MESSAGES, LANG, the first that is set and not empty: "ja..." is Japanese, anything
// else (or none) English.
verdict::Language language_of_environment();

}  // namespace uketsuke::cli
