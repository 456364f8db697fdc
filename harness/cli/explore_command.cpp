#include "harness/cli/explore_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/bench/assets.h"
#include "harness/cli/running.h"
#include "harness/explore/explore_report.h"
#include "harness/explore/explorer.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"

namespace uketsuke::cli {
namespace {

namespace fs = std::filesystem;

// Files of an earlier exploration would be taken for findings of this one.
void remove_earlier(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("explore-", 0) == 0 && entry.path().extension() == ".yaml")
      fs::remove(entry.path());
  }
}

void write(const std::string& path, std::string_view text) {
  report::AtomicFile file(path);
  file.write(text);
  file.commit();
}

// Disagreements first, those of one cause once; then what was not walked.
void show(const explore::ModelReport& report, const report::OutFolder& folder, Console& console) {
  const auto print = [&console](const verdict::Text& text) {
    if (!text.empty()) console.print(in_language(text, console.language()) + "\n");
  };
  print(describe(report));
  print(describe_causes(report));
  for (const explore::Cause& cause : causes_of(report)) {
    print(describe(cause));
    const std::string command =
        program_name() + " run " + folder.file(cause.first->name + ".yaml");
    console.line({"      再現：" + command, "      replay: " + command});
  }
  print(describe_missing(report));
}

}  // namespace

int explore_command(const ExploreCommand& command, run::Executor& executor, Console& console) {
  const auto assets = bench::load_assets(executor.data_folder());
  report::OutFolder folder(command.out, local_stamp(std::time(nullptr)));
  remove_earlier(folder.path());
  explore::Options options;
  for (const char* name : {"p3", "p4", "p5"})
    if (command.model == "all" || command.model == name)
      options.models.push_back(explore::model_named(name));
  options.seed = command.seed;
  options.runs = command.runs;
  options.jobs = command.jobs;
  const StopSignals signals;
  options.stop = signals.counter();
  options.progress = [&](std::uint64_t done, std::uint64_t runs) {
    if (!console.is_terminal()) return;
    console.status(fmt::format("{}/{}", done, runs));
  };
  const auto reports = explore::explore(*assets, options);
  console.status("");
  std::uint64_t sequences = 0, disagreements = 0;
  double seconds = 0;
  for (const explore::ModelReport& report : reports) {
    sequences += report.runs;
    disagreements += report.disagreements;
    seconds += report.seconds;
    for (const explore::Failure& failure : report.failures)
      write(folder.file(failure.name + ".yaml"), failure.scenario);
    show(report, folder, console);
  }
  report::AtomicFile json(folder.file("explore.json"));
  explore::write_json(reports, command.seed, json);
  json.commit();
  const double rate = seconds > 0 ? static_cast<double>(sequences) / seconds : 0;
  console.line({fmt::format("{} 系列、相違 {} 件、{:.1f} 秒、毎秒 {:.0f} 系列", sequences,
                            disagreements, seconds, rate),
                fmt::format("{} sequences, {} disagreements, {:.1f} s, {:.0f} sequences a second",
                            sequences, disagreements, seconds, rate)});
  console.line({"報告：" + folder.file("explore.json"), "report: " + folder.file("explore.json")});
  if (options.stopped()) {
    console.line({"中断されました", "interrupted"});
    return verdict::kExitError;
  }
  return disagreements == 0 ? verdict::kExitPass : verdict::kExitFail;
}

}  // namespace uketsuke::cli
