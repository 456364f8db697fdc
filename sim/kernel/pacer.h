// Ties simulated time to the wall clock, as soon as something that is not simulated is bound: the
// same loop, the same models (facts: own queue, eventfd, ppoll).
#pragma once

#include <cstdint>
#include <memory>

#include "sim/kernel/inbox.h"

namespace uketsuke::kernel {

struct PacerSettings {
  // Simulated seconds in a second. Above 1 only makes sense where nothing real is at the other end.
  double speed = 1;
  // What happens so soon (of the wall clock) is not waited for: simulated time may be so far ahead,
  // never further, and the lead does not add up.
  std::uint64_t lead_ns = 200'000;
};

class Pacer {
 public:
  static constexpr std::uint64_t kLongestWaitNs = 3'600'000'000'000;

  // Simulated time is `simulated_ns` now.
  Pacer(PacerSettings settings, std::shared_ptr<Inbox> inbox, std::uint64_t simulated_ns);

  // Simulated time by the wall clock (CLOCK_MONOTONIC). Absolute: it does not drift.
  std::uint64_t now_ns() const;
  // Until simulated time `until_ns` is due, or the inbox has something; not longer than
  // `longest_ns` of the wall clock.
  void wait(std::uint64_t until_ns, std::uint64_t longest_ns = kLongestWaitNs) const;
  // It is, but for the lead.
  bool due(std::uint64_t simulated_ns) const;
  Inbox& inbox() const { return *inbox_; }
  // How late the latest event was, by the wall clock: what the machine could not keep up with.
  std::uint64_t worst_lag_ns() const { return worst_lag_ns_; }
  void note_lag(std::uint64_t simulated_ns);

 private:
  PacerSettings settings_;
  std::shared_ptr<Inbox> inbox_;
  std::uint64_t begin_simulated_ns_, begin_wall_ns_;
  std::uint64_t worst_lag_ns_ = 0;
};

}  // namespace uketsuke::kernel
