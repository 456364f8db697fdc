#include "harness/cli/run_command.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>

#include "harness/bind/bindings.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/running.h"
#include "harness/cli/selection.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"
#include "harness/run/store.h"
#include "sim/gateway/real_card_process.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::Text;
using verdict::Verdict;

constexpr std::size_t kLeastColumns = 20;  // of a name, on a narrow terminal
constexpr std::uint32_t kBoundWallLimitMs = 2 * 3600 * 1000;  // of a scenario with people
constexpr std::size_t kShowAllLimit = 50;  // on a terminal: passes have lines up to so many files

// One line for each result as it comes in order.
class Lines {
 public:
  // person: somebody at this terminal is told what to do, and needs it for that.
  Lines(Console& console, std::size_t files, bool person)
      : console_(console), all_(!console.is_terminal() || files <= kShowAllLimit),
        person_(person) {}

  void result(const verdict::ScenarioResult& result) {
    const bool passed = result.verdict == Verdict::kPass;
    if (passed && !all_) return;
    // On a terminal a line of a pass stays one line; the report has all of it.
    const std::size_t width = passed ? console_.width() : 0;
    console_.print(report::headline(result, console_.language(), width) + "\n");
    if (!passed || !result.warnings.empty()) {
      console_.print(fitted(report::explain(result, console_.language())));
    }
  }

  // At once: whoever watches is to see it before it is over.
  void step(const run::Selected& selected, std::uint32_t repetition, const run::Step& step) {
    auto name = selected.id;
    if (!selected.variant_name.empty()) name += "[" + selected.variant_name + "]";
    if (repetition != 0) name += "#" + std::to_string(repetition + 1);
    if (name != under_way_ || step.number == 1) console_.print("run    " + name + "\n");
    under_way_ = std::move(name);
    auto line = "step   " + std::to_string(step.number) + "/" + std::to_string(step.of);
    if (!step.ids.empty()) line += " " + step.ids;
    line += " " + report::one_line(in_language(step.what, console_.language()));
    line.erase(line.find_last_not_of(' ') + 1);
    console_.print(line + "\n");
    console_.flush();
  }

  void progress(const run::Progress& progress) {
    if (person_) return console_.flush();
    const auto numbers = std::to_string(progress.files_done) + "/" + std::to_string(progress.files);
    const auto line = in_language(
        {"実行中 " + numbers + " ファイル", "running, " + numbers + " files"}, console_.language());
    console_.status(report::cut(line, console_.width() > 1 ? console_.width() - 1 : 80));
    if (!console_.is_terminal()) console_.flush();
  }

 private:
  // On a terminal a message of the wire takes one line; the report has all of it.
  std::string fitted(const std::string& text) const {
    constexpr std::string_view kMessageIndent = "        ";
    const auto width = console_.width();
    if (width <= kLeastColumns) return text;
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = text.substr(begin, end - begin);
      const bool message = line.compare(0, kMessageIndent.size(), kMessageIndent) == 0;
      out += (message ? report::cut(line, width - 1) : line) + "\n";
      begin = end + 1;
    }
    return out;
  }

  Console& console_;
  bool all_;
  bool person_;  // stands at this terminal, too
  std::string under_way_;  // whose steps were told last
};

// One line for everything that could not be written.
Text not_written(const std::optional<Text>& store, const std::optional<Text>& reports,
                 const verdict::Summary& summary) {
  Text text = reports.value_or(store.value_or(summary.journal_problem));
  const auto journals = std::to_string(summary.journals_lost);
  Text missing;
  const auto add = [&](const Text& what) {
    missing = missing.empty() ? what : missing + Text("、", ", ") + what;
  };
  if (store) add({"残りの実行", "the rest of the run"});
  if (reports) add({"報告書", "the reports"});
  if (summary.journals_lost != 0) {
    add({"記録 " + journals + " 件",
         journals + (summary.journals_lost == 1 ? " journal" : " journals")});
  }
  return text + Text("。失われたもの：", "; missing: ") + missing;
}

// Whose cards there are, by the files of the data folder.
std::vector<std::string> holders_of(const std::string& data_folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(data_folder) / "cards", none))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

// A bound device is one: no second worker can have it, and people need their time.
bind::Bindings bind_command(RunCommand& command, run::Executor& executor, Console& console) {
  const bind::Bindings bindings =
      bind::load_bindings(command.bench, command.binds, holders_of(executor.data_folder()));
  bind::put_bindings(command.bench, command.binds, command.config.options.extra);
  if (!bindings.bound()) return bindings;
  // The workers do the same, and tell of it in their results.
  if (bindings.may_have_real_card()) gateway::forbid_core_dumps();
  if (command.config.jobs > 1) {
    console.error({"実物を結んでいるため、ワーカーは 1 つです",
                   "a device is bound: there is one worker"});
  }
  command.config.jobs = 1;
  command.config.options.extra["lang"] = to_string(console.language());
  if (command.config.options.wall_limit_ms == 0)
    command.config.options.wall_limit_ms = kBoundWallLimitMs;
  return bindings;
}

}  // namespace

int run_command(RunCommand command, run::Executor& executor, Console& console) {
  if (const auto release = command.config.options.extra.find("release");
      release != command.config.options.extra.end())
    check_release(release->second, executor);
  const bind::Bindings bindings = bind_command(command, executor, console);
  const bind::DeviceLock lock(bindings);
  command.paths = paths_or_default(std::move(command.paths));
  const auto selection = executor.select(command.paths, command.config.options.filters);
  const auto& filters = command.config.options.filters;
  if (selection.empty()) nothing_selected(command.paths, filters, selection, executor);

  const std::time_t now = std::time(nullptr);
  report::OutFolder folder(command.out, local_stamp(now));
  command.config.options.out_dir = folder.path();

  const StopSignals signals(command.config.in_process ? 1 : 2);
  run::ResultStore store(folder.path());
  Lines lines(console, selection.size(), bindings.has_operator());
  run::RunEvents events;
  events.stop = signals.counter();
  events.on_result = [&](const verdict::ScenarioResult& result) { lines.result(result); };
  bool told = false;
  events.on_progress = [&](const run::Progress& progress) {
    if (*signals.counter() != 0 && !std::exchange(told, true)) {
      console.error(
          {"中断します。実行中のシナリオの終わりを待っています（もう一度 Ctrl-C ですぐに終了）",
           "ending: waiting for what is running (Ctrl-C again ends it at once)"});
    }
    lines.progress(progress);
  };
  events.on_step = [&](const run::Selected& selected, std::uint32_t repetition,
                       const run::Step& step) { lines.step(selected, repetition, step); };
  events.on_worker_text = [&](const std::string& text) { console.raw_error(text); };
  const auto outcome = run::run(selection, command.config, executor, store, events);
  console.status("");
  const auto code = exit_code(outcome.summary);
  if (code == verdict::kExitUsage) {
    folder.discard();
    nothing_selected(command.paths, filters, selection, executor);
  }
  folder.remove_unfinished();

  if (*signals.counter() != 0) {
    console.line({"中断されました", "interrupted"});
  }
  console.line(describe(outcome.summary));
  auto info = info_of(command.config, command.paths, now);
  info.language = console.report_language();
  info.wall_us = outcome.wall_us;
  std::optional<Text> unwritten;
  try {
    report::write_reports(folder, info, outcome.summary, store);
    console.line(
        {"報告書：" + folder.file(report::kHtmlName), "report: " + folder.file(report::kHtmlName)});
  } catch (const report::ReportError& error) {
    unwritten = error.text();
  }
  if (unwritten || store.problem() || outcome.summary.journals_lost != 0) {
    console.error(not_written(store.problem(), unwritten, outcome.summary));
    return verdict::kExitError;
  }
  console.flush();
  return console.failed() ? verdict::kExitError : code;
}

}  // namespace uketsuke::cli
