// The module uketsuke._core: what C++ gives to the package around it. One concept, one file.
#include <pybind11/pybind11.h>

#include "python/core/bench.h"
#include "python/core/cards.h"
#include "python/core/cases.h"
#include "python/core/command.h"
#include "python/core/errors.h"
#include "python/core/explore.h"
#include "python/core/panels.h"
#include "python/core/raw.h"
#include "python/core/results.h"
#include "python/core/runs.h"
#include "python/core/vocabulary.h"

PYBIND11_MODULE(_core, module) {
  using namespace uketsuke::python;
  register_errors(module);
  register_command(module);
  register_results(module);
  register_runs(module);
  register_cases(module);
  register_vocabulary(module);
  register_bench(module);
  register_cards(module);
  register_panels(module);
  register_raw(module);
  register_explore(module);
}
