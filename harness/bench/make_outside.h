// From bindings to what stands outside of a world.
#pragma once

#include <memory>

#include "harness/bench/outside.h"
#include "harness/bind/bindings.h"
#include "harness/scenario/catalog.h"

namespace uketsuke::bench {

// Nothing is opened yet; what cannot be reached shows when the world runs (gateway::RouteBroken).
// Throws gateway::RouteBroken for a host that is not allowed.
std::shared_ptr<Outside> make_outside(const bind::Bindings& bindings,
                                      const scenario::Catalog& catalog,
                                      verdict::Language language);

}  // namespace uketsuke::bench
