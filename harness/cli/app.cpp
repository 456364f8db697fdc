#include "harness/cli/app.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <exception>
#include <set>

#include "harness/cli/doctor_command.h"
#include "harness/cli/explore_command.h"
#include "harness/cli/conformance_dispatch.h"
#include "harness/cli/identify_command.h"
#include "harness/cli/monitor_command.h"
#include "harness/cli/readers_command.h"
#include "harness/cli/regress_command.h"
#include "harness/cli/run_command.h"
#include "harness/cli/running.h"
#include "harness/cli/selection.h"
#include "harness/cli/serve_command.h"
#include "harness/cli/sweep_command.h"
#include "harness/evidence/record_json.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"
#include "harness/run/same_id.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::Text;

// 1 file, 2 files.
std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// What `check` has found so far.
class Findings {
 public:
  Findings(run::Executor& executor, Console& console) : executor_(executor), console_(console) {}

  void look_at(const std::string& path) {
    if (!seen_.insert(path).second) return;
    const auto found = executor_.check(path);
    unreadable_ = unreadable_ || found.unreadable;
    for (const auto& error : found.errors) print_error(error);
    if (!found.id.empty()) {
      if (auto same = ids_.add(found.id, path)) print_error({path, std::move(*same)});
    }
    warnings_ += found.warnings.size();
    for (const auto& warning : found.warnings) {
      print({warning.place, Text("警告：", "warning: ") + warning.what});
    }
  }
  int end() const {
    const auto files = std::to_string(seen_.size());
    const auto warnings = std::to_string(warnings_);
    Text total{files + " ファイル、問題 " + std::to_string(errors_) + " 件",
               counted(seen_.size(), "file") + ", " + counted(errors_, "problem")};
    if (warnings_ != 0) {
      total = total + Text("、警告 " + warnings + " 件", ", " + counted(warnings_, "warning"));
    }
    console_.line(total);
    if (unreadable_) return verdict::kExitError;
    return errors_ == 0 ? verdict::kExitPass : verdict::kExitFail;
  }

 private:
  void print(const run::Finding& finding) {
    const auto text = in_language(finding.what, console_.language());
    console_.print(report::one_line(finding.place + ": " + text) + "\n");
  }
  void print_error(const run::Finding& finding) {
    ++errors_;
    print(finding);
  }

  run::Executor& executor_;
  Console& console_;
  std::set<std::string> seen_;
  run::SameIds ids_;
  std::uint64_t errors_ = 0;
  std::uint64_t warnings_ = 0;
  bool unreadable_ = false;
};

int check(const CheckCommand& command, run::Executor& executor, Console& console) {
  const auto paths = paths_or_default(command.paths);
  const auto files = executor.select(paths, {});
  if (files.empty()) nothing_selected(paths, {}, files, executor);
  Findings findings(executor, console);
  for (const auto& file : files) findings.look_at(file.path);
  return findings.end();
}

int list(const ListCommand& command, run::Executor& executor, Console& console) {
  if (!command.filters.release.empty()) check_release(command.filters.release, executor);
  const auto paths = paths_or_default(command.paths);
  const auto files = executor.select(paths, command.filters);
  std::size_t listed = 0;
  int code = verdict::kExitPass;
  for (const auto& file : files) {
    const auto entries = file.variant == run::kEveryVariant
                             ? executor.expand(file.path, command.filters)
                             : std::vector<run::Selected>{file};
    for (const auto& entry : entries) {
      ++listed;
      auto name = entry.id;
      if (!entry.variant_name.empty()) name += "[" + entry.variant_name + "]";
      auto place = entry.path.empty() ? file.path : entry.path;
      if (entry.line != 0) place += ":" + std::to_string(entry.line);
      auto title = in_language(entry.title, console.language());
      if (entry.broken) {
        const auto how = "uketsuke check " + file.path;
        title = in_language({"（読み込めません：" + how + "）", "(broken: " + how + ")"},
                            console.language());
        const bool readable = ::access(file.path.c_str(), R_OK) == 0;
        code = std::max<int>(code, readable ? verdict::kExitFail : verdict::kExitError);
      }
      console.print(report::one_line(name) + "\t" + report::one_line(place) + "\t" +
                    report::one_line(title) + "\n");
    }
  }
  if (listed == 0) nothing_selected(paths, command.filters, files, executor);
  return code;
}

constexpr std::size_t kLongestName = 100;  // of a new scenario; file systems take 255 bytes

[[noreturn]] void refuse_name(const Text& why) { throw RunError(RunError::Kind::kUsage, why); }

int make_new(const NewCommand& command, run::Executor& executor, Console& console) {
  const std::string suffix = ".yaml";
  auto path = command.name;
  const bool has_suffix = path.size() > suffix.size() &&
                          path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0;
  if (has_suffix) path.resize(path.size() - suffix.size());
  const auto slash = path.rfind('/');
  const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  const auto is_allowed = [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  };
  const auto shown = report::cut(command.name, kLongestName);
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed)) {
    refuse_name({"名前に使えるのは英小文字、数字、_ です：" + shown,
                 "a name has lower-case letters, digits and _ only: " + shown});
  }
  if (name.size() > kLongestName) {
    const auto most = std::to_string(kLongestName);
    refuse_name({"名前は " + most + " 文字までです：" + shown,
                 "a name has at most " + most + " characters: " + shown});
  }
  path += suffix;
  if (::access(path.c_str(), F_OK) == 0) {
    refuse_name({path + "：すでにあります", "there is a " + path + " already"});
  }
  report::AtomicFile file(path, report::AtomicFile::Existing::kRefuse);
  file.write(executor.scenario_template(path));
  file.commit();
  console.line({path + " を作成しました（実行：uketsuke run " + path + "）",
                "made " + path + " (to run it: uketsuke run " + path + ")"});
  return verdict::kExitPass;
}

int dispatch(Command& command, run::Executor& executor, Console& console) {
  if (auto* run = std::get_if<RunCommand>(&command)) {
    return run_command(std::move(*run), executor, console);
  }
  if (auto* regress = std::get_if<RegressCommand>(&command)) {
    return regress_command(std::move(*regress), executor, console);
  }
  if (const auto* value = std::get_if<SweepCommand>(&command)) {
    return sweep_command(*value, console);
  }
  if (const auto* value = std::get_if<ExploreCommand>(&command)) {
    return explore_command(*value, executor, console);
  }
  if (const auto* value = std::get_if<ServeCommand>(&command)) {
    return serve_command(*value, console);
  }
  if (const auto* value = std::get_if<IdentifyCommand>(&command)) {
    return identify_command(*value, executor, console);
  }
  if (const auto* value = std::get_if<MonitorCommand>(&command)) {
    return monitor_command(*value, executor, console);
  }
  if (const auto* value = std::get_if<DoctorCommand>(&command)) {
    return doctor_command(*value, console);
  }
  if (const auto* value = std::get_if<ReadersCommand>(&command)) {
    return readers_command(*value, console);
  }
  if (const auto* value = std::get_if<ConformanceCommand>(&command)) {
    return dispatch_conformance(*value, executor, console);
  }
  if (const auto* value = std::get_if<CheckCommand>(&command)) {
    return check(*value, executor, console);
  }
  if (const auto* value = std::get_if<ListCommand>(&command)) {
    return list(*value, executor, console);
  }
  if (const auto* value = std::get_if<NewCommand>(&command)) {
    return make_new(*value, executor, console);
  }
  if (const auto* value = std::get_if<SchemaCommand>(&command)) {
    console.print(value->of == "results"   ? std::string(report::results_schema())
                  : value->of == "certify" ? std::string(evidence::certify_schema())
                                           : executor.schema());
  } else {
    console.print(executor.steps(console.language()));
  }
  return verdict::kExitPass;
}

template <class Error>
int exit_code_of(const Error& error) {
  return error.kind() == Error::Kind::kUsage ? verdict::kExitUsage : verdict::kExitError;
}

int run_line(int argc, char** argv, run::Executor& executor) {
  auto line = parse(argc, argv);
  Console console(line.language, line.report_language);
  if (!line.command) {
    if (line.exit_code == 0) {
      console.print(line.text);
    } else {
      console.raw_error(line.text);
    }
    return line.exit_code;
  }
  try {
    const int code = dispatch(*line.command, executor, console);
    console.flush();
    return console.failed() ? verdict::kExitError : code;
  } catch (const RunError& error) {
    console.error(error.text());
    return exit_code_of(error);
  } catch (const report::ReportError& error) {
    console.error(error.text());
    return exit_code_of(error);
  } catch (const yaml::Error& error) {  // a file that somebody wrote
    for (const auto& problem : error.problems()) console.error(yaml::to_text(problem));
    return verdict::kExitError;
  } catch (const std::exception& error) {
    const std::string what = error.what();
    console.error({"内部エラー：" + what, "internal error: " + what});
    return verdict::kExitError;
  }
}

// A file that is opened must not become somebody's standard output: what is closed is opened.
void open_standard_streams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) ::close(fd);
}

}  // namespace

int main(int argc, char** argv, run::Executor& executor) {
  open_standard_streams();
  ::signal(SIGPIPE, SIG_IGN);  // write() says it
  ::signal(SIGXFSZ, SIG_IGN);
  if (argc == 2 && std::strcmp(argv[1], "worker") == 0) return run::worker_main(executor);
  if (argc == 4 && std::strcmp(argv[1], "sweep-worker") == 0)
    return campaign::sweep_worker(argv[2], argv[3]);
  return run_line(argc, argv, executor);
}

}  // namespace uketsuke::cli
