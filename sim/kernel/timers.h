// The timers of one module: a behaviour starts and stops them by id; TimerExpired comes back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/kernel/simulation.h"
#include "sim/wire/timer.h"

namespace uketsuke::kernel {

class Timers {
 public:
  explicit Timers(Simulation& simulation) : simulation_(simulation) {}

  void start(const wire::StartTimer& timer) {
    stop(wire::StopTimer{timer.id});
    running_.push_back({timer.id, simulation_.now_ns() + timer.duration_us * 1000});
    event_.notify(from_us(timer.duration_us));
  }

  void stop(const wire::StopTimer& timer) {
    running_.erase(std::remove_if(running_.begin(), running_.end(),
                                  [&](const Running& r) { return r.id == timer.id; }),
                   running_.end());
  }

  void clear() { running_.clear(); }

  // Hands every timer that is due to `expire`, earliest first.
  template <class F>
  void drain(F&& expire) {
    while (!running_.empty()) {
      const auto next = std::min_element(
          running_.begin(), running_.end(),
          [](const Running& a, const Running& b) { return a.at_ns < b.at_ns; });
      if (next->at_ns > simulation_.now_ns()) {
        event_.notify(from_ns(next->at_ns - simulation_.now_ns()));
        return;
      }
      simulation_.count_event();
      const wire::TimerExpired expired{next->id};
      running_.erase(next);
      expire(expired);
    }
  }

  const sc_core::sc_event& event() const { return event_; }

 private:
  struct Running {
    std::uint32_t id;
    std::uint64_t at_ns;
  };
  Simulation& simulation_;
  sc_core::sc_event event_;
  std::vector<Running> running_;
};

}  // namespace uketsuke::kernel
