// What commands that look at a bound reader without a scenario have in common.
#pragma once

#include <string>
#include <vector>

#include "harness/bind/bindings.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// The bindings of such a command. Throws run::RunError (usage): no reader is named, or it is a
// program, which only `run` can use.
bind::Bindings reader_bindings(const std::string& bench, const std::vector<std::string>& binds);

// There may be a real card: no core dumps from now on; tells of a pcscd that logs what passes.
void beware_of_cards(Console& console);

}  // namespace uketsuke::cli
