// One thread at a time drives simulations: SystemC keeps its current world in globals. Whoever
// enters gives up the GIL first and then waits for the lock, so that the thread that has the lock
// can always get the GIL for an answer from Python.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "harness/run/stopped.h"

namespace uketsuke::python {

// What Python raised while a simulation ran: a signal's handler, a predicate, a card, a panel.
// Thrown through C++ without the GIL; rethrow() gives it back to Python as it was.
class Raised : public run::Stopped {
 public:
  explicit Raised(std::exception_ptr error) : error_(std::move(error)) {}
  [[noreturn]] void rethrow() const { std::rethrow_exception(error_); }

 private:
  std::exception_ptr error_;  // pybind11::error_already_set
};

class SimulationLock {
 public:
  // Holding the GIL. The main thread handles signals while it waits; what their handlers raise is
  // thrown (pybind11::error_already_set).
  SimulationLock();
  // For destructors: throws nothing. nullopt: the interpreter is at its end and a thread that it
  // has left behind has the simulations.
  static std::optional<SimulationLock> at_the_end();
  // Lets others have their turn, if somebody waits; no world of the caller is at work.
  static void let_others();

 private:
  // Gives up the GIL and takes it back. A thread that the interpreter has left behind at its end
  // never gets it: it stays here, for unwinding it would end the process.
  class WithoutGil {
   public:
    WithoutGil() : state_(PyEval_SaveThread()) {}
    ~WithoutGil();
    WithoutGil(WithoutGil&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

   private:
    PyThreadState* state_;
  };
  struct Untaken {};
  explicit SimulationLock(Untaken);

  WithoutGil without_gil_;
  std::unique_lock<std::recursive_timed_mutex> lock_;
};

// Without the GIL, outside of the kernel: does it with the GIL; what Python raises there is thrown
// as Raised.
void in_python(const std::function<void()>& work);

// For Simulation::watch: every 50 ms or so Python looks for signals, in its main thread. Throws
// Raised (KeyboardInterrupt).
void watch_signals();
// Once, when the module is loaded: signals are the main thread's, and who is forked while a
// simulation runs begins with a lock that nobody has.
void prepare_locks();

}  // namespace uketsuke::python
