// Whoever watches a simulation (Simulation::watch) stops a run by throwing this: no failure of the
// world, which can be run on.
#pragma once

#include <exception>

namespace uketsuke::run {

class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "the run was stopped"; }
};

}  // namespace uketsuke::run
