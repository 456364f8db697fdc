#include "harness/cli/app.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <exception>
#include <set>

#include "harness/cli/regress_command.h"
#include "harness/cli/run_command.h"
#include "harness/cli/running.h"
#include "harness/cli/sweep_command.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/run/find.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::Text;

int check(const CheckCommand& command, run::Executor& executor, Console& console) {
  const auto files = executor.select(paths_or_default(command.paths), {});
  std::size_t problems = 0;
  bool unreadable = false;
  std::set<std::string> seen;
  for (const auto& file : files) {
    if (!seen.insert(file.path).second) continue;
    if (::access(file.path.c_str(), R_OK) != 0) {
      console.error({file.path + "：読めません", "cannot read " + file.path});
      unreadable = true;
      continue;
    }
    for (const auto& problem : executor.check(file.path, console.language())) {
      ++problems;
      console.print(report::one_line(problem) + "\n");
    }
  }
  if (files.empty()) {
    throw RunError(RunError::Kind::kUsage,
                   {"確かめるシナリオがありません", "nothing selected: no scenario in these paths"});
  }
  const auto count = std::to_string(seen.size());
  const auto found = std::to_string(problems);
  console.line({count + "ファイル、問題 " + found + "件", count + " files, " + found + " problems"});
  if (unreadable) return verdict::kExitError;
  return problems == 0 ? verdict::kExitPass : verdict::kExitFail;
}

int list(const ListCommand& command, run::Executor& executor, Console& console) {
  if (!command.filters.release.empty()) check_release(command.filters.release, executor);
  std::size_t listed = 0;
  for (const auto& file : executor.select(paths_or_default(command.paths), command.filters)) {
    const auto entries = file.variant == run::kEveryVariant
                             ? executor.expand(file.path, command.filters)
                             : std::vector<run::Selected>{file};
    for (const auto& entry : entries) {
      ++listed;
      auto name = entry.id;
      if (!entry.variant_name.empty()) name += "[" + entry.variant_name + "]";
      auto place = entry.path.empty() ? file.path : entry.path;
      if (entry.line != 0) place += ":" + std::to_string(entry.line);
      console.print(report::one_line(name) + "\t" + report::one_line(place) + "\t" +
                    report::one_line(in_language(entry.title, console.language())) + "\n");
    }
  }
  if (listed != 0) return verdict::kExitPass;
  throw RunError(RunError::Kind::kUsage,
                 {"該当するシナリオがありません", "nothing selected: no scenario passes"});
}

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
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed)) {
    throw RunError(RunError::Kind::kUsage,
                   {"名前に使えるのは英小文字、数字、_ です：" + command.name,
                    "a name has lower-case letters, digits and _ only: " + command.name});
  }
  path += suffix;
  if (::access(path.c_str(), F_OK) == 0) {
    throw RunError(RunError::Kind::kUsage, {path + "：すでにあります", "there is a " + path + " already"});
  }
  report::AtomicFile file(path, report::AtomicFile::Existing::kRefuse);
  file.write(executor.scenario_template(name));
  file.commit();
  console.line({path + " を作成しました", "made " + path});
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
    console.print(value->of == "results" ? std::string(report::results_schema())
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
  Console console(line.language);
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
  } catch (const std::exception& error) {
    const std::string what = error.what();
    console.error({"内部エラー：" + what, "internal error: " + what});
    return verdict::kExitError;
  }
}

}  // namespace

int main(int argc, char** argv, run::Executor& executor) {
  ::signal(SIGPIPE, SIG_IGN);  // write() says it
  ::signal(SIGXFSZ, SIG_IGN);
  if (argc == 2 && std::strcmp(argv[1], "worker") == 0) return run::worker_main(executor);
  if (argc == 4 && std::strcmp(argv[1], "sweep-worker") == 0)
    return campaign::sweep_worker(argv[2], argv[3]);
  return run_line(argc, argv, executor);
}

}  // namespace uketsuke::cli
