#include "python/core/lock.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>

namespace uketsuke::python {
namespace {

namespace py = pybind11;

constexpr auto kLookAgain = std::chrono::milliseconds(50);
constexpr auto kFarewell = std::chrono::seconds(2);
constexpr std::int64_t kLookAgainNs = 50'000'000;

// Never destroyed: threads outlive the end of the program's statics.
std::recursive_timed_mutex*& simulation_mutex() {
  static auto* mutex = new std::recursive_timed_mutex;
  return mutex;
}

std::atomic<int>& waiting() {
  static std::atomic<int> count = 0;
  return count;
}

// Threads on the way to the GIL, and with it within a simulation.
std::atomic<int>& returning() {
  static std::atomic<int> count = 0;
  return count;
}

struct Waiting {
  Waiting() { ++waiting(); }
  ~Waiting() { --waiting(); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
};

// The interpreter goes to its end: what threads that it leaves behind simulate ends, too.
std::atomic<bool>& ending() {
  static std::atomic<bool> flag = false;
  return flag;
}

class Ended : public run::Stopped {};

bool interpreter_ends() { return ending() || _Py_IsFinalizing() != 0; }

[[noreturn]] void stay() {
  while (true) ::pause();
}

unsigned long& main_thread() {
  static unsigned long ident = 0;
  return ident;
}

bool in_main_thread() { return PyThread_get_thread_ident() == main_thread(); }

// On the way to the GIL. An interpreter that has ended takes a thread that asks for it off its
// stack, and neither a destructor nor the kernel lets that pass: such a thread stays here, and
// end_simulations() waits for those that are on the way already.
class Returning {
 public:
  Returning() {
    ++returning();
    if (!interpreter_ends() || in_main_thread()) return;
    --returning();
    stay();
  }
  ~Returning() { --returning(); }
  Returning(const Returning&) = delete;
  Returning& operator=(const Returning&) = delete;
};

// A few milliseconds coarse, and cheap enough to be asked at every instant.
std::int64_t wall_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

SimulationLock::WithoutGil::~WithoutGil() {
  if (state_ == nullptr) return;
  const Returning returns;
  PyEval_RestoreThread(state_);
}

SimulationLock::SimulationLock(Untaken) : lock_(*simulation_mutex(), std::defer_lock) {}

SimulationLock::SimulationLock() : SimulationLock(Untaken{}) {
  if (lock_.try_lock()) return;
  const Waiting waits;
  while (!lock_.try_lock_for(kLookAgain)) {
    if (!in_main_thread()) continue;
    py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

std::optional<SimulationLock> SimulationLock::at_the_end() {
  std::optional<SimulationLock> lock{SimulationLock(Untaken{})};
  const Waiting waits;
  while (!lock->lock_.try_lock_for(kLookAgain))
    if (interpreter_ends()) return std::nullopt;
  return lock;
}

void SimulationLock::let_others() {
  if (waiting() == 0) return;
  std::recursive_timed_mutex& mutex = *simulation_mutex();
  mutex.unlock();
  const auto end = std::chrono::steady_clock::now() + kLookAgain;
  while (waiting() > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  mutex.lock();
}

void in_python(const std::function<void()>& work) {
  const Returning returns;
  py::gil_scoped_acquire acquired;
  try {
    work();
  } catch (py::error_already_set&) {
    throw Raised(std::current_exception());
  }
}

void watch_signals() {
  if (ending() && !in_main_thread()) throw Ended();
  static std::int64_t next_look = 0;  // of whoever has the simulation lock
  const std::int64_t now = wall_ns();
  if (now < next_look) return;
  next_look = now + kLookAgainNs;
  if (!in_main_thread()) return;
  in_python([] {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  });
}

// What is linked is taken down after the interpreter: nobody may be at work in it then.
void end_simulations() {
  ending() = true;
  py::gil_scoped_release released;
  const auto end = std::chrono::steady_clock::now() + kFarewell;
  static_cast<void>(simulation_mutex()->try_lock_until(end));  // kept to the end
  while (returning() > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
}

void prepare_locks() {
  py::module_::import("atexit").attr("register")(py::cpp_function(end_simulations));
  ::pthread_atfork(nullptr, nullptr, [] {
    simulation_mutex() = new std::recursive_timed_mutex;
    waiting() = 0;
    returning() = 0;
    main_thread() = PyThread_get_thread_ident();
  });
  const py::object main = py::module_::import("threading").attr("main_thread")();
  main_thread() = main.attr("ident").cast<unsigned long>();
}

}  // namespace uketsuke::python
