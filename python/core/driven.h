// How every call from Python enters C++ that runs simulations: without the GIL, one at a time, and
// with what goes wrong told where it happened.
#pragma once

#include <utility>

#include "python/core/errors.h"
#include "python/core/initialised.h"
#include "python/core/lock.h"
#include "python/core/script_bench.h"

namespace pybind11::detail {
template <>
struct type_caster<uketsuke::python::ScriptBench>
    : uketsuke::python::InitialisedCaster<uketsuke::python::ScriptBench> {};
}  // namespace pybind11::detail

namespace uketsuke::python {

// work() touches no Python object; its result is a value. What Python raised meanwhile comes out as
// it was.
template <class Work>
auto driven(Work&& work) {
  try {
    const SimulationLock lock;
    return work();
  } catch (const Raised& raised) {
    raised.rethrow();
  }
}

// The same of a bench that a program drives: what its simulation throws becomes the case's verdict,
// and is told with place and last messages.
template <class Work>
auto driven(ScriptBench& bench, const scenario::Source& source, Work&& work) {
  return driven([&] {
    try {
      return work();
    } catch (const run::Stopped&) {
      throw;
    } catch (const ScriptError&) {
      throw BenchFailure(std::current_exception(), source, {});
    } catch (const bench::RawFailed&) {
      throw BenchFailure(std::current_exception(), source, bench.last_messages(12));
    } catch (const yaml::Error&) {
      throw;
    } catch (const std::exception&) {
      bench.broke_off();
      throw BenchFailure(std::current_exception(), source, bench.last_messages(12));
    }
  });
}

}  // namespace uketsuke::python
