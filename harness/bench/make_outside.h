// From bindings to what stands outside of a world.
#pragma once

#include <memory>

#include "harness/bench/outside.h"
#include "harness/bind/bindings.h"
#include "harness/scenario/catalog.h"

namespace uketsuke::console {
struct Attendance;
}

namespace uketsuke::bench {

// Nothing is opened yet; what cannot be reached shows when the world runs (gateway::RouteBroken).
// Throws gateway::RouteBroken for a host that is not allowed. `attendance`: of the operator, from
// one run to the next; may be null.
std::shared_ptr<Outside> make_outside(const bind::Bindings& bindings,
                                      const scenario::Catalog& catalog,
                                      verdict::Language language,
                                      std::shared_ptr<console::Attendance> attendance = nullptr);

// The hands at the card and the plug alone; nullptr: nobody is bound there. `attendance`: not null.
std::unique_ptr<gateway::HandsRoute> make_card_hands(const bind::Bindings& bindings,
                                                     const scenario::Catalog& catalog,
                                                     verdict::Language language,
                                                     std::shared_ptr<console::Attendance>
                                                         attendance);

}  // namespace uketsuke::bench
