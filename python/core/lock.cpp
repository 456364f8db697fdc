#include "python/core/lock.h"

#include <ctime>

namespace uketsuke::python {
namespace {

namespace py = pybind11;

constexpr auto kLookAgain = std::chrono::milliseconds(50);
constexpr std::int64_t kLookAgainNs = 50'000'000;

std::recursive_timed_mutex& simulation_mutex() {
  static std::recursive_timed_mutex mutex;
  return mutex;
}

unsigned long& main_thread() {
  static unsigned long ident = 0;
  return ident;
}

bool in_main_thread() { return PyThread_get_thread_ident() == main_thread(); }

// A few milliseconds coarse, and cheap enough to be asked at every instant.
std::int64_t wall_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

SimulationLock::SimulationLock(bool signals) : lock_(simulation_mutex(), std::defer_lock) {
  while (!lock_.try_lock_for(kLookAgain)) {
    if (!signals || !in_main_thread()) continue;
    py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

void in_python(const std::function<void()>& work) {
  py::gil_scoped_acquire acquired;
  try {
    work();
  } catch (py::error_already_set&) {
    throw Raised(std::current_exception());
  }
}

void watch_signals() {
  static std::int64_t next_look = 0;  // of whoever has the simulation lock
  const std::int64_t now = wall_ns();
  if (now < next_look) return;
  next_look = now + kLookAgainNs;
  if (!in_main_thread()) return;
  in_python([] {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  });
}

void remember_main_thread() {
  const py::object main = py::module_::import("threading").attr("main_thread")();
  main_thread() = main.attr("ident").cast<unsigned long>();
}

}  // namespace uketsuke::python
