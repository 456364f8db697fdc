#include "harness/cli/monitor_command.h"

#include "harness/bench/assets.h"
#include "harness/bench/make_outside.h"
#include "harness/bench/reader_watch.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/bound_reader.h"
#include "harness/cli/running.h"
#include "harness/run/find.h"
#include "harness/verdict/summary.h"
#include "sim/gateway/broken.h"

namespace uketsuke::cli {
namespace {

constexpr double kForever = 365 * 24 * 3600.0;
constexpr double kLookS = 0.2;  // how soon Ctrl-C is noticed

}  // namespace

int monitor_command(const MonitorCommand& command, run::Executor& executor, Console& console) {
  const bind::Bindings bindings = reader_bindings(command.bench, command.binds);
  const bind::DeviceLock lock(bindings);
  beware_of_cards(console);
  const auto assets = bench::load_assets(executor.data_folder());
  const StopSignals signals;
  const auto sink = [&console](const trace::Journal& journal, std::size_t index) {
    console.print(journal.text_line(index) + "\n");
    console.flush();
  };
  try {
    bench::ReaderWatch watch(bench::make_outside(bindings, assets->catalog, console.language()),
                             sink);
    const double limit = command.seconds > 0 ? command.seconds : kForever;
    for (double passed = 0; passed < limit && *signals.counter() == 0 && !console.failed();
         passed += kLookS)
      watch.run([&](const auto&) { return *signals.counter() != 0; }, kLookS);
  } catch (const gateway::Broken& broken) {
    throw run::RunError(run::RunError::Kind::kEnvironment, {broken.ja(), broken.what()});
  }
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
