// What to do when the guard has refused something: the words that follow its reason in a result.
#pragma once

#include "harness/bind/bindings.h"

namespace uketsuke::bind {

// No card of the bench is released: how a test card gets its release. One is: what else it may be.
verdict::Text release_hint(const Bindings& bindings);

}  // namespace uketsuke::bind
