// How programs say the words of the vocabulary: a role, and a name without the role's word.
#pragma once

#include <string>
#include <string_view>

#include "harness/scenario/vocabulary.h"

namespace uketsuke::scenario {

struct Spoken {
  std::string_view role;  // "reader", "terminal", "card", "ehr", "bench"
  std::string name;
};
// place_card: {"card", "place"}; request_emergency_view: {"ehr", "request_emergency_view"}.
Spoken spoken(Act act);
// terminal_screen: {"terminal", "screen"}; what no single role shows: {"bench", its name}.
Spoken spoken(Outcome outcome);

}  // namespace uketsuke::scenario
