#include "harness/bench/make_outside.h"

namespace uketsuke::bench {

std::shared_ptr<Outside> make_outside(const bind::Bindings& bindings, const scenario::Catalog&,
                                      bool) {
  auto outside = std::make_shared<Outside>();
  outside->pace.speed = bindings.speed;
  return outside;
}

}  // namespace uketsuke::bench
