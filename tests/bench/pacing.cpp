// bench_pacing SECONDS [STEP]: simulated time beside CLOCK_MONOTONIC while something happens every
// millisecond. A line for each step: how far simulated time is behind (negative: ahead; the lead is
// 0.2 ms), and the latest event so far.
#include <fmt/format.h>
#include <time.h>

#include <cstdlib>
#include <memory>

#include "sim/kernel/mailbox.h"
#include "sim/kernel/module.h"
#include "sim/kernel/pacer.h"

namespace {

using namespace uketsuke;

class Beat : public kernel::Module {
 public:
  Beat(sc_core::sc_module_name name, kernel::Simulation& simulation)
      : Module(name, simulation), due_(simulation) {
    listen({&due_.event()});
    due_.post(0, kEveryNs);
  }
  std::uint64_t count = 0;

 private:
  static constexpr std::uint64_t kEveryNs = 1'000'000;
  void wake() override {
    due_.drain([this](int) {
      ++count;
      due_.post(0, kEveryNs);
    });
  }
  kernel::Mailbox<int> due_;
};

std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 6;
  const double step = argc > 2 ? std::atof(argv[2]) : seconds / 3;
  if (!(seconds > 0 && step > 0)) return 5;
  kernel::Simulation simulation;
  Beat beat("beat", simulation);
  simulation.run_for(0);
  const std::uint64_t wall = monotonic_ns(), simulated = simulation.now_ns();
  simulation.pace({}, std::make_shared<kernel::Inbox>());
  for (double passed = step; passed < seconds + step / 2; passed += step) {
    simulation.run_for(static_cast<wire::Micros>(step * 1e6));
    const auto behind_ns = static_cast<std::int64_t>(monotonic_ns() - wall) -
                           static_cast<std::int64_t>(simulation.now_ns() - simulated);
    fmt::print("after {:g} s: simulated time is {:+.3f} ms behind ({} beats, latest {:.3f} ms)\n",
               passed, static_cast<double>(behind_ns) / 1e6, beat.count,
               static_cast<double>(simulation.pacer()->worst_lag_ns()) / 1e6);
    std::fflush(stdout);
  }
  return 0;
}
