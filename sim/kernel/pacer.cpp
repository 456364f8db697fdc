#include "sim/kernel/pacer.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace uketsuke::kernel {
namespace {

std::uint64_t wall_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

Pacer::Pacer(PacerSettings settings, std::shared_ptr<Inbox> inbox, std::uint64_t simulated_ns)
    : settings_(settings),
      inbox_(std::move(inbox)),
      begin_simulated_ns_(simulated_ns),
      begin_wall_ns_(wall_ns()) {}

std::uint64_t Pacer::now_ns() const {
  const double passed = static_cast<double>(wall_ns() - begin_wall_ns_) * settings_.speed;
  return begin_simulated_ns_ + static_cast<std::uint64_t>(passed);
}

bool Pacer::due(std::uint64_t simulated_ns) const {
  const std::uint64_t now = now_ns();
  return simulated_ns <= now || static_cast<double>(simulated_ns - now) / settings_.speed <=
                                    static_cast<double>(settings_.lead_ns);
}

void Pacer::wait(std::uint64_t until_ns, std::uint64_t longest_ns) const {
  const std::uint64_t now = now_ns();
  if (until_ns <= now) return;
  const auto rest =
      static_cast<std::uint64_t>(static_cast<double>(until_ns - now) / settings_.speed);
  if (rest <= settings_.lead_ns) return;
  const std::uint64_t sleep = std::min(rest - settings_.lead_ns / 2, longest_ns);
  const timespec duration{static_cast<time_t>(sleep / 1'000'000'000),
                          static_cast<long>(sleep % 1'000'000'000)};
  pollfd watched{inbox_->fd(), POLLIN, 0};
  ::ppoll(&watched, 1, &duration, nullptr);
}

void Pacer::note_lag(std::uint64_t simulated_ns) {
  const std::uint64_t now = now_ns();
  if (now <= simulated_ns) return;
  const auto lag =
      static_cast<std::uint64_t>(static_cast<double>(now - simulated_ns) / settings_.speed);
  worst_lag_ns_ = std::max(worst_lag_ns_, lag);
}

}  // namespace uketsuke::kernel
