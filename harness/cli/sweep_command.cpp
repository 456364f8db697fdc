#include "harness/cli/sweep_command.h"

#include <fmt/format.h>

#include "harness/cli/running.h"
#include "harness/cli/selection.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"

namespace uketsuke::cli {
namespace {

constexpr std::size_t kNamed = 50;  // disallowed outcomes on the screen; all are in sweep.json

campaign::SweepSettings settings_of(const SweepCommand& command) {
  campaign::SweepSettings settings;
  settings.paths = paths_or_default(command.paths);
  settings.filters = command.filters;
  settings.plan_file = command.faults;
  settings.seed = command.seed;
  settings.jobs = command.jobs;
  settings.in_process = command.in_process;
  return settings;
}

void show(const campaign::Disallowed& entry, const report::OutFolder& folder, std::uint64_t seed,
          Console& console) {
  const std::string what = in_language(describe(entry.point.outcome), console.language());
  std::string text = fmt::format("{}: {}  {}\n    {}\n", what,
                                 report::one_line(entry.scenario), entry.point.rule,
                                 report::one_line(entry.point.what));
  if (!entry.replay.empty()) {
    std::string command = fmt::format("{} run {}", program_name(), folder.file(entry.replay));
    if (seed != 1) command += fmt::format(" --seed {}", seed);
    text += fmt::format("    {}{}\n", in_language({"再現：", "replay: "}, console.language()),
                        command);
    if (!entry.run_shows)
      text += in_language({"    (run は相違を見ない：シナリオの確認項目では言い表せない)\n",
                           "    (run finds no deviation: no check of a scenario can say it)\n"},
                          console.language());
  }
  console.print(text);
}

}  // namespace

int sweep_command(const SweepCommand& command, Console& console) {
  const campaign::SweepSettings settings = settings_of(command);
  report::OutFolder folder(command.out, local_stamp(std::time(nullptr)));
  const StopSignals signals;
  std::size_t named = 0;
  campaign::SweepEvents events;
  events.stop = signals.counter();
  events.on_disallowed = [&](const campaign::Disallowed& entry) {
    if (named++ < kNamed) show(entry, folder, command.seed, console);
  };
  events.on_progress = [&](const run::Progress& progress) {
    const std::string numbers = fmt::format("{}/{}", progress.files_done, progress.files);
    console.status(in_language({numbers + " シナリオ", numbers + " scenarios"},
                               console.language()));
    if (!console.is_terminal()) console.flush();
  };
  events.on_worker_text = [&](const std::string& text) { console.raw_error(text); };
  const campaign::SweepReport report = campaign::sweep(settings, folder.path(), events);
  console.status("");
  console.print(table(report, console.language()));
  const std::uint64_t points = report.all().points();
  console.line({fmt::format("{} シナリオ、{} 点、許されない結果 {} 件、{:.1f} 秒", report.rows, points,
                            report.disallowed_count, static_cast<double>(report.wall_us) / 1e6),
                fmt::format("{} scenario{}, {} point{}, {} outcome{} not allowed, {:.1f} s",
                            report.rows, report.rows == 1 ? "" : "s", points,
                            points == 1 ? "" : "s", report.disallowed_count,
                            report.disallowed_count == 1 ? "" : "s",
                            static_cast<double>(report.wall_us) / 1e6)});
  console.line({"報告：" + folder.file("sweep.json"), "report: " + folder.file("sweep.json")});
  if (report.interrupted) {
    console.line({"中断されました", "interrupted"});
    return verdict::kExitError;
  }
  return report.disallowed_count == 0 ? verdict::kExitPass : verdict::kExitFail;
}

}  // namespace uketsuke::cli
