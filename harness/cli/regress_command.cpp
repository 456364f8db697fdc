#include "harness/cli/regress_command.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/campaign/executor.h"
#include "harness/campaign/regress/regress.h"
#include "harness/cli/running.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/run/store.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using campaign::Change;
using campaign::Comparison;
using campaign::Pinned;
using campaign::Ran;
using run::RunError;
using verdict::say;
using verdict::Text;
namespace fs = std::filesystem;

// Of differences, on the console; the folder has them all.
constexpr campaign::TextLimits kShown{12, 40};
constexpr std::size_t kReasonsShown = 20;

[[noreturn]] void environment(const Text& text) {
  throw RunError(RunError::Kind::kEnvironment, text);
}

std::string today_of(const RegressCommand& command) {
  return command.today.empty() ? utc_day(wall_clock()) : command.today;
}

Pinned load_pinned(const std::string& folder, const std::string& release) {
  try {
    return campaign::load_pinned(folder, release);
  } catch (const campaign::BaselineError& error) {
    const std::string what = campaign::baseline_path(folder) + ": " + error.what();
    environment({what, what});
  } catch (const yaml::Error& error) {
    environment(yaml::to_text(error.problems().front()));
  }
}

// No baseline yet, or nothing typed that one could be made with: before anything is run.
void check_pinned(const Pinned& pinned, const std::string& folder, bool accept) {
  const bool typed = fs::exists(campaign::expectations_path(folder));
  if (pinned.has_baseline && pinned.expectations.rows.empty()) {
    environment(say("{}：シードから手で書き写した期待がありません",
                    "{}: there is no expectation typed from the seed",
                    campaign::expectations_path(folder)));
  }
  if (pinned.has_baseline || (accept && typed)) return;
  const std::string& release = pinned.release;
  Text text = say("リリース {} の基準がまだありません（{}）",
                  "there is no baseline yet for {} ({})", release, campaign::baseline_path(folder));
  if (typed) {
    text = text + Text("。--accept で作ります", "; use --accept to make one");
  } else {
    text = text + say("。手で書き写した期待もありません（{}）。それを書いてから --accept で作ります",
                      "; nor typed expectations ({}); write these first, then use --accept",
                      campaign::expectations_path(folder));
  }
  environment(text);
}

// What the worker left about a row; a row that could not be run has only its name.
campaign::Behaviour behaviour_of(const verdict::ScenarioResult& result, const std::string& out_dir,
                                 const std::string& data_folder) {
  std::string name = result.id;
  if (!result.variant.empty()) name += "[" + result.variant + "]";
  campaign::Behaviour behaviour;
  std::ifstream file(campaign::behaviour_file(out_dir, name), std::ios::binary);
  if (file) {
    std::stringstream text;
    text << file.rdbuf();
    campaign::Baseline one = campaign::parse_baseline(text.str());
    behaviour = std::move(one.rows.at(0));
    behaviour.words = std::move(one.words);
  }
  behaviour.name = name;
  behaviour.verdict = is_not_applicable(result) ? "not_applicable" : to_string(result.verdict);
  behaviour.file = fs::weakly_canonical(result.file)
                       .lexically_relative(fs::weakly_canonical(data_folder))
                       .generic_string();
  return behaviour;
}

void write_file(const std::string& path, const std::string& text) {
  report::AtomicFile file(path);
  file.write(text);
  file.commit();
}

int refuse(const std::vector<Text>& reasons, Console& console) {
  console.error({"基準を書き換えません：", "the baseline is not written:"});
  const std::size_t shown = std::min(kReasonsShown, reasons.size());
  for (std::size_t i = 0; i < shown; ++i) console.error(reasons[i]);
  if (shown < reasons.size())
    console.error(say("ほか {} 件", "and {} more", reasons.size() - shown));
  return verdict::kExitError;
}

int accept(const Comparison& comparison, const std::vector<Ran>& ran, const std::string& folder,
           Console& console) {
  const std::string path = campaign::baseline_path(folder);
  write_file(path, write_baseline(campaign::baseline_of(comparison.release, ran)));
  const std::size_t changed = comparison.count(Change::kNewFail) + comparison.count(Change::kFixed);
  console.line(say("変更 {} 件、追加 {} 件、消失 {} 件：受け入れました",
                   "changed: {}, new: {}, gone: {}; accepted", changed,
                   comparison.count(Change::kNew), comparison.count(Change::kGone)));
  console.line({"基準を書き換えました：" + path, "baseline written: " + path});
  return verdict::kExitPass;
}

// All reports that tell passed from failed: what differs is no pass there, unless it was accepted.
void write_results(const report::OutFolder& out, const report::RunInfo& info,
                   const verdict::Summary& of_run, const Comparison& comparison,
                   const std::vector<Ran>& ran) {
  const auto results = compared_results(comparison, ran);
  verdict::Summary summary;
  for (const auto& result : results) summary.add(result);
  summary.not_run = of_run.not_run;
  summary.journals_lost = of_run.journals_lost;
  summary.journal_problem = of_run.journal_problem;
  summary.interrupted = of_run.interrupted;
  report::write_reports(out, info, summary, report::VectorSource(results));
}

int exit_code_of(const Comparison& comparison, const verdict::Summary& summary) {
  const auto code = exit_code(
      summary, comparison.differs() ? verdict::Baseline::kDiffers : verdict::Baseline::kSame);
  if (code == verdict::kExitUsage) return code;
  return comparison.errors.empty() ? code : verdict::kExitError;
}

}  // namespace

int regress_command(RegressCommand command, run::Executor& executor, Console& console) {
  check_release(command.release, executor);
  const std::string data_folder = executor.data_folder();
  const std::string folder = data_folder + "/releases/" + command.release;
  auto& options = command.config.options;
  const bool complete =
      command.paths.empty() && options.filters.tags.empty() && options.filters.only.empty();
  if (command.accept && !complete) {
    throw RunError(RunError::Kind::kUsage,
                   {"--accept には全シナリオの実行が必要です（パス、--tag、--only は使えません）",
                    "--accept needs a run of everything (no paths, --tag or --only)"});
  }
  if (command.paths.empty()) command.paths = {data_folder};
  options.filters.release = command.release;
  options.extra["release"] = command.release;
  options.extra["behaviour"] = "all";
  const Pinned pinned = load_pinned(folder, command.release);
  check_pinned(pinned, folder, command.accept);
  const auto requirements = scenario::load_requirements(
      data_folder + "/requirements/seed.yaml", data_folder + "/requirements/assumptions.yaml");
  const auto selection = executor.select(command.paths, options.filters);

  const std::time_t now = std::time(nullptr);
  report::OutFolder out(command.out, local_stamp(now));
  options.out_dir = out.path();
  std::error_code ignored;
  fs::remove_all(out.file("behaviour"), ignored);  // of a run before into the same folder
  const StopSignals signals;
  run::ResultStore store(out.path());
  std::vector<Ran> ran;
  run::RunEvents events;
  events.stop = signals.counter();
  events.on_result = [&](const verdict::ScenarioResult& result) {
    ran.push_back({result, behaviour_of(result, out.path(), data_folder)});
  };
  events.on_worker_text = [&](const std::string& text) { console.raw_error(text); };
  const auto outcome = run::run(selection, command.config, executor, store, events);
  if (outcome.summary.total() == 0) {
    out.discard();
    throw RunError(RunError::Kind::kUsage, {"該当するシナリオがありません", "nothing selected"});
  }

  const Comparison comparison = compare(
      pinned, ran, requirements, complete && !outcome.summary.interrupted, today_of(command));
  const auto reasons =
      command.accept ? campaign::reasons_against(comparison, ran) : std::vector<Text>();
  const bool accepted = command.accept && reasons.empty();
  if (!accepted) console.print(text_report(comparison, console.language(), kShown));
  auto info = info_of(command.config, command.paths, now);
  info.language = console.report_language();
  info.wall_us = outcome.wall_us;
  if (accepted) {
    report::write_reports(out, info, outcome.summary, store);
  } else {
    write_results(out, info, outcome.summary, comparison, ran);
  }
  write_file(out.file("regress.json"), json_report(comparison, UKETSUKE_VERSION));
  write_file(out.file("regress.txt"), text_report(comparison, console.language(), {}));
  int code = 0;
  if (accepted) {
    code = accept(comparison, ran, folder, console);
  } else {
    code = command.accept ? refuse(reasons, console) : exit_code_of(comparison, outcome.summary);
  }
  console.line({"報告書：" + out.file("regress.txt"), "report: " + out.file("regress.txt")});
  console.flush();
  return console.failed() ? verdict::kExitError : code;
}

}  // namespace uketsuke::cli
