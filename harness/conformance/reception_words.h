// The words that the seed quotes, against the words of the screens.
#pragma once

#include "harness/scenario/catalog.h"
#include "harness/verdict/result.h"

namespace uketsuke::conformance {

// One step for each word that pages 3 to 5 put in 「」 or 《》: a control has it, and every control
// that stands for that row of the seed (and is no assumption of ours) has one of the row's words.
// `seed`: the table of what the seed says; `shown`: the screens under test.
verdict::ScenarioResult compare_words(const scenario::Requirements& seed,
                                      const scenario::Catalog& shown);

}  // namespace uketsuke::conformance
