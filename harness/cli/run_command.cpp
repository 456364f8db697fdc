#include "harness/cli/run_command.h"

#include <cstdio>
#include <ctime>
#include <filesystem>

#include "harness/cli/running.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"
#include "harness/run/store.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::Text;
using verdict::Verdict;

constexpr std::size_t kShowAllLimit = 50;  // on a terminal: passes have lines up to so many files

// One line for each result as it comes in order.
class Lines {
 public:
  Lines(Console& console, std::size_t files)
      : console_(console), all_(!console.is_terminal() || files <= kShowAllLimit) {}

  void result(const verdict::ScenarioResult& result) {
    const bool not_applicable = is_not_applicable(result);
    const bool passed = result.verdict == Verdict::kPass;
    if (passed && !all_) return;
    const auto word = not_applicable ? std::string_view("n/a") : to_string(result.verdict);
    char head[16];
    std::snprintf(head, sizeof head, "%-7.*s", static_cast<int>(word.size()), word.data());
    char tail[48];
    std::snprintf(tail, sizeof tail, " (%.1f ms)\n", static_cast<double>(result.wall_us) / 1000);
    auto line = head + report::one_line(full_name(result));
    const auto title = in_language(result.title, console_.language());
    if (!title.empty()) line += "  " + report::one_line(title);
    console_.print(line + tail);
    if (!passed || !result.warnings.empty()) {
      console_.print(report::explain(result, console_.language()));
    }
  }

  void progress(const run::Progress& progress) {
    const auto numbers = std::to_string(progress.files_done) + "/" + std::to_string(progress.files);
    console_.status(in_language({"実行中 " + numbers + " ファイル", "running, " + numbers + " files"},
                                console_.language()));
    if (!console_.is_terminal()) console_.flush();
  }

 private:
  Console& console_;
  bool all_;
};

[[noreturn]] void nothing_selected() {
  throw RunError(RunError::Kind::kUsage,
                 {"実行するシナリオがありません（パス、--tag、--only を確認してください）",
                  "nothing selected: no scenario in these paths, or none passes --tag and --only"});
}

}  // namespace

std::vector<std::string> paths_or_default(std::vector<std::string> paths) {
  if (!paths.empty()) return paths;
  std::error_code ignored;
  if (std::filesystem::is_directory("scenarios", ignored)) return {"scenarios"};
  throw RunError(RunError::Kind::kUsage,
                 {"シナリオのファイルまたはフォルダーを指定してください",
                  "name scenario files or folders (there is no folder \"scenarios\" here)"});
}

int run_command(RunCommand command, run::Executor& executor, Console& console) {
  if (const auto release = command.config.options.extra.find("release");
      release != command.config.options.extra.end())
    check_release(release->second, executor);
  command.paths = paths_or_default(std::move(command.paths));
  const auto selection = executor.select(command.paths, command.config.options.filters);
  if (selection.empty()) nothing_selected();

  const std::time_t now = std::time(nullptr);
  report::OutFolder folder(command.out, local_stamp(now));
  command.config.options.out_dir = folder.path();

  const StopSignals signals;
  run::ResultStore store(folder.path());
  Lines lines(console, selection.size());
  run::RunEvents events;
  events.stop = signals.counter();
  events.on_result = [&](const verdict::ScenarioResult& result) { lines.result(result); };
  events.on_progress = [&](const run::Progress& progress) { lines.progress(progress); };
  events.on_worker_text = [&](const std::string& text) { console.raw_error(text); };
  const auto outcome = run::run(selection, command.config, executor, store, events);
  console.status("");
  const auto code = exit_code(outcome.summary);
  if (code == verdict::kExitUsage) {
    folder.discard();
    nothing_selected();
  }

  if (outcome.summary.interrupted) {
    console.line({"中断されました", "interrupted"});
  }
  console.line(describe(outcome.summary));
  auto info = info_of(command.config, command.paths, now);
  info.wall_us = outcome.wall_us;
  report::write_reports(folder, info, outcome.summary, store);
  console.line({"報告書：" + folder.file(report::kHtmlName),
                "report: " + folder.file(report::kHtmlName)});
  console.flush();
  return console.failed() ? verdict::kExitError : code;
}

}  // namespace uketsuke::cli
