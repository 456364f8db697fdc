#include "python/core/seconds.h"

#include <fmt/format.h>

#include <cmath>

#include "python/core/errors.h"
#include "python/core/script_bench.h"

namespace uketsuke::python {

wire::Micros micros(double seconds) {
  if (!(seconds >= 0) || seconds > kLongestSeconds) {
    throw ArgumentError({fmt::format("秒数は 0 以上 {:.0f} 以下の数で指定してください",
                                     kLongestSeconds),
                         fmt::format("seconds are a number from 0 to {:.0f}", kLongestSeconds)});
  }
  return static_cast<wire::Micros>(std::llround(seconds * 1e6));
}

}  // namespace uketsuke::python
