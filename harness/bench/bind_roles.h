// What a run's options bind in place of models (harness/bind), for one run of a scenario.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/director.h"

namespace uketsuke::console {
struct Attendance;
}

namespace uketsuke::bench {

// extra: as bind::put_bindings fills it. attendance: of the operator, from run to run; made when it
// is not there. The result: warnings to stand beside the verdict. assets outlives the run. Throws
// run::RunError for a binding that cannot be.
std::vector<verdict::Text> bind_roles(const Assets& assets,
                                      const std::map<std::string, std::string>& extra,
                                      std::shared_ptr<console::Attendance>& attendance,
                                      RunSettings& settings);

}  // namespace uketsuke::bench
