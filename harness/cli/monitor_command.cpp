#include "harness/cli/monitor_command.h"

#include "harness/bench/assets.h"
#include "harness/bench/make_outside.h"
#include "harness/bench/reader_watch.h"
#include "harness/bind/bindings.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/running.h"
#include "harness/run/find.h"
#include "harness/verdict/summary.h"
#include "sim/gateway/broken.h"
#include "sim/gateway/real_card_process.h"

namespace uketsuke::cli {
namespace {

constexpr double kForever = 365 * 24 * 3600.0;
constexpr double kLookS = 0.2;  // how soon Ctrl-C is noticed

}  // namespace

int monitor_command(const MonitorCommand& command, run::Executor& executor, Console& console) {
  const bind::Bindings bindings = bind::load_bindings(command.bench, command.binds);
  if (bindings.reader.is_model()) {
    throw run::RunError(run::RunError::Kind::kUsage,
                        {"リーダーを指定してください（例 --bind reader=usb:1209:0001）",
                         "name the reader (--bind reader=usb:1209:0001)"});
  }
  if (bindings.reader.kind == "exec") {
    throw run::RunError(run::RunError::Kind::kUsage,
                        {"exec: のリーダーは run でしか使えません",
                         "a reader that is a program (exec:) can only be used by run"});
  }
  const bind::DeviceLock lock(bindings);
  for (const gateway::Warning& warning : gateway::forbid_core_dumps())
    console.error({warning.ja, warning.en});
  for (const gateway::Warning& warning : gateway::pcscd_log_warnings())
    console.error({warning.ja, warning.en});
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
